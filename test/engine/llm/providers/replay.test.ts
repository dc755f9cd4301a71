import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ReplayProvider } from "../../../../src/engine/llm/providers/replay.ts";
import { contentKey } from "../../../../src/engine/llm/requestKey.ts";
import type { CallRow } from "../../../../src/engine/llm/types.ts";
import { answerAll, never, request, rig, startServer } from "../modelServer.ts";

const keyOfQ = contentKey(request("q"));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lerl-replay-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const written = (rows: readonly CallRow[], tail = "") => {
  const file = join(folder, "llm.jsonl");
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join("") + tail);
  return file;
};

describe("the replay provider", () => {
  it("gives back what a run recorded, call by call, with the network off", async () => {
    const server = await startServer();
    let answers = 0;
    answerAll(server, () => `answer ${++answers}`);
    // Without the cache, equal questions of different steps have different answers.
    const recorded = rig(`${server.url}/v1`, { cache: false });
    const questions = ["a", "b", "c", "d"].map((id) => request("same", { id }));
    const before: string[] = [];
    for (const question of questions) before.push((await recorded.scheduler.complete(question, never)).text);
    await server.stop();
    expect(new Set(before).size).toBe(4);

    // Neither the limits of the recorded run nor the order in which the steps come back matter.
    const replay = rig(await ReplayProvider.open(written(recorded.rows)), { maxCalls: 1, requestsPerMinute: 1 });
    const after = await Promise.all(questions.map(async (q) => (await replay.scheduler.complete(q, never)).text));
    expect(after).toEqual(before);
    expect(replay.rows.map(({ id, reply, attempts }) => [id, reply, attempts])).toEqual(
      questions.map(({ id }, i) => [id, before[i], 0]),
    );
    expect(replay.budget.spending.calls).toBe(0);
    for (const i of [2, 3, 0, 1]) {
      const again = rig(await ReplayProvider.open(written(recorded.rows)));
      expect((await again.scheduler.complete(questions[i] as (typeof questions)[0], never)).text).toBe(before[i]);
    }
  });

  it("gives equal questions of unknown origin the answers in order, and then the last one", async () => {
    const rows = ["1", "2"].map((reply, i) => row({ id: `x${i}`, reply }));
    const provider = await ReplayProvider.open(written(rows));
    const ask = async () => (await provider.send(request("q", { id: "new" }))).text;
    expect([await ask(), await ask(), await ask()]).toEqual(["1", "2", "2"]);
  });

  it("replays usage and failures, and never a call that was aborted", async () => {
    const failed = row({ id: "f", reply: "", error: "too long", errorKind: "failed" });
    const aborted = row({ id: "g", reply: "", error: "stopped", errorKind: "aborted" });
    const provider = await ReplayProvider.open(written([aborted, failed, row({ id: "g", reply: "fine" })]));
    await expect(provider.send(request("q", { id: "f" }))).rejects.toMatchObject({
      kind: "request",
      message: "too long",
    });
    expect(await provider.send(request("q", { id: "g" }))).toMatchObject({
      text: "fine",
      usage: { inputTokens: 3, outputTokens: 4 },
    });
  });

  it("says which question has no answer", async () => {
    const { scheduler, blocks } = rig(await ReplayProvider.open(written([])));
    await expect(scheduler.complete(request("q"), never)).rejects.toMatchObject({ kind: "miss" });
    await expect(scheduler.complete(request("q"), never)).rejects.toThrow("planner-q");
    expect(blocks).toEqual([]);
  });

  it("reads a file with a torn last line, and no other torn file", async () => {
    const provider = await ReplayProvider.open(written([row({ id: "a", reply: "1" })], '{"id":"b","ke'));
    expect((await provider.send(request("q", { id: "a" }))).text).toBe("1");
    await expect(ReplayProvider.open(written([], 'torn{\n{"id":"b"}\n'))).rejects.toThrow(
      "llm.jsonl:1: not a recorded model call",
    );
    await expect(ReplayProvider.open(join(folder, "none.jsonl"))).rejects.toMatchObject({ code: "replay.file" });
  });
});

function row(more: Partial<CallRow>): CallRow {
  return {
    id: "x",
    key: keyOfQ,
    role: "planner",
    model: "m",
    promptHash: "",
    messages: [],
    reply: "",
    finish: "stop",
    attempts: 1,
    latencyMs: 1,
    cached: false,
    tokensIn: 3,
    tokensOut: 4,
    tokensEstimated: false,
    cost: 0,
    ...more,
  };
}
