import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { answeredRow, failedRow, rowOf } from "../../../src/engine/llm/rows.ts";
import type { CallRow, Complete, Completion, ModelRequest } from "../../../src/engine/llm/types.ts";
import { PaidAnswers } from "../../../src/engine/trials/paidAnswers.ts";
import { temporaryFolder } from "../comparison/runFolders.ts";

const never = new AbortController().signal;

const question = (words: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  id: "planner-1f-1",
  role: "planner",
  promptHash: "0".repeat(16),
  model: "m",
  messages: [{ role: "user", content: words }],
  repeat: 0,
  ...more,
});

const completion = (text: string, more: Partial<Completion> = {}): Completion => ({
  text,
  finish: "stop",
  model: "m",
  usage: { inputTokens: 100, outputTokens: 10, estimated: false },
  attempts: 1,
  latencyMs: 40,
  cached: false,
  ...more,
});

const asked = (contender: number, request: ModelRequest): ModelRequest => ({
  ...request,
  id: `${contender}/${request.id}`,
});

const answered = (contender: number, request: ModelRequest, came: Completion, cost = 0.5): CallRow => ({
  ...rowOf(asked(contender, request)),
  ...answeredRow(came),
  cost,
});

const failed = (request: ModelRequest, errorKind: "failed" | "aborted", error: string, attempts = 1): CallRow => ({
  ...rowOf(asked(0, request)),
  ...failedRow(request, attempts, { inputTokens: 100, outputTokens: 0, estimated: true }),
  cost: 0.25,
  error,
  errorKind,
});

