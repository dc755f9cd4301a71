import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { detectServers, testModel } from "../../../src/engine/llm/detect.ts";
import { ReplayProvider } from "../../../src/engine/llm/providers/replay.ts";
import { VscodeProvider } from "../../../src/engine/llm/providers/vscode.ts";
import { contentKey } from "../../../src/engine/llm/requestKey.ts";
import type { CallRow } from "../../../src/engine/llm/types.ts";
import {
  answerAll,
  completion,
  hurried,
  json,
  never,
  request,
  rig,
  scriptedMount,
  startServer,
} from "./modelServer.ts";

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

describe("the editor's models", () => {
  it("are asked through the host, two at a time, with messages only", async () => {
    const asked: unknown[] = [];
    let inFlight = 0;
    let most = 0;
    const provider = new VscodeProvider({
      ask: async (params) => {
        asked.push(params);
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inFlight--;
        return { text: "ok", model: "editor-model" };
      },
    });
    const { scheduler, rows } = rig(provider);
    await Promise.all(
      [1, 2, 3, 4, 5].map((i) => scheduler.complete(request(`${i}`, { temperature: 1, seed: 2 }), never)),
    );
    expect(most).toBe(2);
    expect(Object.keys(asked[0] as object).sort()).toEqual(["messages", "model"]);
    expect(rows[0]).toMatchObject({ model: "test-model", tokensEstimated: true });
  });

  it("pause the run at their cap of calls, and a resume allows as many again", async () => {
    const provider = new VscodeProvider({ ask: async () => ({ text: "ok", model: "m" }), calls: 2 });
    const { scheduler, blocked, blocks, resume } = rig(provider);
    const answers = Promise.all([1, 2, 3, 4].map((i) => scheduler.complete(request(`${i}`), never)));
    expect(await blocked(1)).toMatchObject({ kind: "budget", limit: "calls", used: 2, allowed: 2 });
    resume();
    expect(await answers).toHaveLength(4);
    expect(blocks).toHaveLength(1);
  });

  it("pause the run when consent is refused, with the host's words", async () => {
    let refused = true;
    const provider = new VscodeProvider({
      ask: async () => {
        if (refused) throw new Error("You have not allowed this extension to use the model.");
        return { text: "ok", model: "m" };
      },
    });
    const { scheduler, blocked, resume } = rig(provider, {}, { clock: hurried });
    const answer = scheduler.complete(request("a"), never);
    expect((await blocked(1)).message).toContain("You have not allowed");
    refused = false;
    resume();
    expect((await answer).text).toBe("ok");
  });
});

describe("finding model servers", () => {
  it("lists those that answer, with their models", async () => {
    const server = await startServer();
    const models = scriptedMount((res) => json(res, 200, { data: [{ id: "llama3" }, { id: "qwen3" }] }));
    const other = scriptedMount((res) => json(res, 200, "<html>"));
    server.mount("/ollama/v1", models.mount);
    server.mount("/web/v1", other.mount);
    const at = (name: string, baseUrl: string) => ({ name, baseUrl });
    const found = await detectServers([
      at("Ollama", `${server.url}/ollama/v1`),
      at("web page", `${server.url}/web/v1`),
      at("nobody", "http://127.0.0.1:1/v1"),
    ]);
    expect(found).toEqual([{ name: "Ollama", baseUrl: `${server.url}/ollama/v1`, models: ["llama3", "qwen3"] }]);
    await server.stop();
  });

  it("gives up on one that hangs", async () => {
    const server = await startServer();
    server.mount("/v1", scriptedMount(() => undefined).mount);
    expect(await detectServers([{ name: "x", baseUrl: `${server.url}/v1` }], 30)).toEqual([]);
    await server.stop();
  });

  it("tries one structured call and says how it was answered", async () => {
    const server = await startServer();
    server.mount("/good/v1", scriptedMount((res) => json(res, 200, completion('{"categories":[1,2]}'))).mount);
    server.mount(
      "/old/v1",
      scriptedMount(
        (res) => json(res, 400, { error: { message: "response_format not supported" } }),
        (res) => json(res, 200, completion('```json\n{"categories":[1,2]}\n```')),
      ).mount,
    );
    server.mount("/chatty/v1", scriptedMount((res) => json(res, 200, completion("Hello there"))).mount);
    server.mount("/locked/v1", scriptedMount((res) => json(res, 401, { error: { message: "no key" } })).mount);
    server.mount("/slow/v1", scriptedMount(() => undefined).mount);
    const trial = (name: string) => testModel({ baseUrl: `${server.url}/${name}/v1`, model: "m" }, 200);
    expect(await trial("good")).toMatchObject({ ok: true, structuredOutput: "json_schema" });
    expect(await trial("old")).toMatchObject({ ok: true, structuredOutput: "json_object" });
    expect(await trial("chatty")).toMatchObject({ ok: false, structuredOutput: "none" });
    expect((await trial("locked")).message).toContain("Check the key");
    expect((await trial("slow")).message).toBe("No answer within 0.2 s.");
    await server.stop();
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
