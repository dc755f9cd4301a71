/** What models were asked for, told at the end: calls, tokens, and what a server says of its prefix cache. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TrialResult } from "../../../src/protocol/trial/result.ts";
import { ChatServer } from "./chatServer.ts";
import { jsonLinesOf, lerl, scratchFolder, start } from "./lerl.ts";
import { callsOf, plannerPrompt, recordOf, writeModelExperiment } from "./modelWorld.ts";

const scratch = scratchFolder();
const server = new ChatServer();
let file = "";
beforeAll(async () => {
  await server.open();
  file = writeModelExperiment(scratch.path, server.baseUrl);
});
beforeEach(() => {
  server.cached = 10;
  server.latencyMs = 0;
  server.journal.length = 0;
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const folderOf = (name: string): string => join(scratch.path, name);
const NO_CACHE = ["--set", "models.cache=false"] as const;
const tokensOf = (name: string): number =>
  callsOf(folderOf(name)).reduce(
    (sum, { attempts, tokensIn, tokensOut }) => sum + (attempts > 0 ? tokensIn + tokensOut : 0),
    0,
  );
const count = (value: number): string => value.toLocaleString("en");

describe("what models were asked for", () => {
  it("ends a run, stands in run.json, and equals what the server counted", async () => {
    const { out } = await lerl(["run", file, "--quiet", "--out", "told", ...NO_CACHE], scratch.path);
    const calls = server.journal.length;
    const tokens = tokensOf("told");
    expect(recordOf(folderOf("told")).summary?.models).toEqual({ calls, tokens, cachedTokens: 10 * calls });
    const cached = `${count(10 * calls)} of them read from the server's cache`;
    expect(out).toContain(`Models: ${calls} calls, ${count(tokens)} tokens, ${cached}.`);
    expect(readFileSync(join(folderOf("told"), "timing.jsonl"), "utf8")).toContain('"llmTokensCached":');
  });

  it("says nothing of a cache where the server does not", async () => {
    server.cached = undefined;
    const finished = await lerl(["run", file, "--json", "--out", "untold", ...NO_CACHE], scratch.path);
    const calls = server.journal.length;
    expect(jsonLinesOf(finished).at(-1)).toMatchObject({ models: { calls, tokens: tokensOf("untold") } });
    expect(finished.out).not.toMatch(/cachedTokens|llmTokensCached/);
  });

  it("counts what was asked before an interruption, too", async () => {
    server.latencyMs = 10;
    const running = start(["run", file, "--json", "--out", "interrupted", ...NO_CACHE], scratch.path);
    await server.asked(30);
    running.kill("SIGINT");
    await running.finished;
    const { out } = await lerl(["resume", "interrupted", "--quiet"], scratch.path);
    const { calls = 0, cachedTokens = 0 } = recordOf(folderOf("interrupted")).summary?.models ?? {};
    expect(calls).toBe(server.journal.length);
    expect(cachedTokens).toBeGreaterThan(10 * 30);
    expect(out).toContain(`Models: ${calls} calls`);
  });

  it("ends an evaluation that asks the model", async () => {
    const { out } = await lerl(
      ["evaluate", "told", "--planner", "same", "--sessions", "4", "--no-cache"],
      scratch.path,
    );
    const calls = server.journal.length;
    expect(calls).toBeGreaterThan(4);
    expect(out).toMatch(new RegExp(`Models: ${calls} calls, [\\d,]+ tokens, ${count(10 * calls)} of them read from`));
  });

  it("stands beside each contender of a trial", async () => {
    writeFileSync(folderOf("other.lerl.md"), plannerPrompt.replace("You plan", "Carefully, you plan"));
    const args = ["trial", file, "--prompt", "other.lerl.md", "--sessions", "2", "--no-cache"];
    const told = await lerl([...args, "--format", "json"], scratch.path);
    const { contenders } = JSON.parse(told.out) as TrialResult;
    expect(contenders.map(({ calls, cachedTokens }) => cachedTokens === 10 * calls)).toEqual([true, true]);
    const { out } = await lerl([...args, "--seed", "7"], scratch.path);
    expect(out).toMatch(/\d+ calls, .*, [\d,]+ tokens, [\d,]+ of them read from the server's cache\./);
  });
});