async function written(rows: readonly CallRow[]): Promise<string> {
  const file = join(await temporaryFolder(), "llm.jsonl");
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

const paid = async (...rows: readonly CallRow[]): Promise<PaidAnswers> => PaidAnswers.read(await written(rows));

/** A model that notes who asks. */
function model() {
  const ids: string[] = [];
  const ask: Complete = async ({ id }) => {
    ids.push(id);
    return completion("new");
  };
  return { ids, ask };
}

it("holds no prompt for as long as a trial lasts", async () => {
  const read = await paid(answered(0, question("A prompt of a file."), completion("one")));
  read.note(answered(0, question("A prompt of now."), completion("two")));
  const held = serialize(read).toString("latin1");
  expect(held).toContain("two");
  expect(held).not.toContain("A prompt of");
});

describe("what was paid for", () => {
  it("is answered from llm.jsonl, and costs nothing again", async () => {
    const answers = await paid(answered(0, question("a"), completion("[1, 2]", { thought: "hm", finish: "length" })));
    const { ids, ask } = model();
    expect(await answers.before(ask, 0)(question("a"), never)).toEqual({
      text: "[1, 2]",
      thought: "hm",
      finish: "length",
      model: "m",
      usage: { inputTokens: 100, outputTokens: 10, estimated: false },
      attempts: 0,
      latencyMs: 0,
      cached: true,
    });
    expect(ids).toEqual([]);
  });

  it("is asked for where something else is asked: other words, another step, a repeat", async () => {
    const answers = await paid(answered(0, question("a"), completion("old")));
    const { ids, ask } = model();
    const complete = answers.before(ask, 0);
    for (const other of [question("b"), question("a", { id: "planner-1f-2" }), question("a", { repeat: 1 })])
      expect((await complete(other, never)).text).toBe("new");
    expect(ids).toEqual(["0/planner-1f-1", "0/planner-1f-2", "0/planner-1f-1"]);
  });

  it("is answered with replies of no use too: asking again would have another trial's luck", async () => {
    const answers = await paid(answered(0, question("a"), completion("no list at all")));
    const { ids, ask } = model();
    const picky = question("a", { isUsable: () => false });
    expect((await answers.before(ask, 0)(picky, never)).text).toBe("no list at all");
    expect(ids).toEqual([]);
  });

  it("is kept apart for contenders that ask the same", async () => {
    const answers = await paid(
      answered(0, question("a"), completion("first's")),
      answered(11, question("a"), completion("twelfth's")),
    );
    const { ids, ask } = model();
    const texts = await Promise.all(
      [0, 11, 1].map(async (contender) => (await answers.before(ask, contender)(question("a"), never)).text),
    );
    expect(texts).toEqual(["first's", "twelfth's", "new"]);
    expect(ids).toEqual(["1/planner-1f-1"]);
  });

  it("is known as soon as it is noted", async () => {
    const answers = await paid();
    const { ids, ask } = model();
    answers.note(answered(2, question("a"), completion("just now")));
    expect((await answers.before(ask, 2)(question("a"), never)).text).toBe("just now");
    expect(ids).toEqual([]);
  });

  it("is not handed out once the trial has stopped", async () => {
    const answers = await paid(answered(0, question("a"), completion("old")));
    const stopped = AbortSignal.abort(new Error("stopped"));
    await expect(answers.before(model().ask, 0)(question("a"), stopped)).rejects.toThrow("stopped");
  });
});

describe("what went wrong", () => {
  it("goes wrong again in the same way, without a request", async () => {
    const answers = await paid(failed(question("a"), "failed", "held back by the content filter"));
    const { ids, ask } = model();
    await expect(answers.before(ask, 0)(question("a"), never)).rejects.toThrow(
      expect.objectContaining({ name: "ProviderError", kind: "request", message: "held back by the content filter" }),
    );
    expect(ids).toEqual([]);
  });

  it("is asked again where the trial ended before the answer", async () => {
    const answers = await paid(failed(question("a"), "aborted", "The run was interrupted."));
    expect((await answers.before(model().ask, 0)(question("a"), never)).text).toBe("new");
    expect(answers.spentBy(0)).toEqual({ calls: 1, tokens: 100, cost: 0.25 });
  });

  it("does not take the place of an answer that came before", async () => {
    const answers = await paid(
      answered(0, question("a"), completion("old")),
      failed(question("a"), "aborted", "The run was interrupted."),
    );
    expect((await answers.before(model().ask, 0)(question("a"), never)).text).toBe("old");
  });

  it("is asked again where nothing was sent: a replay that holds no answer says so again", async () => {
    const answers = await paid(failed(question("a"), "failed", "llm.jsonl holds no answer for planner-1f-1.", 0));
    const { ids, ask } = model();
    expect((await answers.before(ask, 0)(question("a"), never)).text).toBe("new");
    expect(ids).toEqual(["0/planner-1f-1"]);
  });
});

describe("after a trial that ended because replies were of no use", () => {
  const complete = async (row: CallRow, ask: Complete) =>
    (await PaidAnswers.read(await written([row]), { usableOnly: true })).before(ask, 0);
  const isUsable = ({ text }: { readonly text: string }): boolean => text.startsWith("[");

  it("those are asked for again, and no others", async () => {
    const { ids, ask } = model();
    const good = await complete(answered(0, question("a"), completion("[1, 2]")), ask);
    expect((await good(question("a", { isUsable }), never)).text).toBe("[1, 2]");
    expect(ids).toEqual([]);
    const bad = await complete(answered(0, question("a"), completion("no list at all")), ask);
    expect((await bad(question("a", { isUsable }), never)).text).toBe("new");
  });

  it("so is what ended in an error: it would end the trial again", async () => {
    const again = await complete(failed(question("a"), "failed", "the token limit was used up"), model().ask);
    expect((await again(question("a", { isUsable }), never)).text).toBe("new");
  });
});

describe("what was spent", () => {
  it("is told by contender and in total; what came from a cache cost nothing", async () => {
    const answers = await paid(
      answered(0, question("a"), completion("x", { attempts: 2, latencyMs: 30 })),
      answered(0, question("b"), completion("y", { attempts: 0, latencyMs: 0, cached: true }), 0),
      failed(question("c"), "failed", "held back"),
      answered(1, question("a"), completion("z", { latencyMs: 50 })),
    );
    expect(answers.spentBy(0)).toEqual({ calls: 3, tokens: 210, cost: 0.75 });
    expect(answers.spentBy(1)).toEqual({ calls: 1, tokens: 110, cost: 0.5 });
    expect(answers.spentBy(2)).toEqual({ calls: 0, tokens: 0, cost: 0 });
    expect(answers.total).toEqual({ calls: 4, tokens: 320, cost: 1.25 });
    expect([0, 1, 2].map((contender) => answers.latenciesOf(contender))).toEqual([[30], [50], []]);
  });
});

describe("the file", () => {
  it("may be absent, or end within a line", async () => {
    const file = join(await temporaryFolder(), "llm.jsonl");
    expect((await PaidAnswers.read(file)).total).toEqual({ calls: 0, tokens: 0, cost: 0 });
    await writeFile(file, `${JSON.stringify(answered(0, question("a"), completion("x")))}\n`);
    await appendFile(file, JSON.stringify(answered(0, question("b"), completion("y"))).slice(0, 60));
    expect((await PaidAnswers.read(file)).total.calls).toBe(1);
  });

  it("names a damaged line", async () => {
    const file = join(await temporaryFolder(), "llm.jsonl");
    await writeFile(file, "{}\nnonsense\n{}\n");
    await expect(PaidAnswers.read(file)).rejects.toThrow(/llm\.jsonl:2: a line of/);
  });
});
