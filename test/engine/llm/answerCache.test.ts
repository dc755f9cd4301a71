import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AnswerCache } from "../../../src/engine/llm/answerCache.ts";
import { answerAll, journalOf, never, request, rig, startServer } from "./modelServer.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lerl-cache-"));
  file = join(folder, "deep", "answers.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const reply = (text: string) =>
  ({ text, finish: "stop", model: "m", usage: { inputTokens: 1, outputTokens: 2 } }) as const;

describe("the answer cache", () => {
  it("keeps answers across openings", () => {
    AnswerCache.open(file).put("k", reply('multi\nline "text"'));
    expect(AnswerCache.open(file).get("k")).toEqual(reply('multi\nline "text"'));
  });

  it("drops a torn last line and appends whole lines after it", () => {
    AnswerCache.open(file).put("a", reply("1"));
    appendFileSync(file, '{"key":"b","te');
    const cache = AnswerCache.open(file);
    expect(cache.size).toBe(1);
    cache.put("c", reply("3"));
    expect(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).key),
    ).toEqual(["a", "c"]);
  });

  it("skips lines that are no answers", () => {
    AnswerCache.open(file).put("a", reply("1"));
    appendFileSync(file, 'garbage\n{"key":1}\n\n');
    expect(AnswerCache.open(file).size).toBe(1);
  });

  it("keeps no answer that was cut by its length", () => {
    const cache = AnswerCache.open(file);
    cache.put("a", { ...reply("1"), finish: "length" });
    expect(cache.get("a")).toBeUndefined();
  });

  it("answers a later run without a call, unless the experiment says otherwise", async () => {
    const server = await startServer();
    answerAll(server, ({ messages }) => `to ${messages.at(-1)?.content}`);
    const base = `${server.url}/v1`;
    await rig(base, {}, { cache: AnswerCache.open(file) }).scheduler.complete(request("x"), never);
    const later = rig(base, {}, { cache: AnswerCache.open(file) });
    expect(await later.scheduler.complete(request("x"), never)).toMatchObject({
      text: "to x",
      cached: true,
      attempts: 0,
    });
    expect(later.rows).toMatchObject([{ reply: "to x", cached: true, attempts: 0, cost: 0 }]);
    expect(later.budget.spending.calls).toBe(0);
    expect(journalOf(server)).toHaveLength(1);
    await rig(base, { cache: false }, { cache: AnswerCache.open(file) }).scheduler.complete(request("x"), never);
    expect(journalOf(server)).toHaveLength(2);
    await server.stop();
  });
});
