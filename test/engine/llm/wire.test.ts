import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LLMock } from "@copilotkit/aimock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { messageOf } from "../../../src/engine/errors.ts";
import { AnswerCache } from "../../../src/engine/llm/answerCache.ts";
import { ProviderError } from "../../../src/engine/llm/errors.ts";
import {
  answerAll,
  attemptsOf,
  completion,
  hangUp,
  hurried,
  journalOf,
  json,
  never,
  request,
  rig,
  scriptedMount,
  startServer,
} from "./modelServer.ts";

let server: LLMock;
let base: string;
let mounts = 0;

beforeEach(async () => {
  server = await startServer();
  base = `${server.url}/v1`;
});

afterEach(() => {
  hangUp();
  return server.stop();
});

const schema = { name: "plan", schema: { type: "object", properties: {}, required: [], additionalProperties: false } };

describe("a model server", () => {
  it("answers, and the row holds what was asked, answered and counted", async () => {
    server.on({ endpoint: "chat" }, { content: "hello", usage: { prompt_tokens: 11, completion_tokens: 3 } });
    const { scheduler, rows } = rig(base, { prices: { "test-model": { input: 1, output: 2 } } });
    const reply = await scheduler.complete(request("hi", { temperature: 0.5, maxTokens: 7, seed: 4 }), never);
    expect(reply).toMatchObject({ text: "hello", finish: "stop", attempts: 1, cached: false });
    expect(reply.usage).toEqual({ inputTokens: 11, outputTokens: 3, estimated: false });
    expect(journalOf(server)[0]?.body).toMatchObject({ model: "test-model", temperature: 0.5, max_tokens: 7, seed: 4 });
    expect(rows).toMatchObject([
      {
        id: "planner-hi",
        reply: "hello",
        attempts: 1,
        cached: false,
        tokensIn: 11,
        tokensOut: 3,
        tokensEstimated: false,
      },
    ]);
    expect(rows[0]?.cost).toBeCloseTo((11 + 2 * 3) / 1e6, 12);
    expect(rows[0]?.latencyMs).toBeGreaterThan(0);
  });

  it("that is slow to answer 12 users has all of them in flight together", async () => {
    const seen: number[] = [];
    let inFlight = 0;
    let latency = 0;
    server.on({ endpoint: "chat" }, async () => {
      seen.push(++inFlight);
      await sleep(latency);
      inFlight--;
      return { content: "ok" };
    });
    const { scheduler, rows } = rig(base);
    const askAll = (what: string) =>
      Promise.all(Array.from({ length: 12 }, (_, i) => scheduler.complete(request(`${what} ${i}`), never)));
    for (const round of ["warm", "warmer"]) await askAll(round);
    seen.length = 0;
    latency = 500;
    const started = performance.now();
    await askAll("user");
    const wall = performance.now() - started;
    console.log(`12 requests at 500 ms: ${wall.toFixed(0)} ms, ${(wall / 500).toFixed(3)} x the latency`);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(journalOf(server)).toHaveLength(36);
    expect(attemptsOf(rows)).toBe(36);
  });

  it("is asked no more at once than the limit allows", async () => {
    let inFlight = 0;
    let most = 0;
    server.on({ endpoint: "chat" }, async () => {
      most = Math.max(most, ++inFlight);
      await sleep(20);
      inFlight--;
      return { content: "ok" };
    });
    const { scheduler } = rig(base, { concurrency: 3 });
    await Promise.all(Array.from({ length: 9 }, (_, i) => scheduler.complete(request(`${i}`), never)));
    expect(most).toBe(3);
  });

  it("gets one call for equal requests in flight, and a row for each that asked", async () => {
    answerAll(server, () => "same", 30);
    const { scheduler, rows } = rig(base);
    const replies = await Promise.all(["a", "b", "c"].map((id) => scheduler.complete(request("x", { id }), never)));
    expect(replies.map(({ text, cached, attempts }) => [text, cached, attempts])).toEqual([
      ["same", false, 1],
      ["same", true, 0],
      ["same", true, 0],
    ]);
    expect(journalOf(server)).toHaveLength(1);
    expect(rows.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(scheduler.statistics()).toMatchObject({ llmCalls: 1, llmCacheHits: 2 });
    await scheduler.complete(request("x", { repeat: 1 }), never);
    expect(journalOf(server)).toHaveLength(2);
  });
});

describe("a model server in trouble", () => {
  it("that asks to wait is obeyed, by every request", async () => {
    const times: number[] = [];
    const { mount } = scriptedMount(
      (res) => json(res, 429, { error: { message: "slow down" } }, { "retry-after": "1" }),
      (res) => {
        times.push(performance.now());
        json(res, 200, completion("ok"));
      },
    );
    remount(mount);
    const { scheduler, rows } = rig(base, { concurrency: 1 });
    const started = performance.now();
    await Promise.all([scheduler.complete(request("a"), never), scheduler.complete(request("b"), never)]);
    for (const time of times) expect(time - started).toBeGreaterThanOrEqual(990);
    expect(attemptsOf(rows)).toBe(3);
  });

  it("that asks to wait too long is asked again after the cap", async () => {
    const { mount } = scriptedMount(
      (res) => json(res, 429, { error: { message: "slow down" } }, { "retry-after": "100000" }),
      (res) => json(res, 200, completion("ok")),
    );
    remount(mount);
    const { scheduler } = rig(base, { maxRetryAfterSeconds: 0.05 });
    expect((await scheduler.complete(request("a"), never)).attempts).toBe(2);
  });

  it.each<[string, (res: import("node:http").ServerResponse) => void]>([
    ["fails with 500", (res) => json(res, 500, { error: { message: "oops" } })],
    ["fails with 503 and HTML", (res) => res.writeHead(503, { "content-type": "text/html" }).end("<html>busy")],
    ["sends malformed JSON", (res) => json(res, 200, "{malformed json: <<<")],
    ["sends JSON that is cut", (res) => json(res, 200, JSON.stringify(completion("ok")).slice(0, 60))],
    [
      "closes in the middle of a body",
      (res) => {
        res.writeHead(200, { "content-type": "application/json", "content-length": "400" });
        res.write('{"choices": [');
        setTimeout(() => res.destroy(), 5);
      },
    ],
    ["sends an empty body", (res) => json(res, 200, "")],
    ["sends an empty body of no type", (res) => res.writeHead(200).end()],
    ["sends no content", (res) => res.writeHead(204).end()],
    ["sends text", (res) => res.writeHead(200, { "content-type": "text/plain" }).end("hello")],
    ["sends no choices", (res) => json(res, 200, { choices: [] })],
    ["sends an error with 200", (res) => json(res, 200, { error: { message: "no" } })],
    ["disconnects", (res) => res.destroy()],
    ["never answers", () => undefined],
    [
      "hangs in the middle of a body",
      (res) => {
        res.writeHead(200, { "content-type": "application/json" });
        res.write('{"choices": [');
      },
    ],
  ])("that %s once is asked again", async (_, fail) => {
    const { mount, requests } = scriptedMount(fail, fail, (res) => json(res, 200, completion("ok")));
    remount(mount);
    const { scheduler, rows, blocks } = rig(base, { timeoutSeconds: 100 }, { clock: hurried });
    const reply = await scheduler.complete(request("a"), never);
    expect(reply).toMatchObject({ text: "ok", attempts: 3 });
    expect(requests()).toBe(3);
    expect(rows).toHaveLength(1);
    expect(blocks).toEqual([]);
    expect(scheduler.statistics()).toMatchObject({ llmCalls: 1, llmRetries: 2, llmErrors: 0 });
  });

  it("that only ever sends nonsense fails the request after bounded tries, and the run goes on", async () => {
    const { mount, requests } = scriptedMount((res) => json(res, 200, "{nonsense"));
    remount(mount);
    const { scheduler, rows, blocks } = rig(base, { retries: 2 }, { clock: hurried });
    await expect(scheduler.complete(request("a"), never)).rejects.toMatchObject({ kind: "bad-body" });
    expect(requests()).toBe(3);
    expect(rows).toMatchObject([{ attempts: 3, errorKind: "failed", reply: "" }]);
    expect(blocks).toEqual([]);
  });

  it("that has no structured output in some context is asked without it, too long or not", async () => {
    const { mount, requests } = scriptedMount(
      (res) => json(res, 400, { error: { message: "response_format is not supported in this context window" } }),
      (res) => json(res, 422, { error: { message: "unknown field" } }),
      (res) => json(res, 200, completion("ok")),
    );
    remount(mount);
    expect((await rig(base).scheduler.complete(request("a", { schema }), never)).attempts).toBe(3);
    expect(requests()).toBe(3);
  });

  it("whose request is too long fails that request at once", async () => {
    const { mount, requests } = scriptedMount((res) =>
      json(res, 400, { error: { message: "This model's maximum context length is 10 tokens" } }),
    );
    remount(mount);
    const { scheduler } = rig(base);
    await expect(scheduler.complete(request("a", { schema }), never)).rejects.toMatchObject({ kind: "request" });
    expect(requests()).toBe(1);
  });
});

describe("what a server does not understand is left out, and remembered", () => {
  const rejecting = (...unknown: readonly RegExp[]) => {
    const bodies: string[] = [];
    server.on({ endpoint: "chat" }, (body) => {
      const sent = JSON.stringify(body);
      bodies.push(sent);
      const found = unknown.find((part) => part.test(sent));
      return found
        ? { error: { message: `Unsupported parameter: ${found.source.replaceAll("\\b", "")}` }, status: 400 }
        : { content: "ok" };
    });
    return bodies;
  };

  it.each([
    ["json_schema", [/json_schema/], '"response_format":{"type":"json_object"}'],
    ["any response format", [/response_format/], '"messages"'],
    ["max_tokens", [/max_tokens/], '"max_completion_tokens":9'],
  ])("%s", async (_, unknown, kept) => {
    const bodies = rejecting(...unknown);
    const { scheduler } = rig(base);
    const ask = (text: string) => request(text, { schema, maxTokens: 9 });
    const first = await scheduler.complete(ask("a"), never);
    expect(first.attempts).toBe(bodies.length);
    const before = bodies.length;
    const next = await scheduler.complete(ask("b"), never);
    expect(next.attempts).toBe(1);
    expect(bodies).toHaveLength(before + 1);
    expect(bodies.at(-1)).toContain(kept);
    for (const part of unknown) expect(bodies.at(-1)).not.toMatch(part);
  });

  it("temperature and seed, each by itself", async () => {
    const bodies = rejecting(/temperature/, /\bseed\b/);
    const { scheduler } = rig(base);
    await scheduler.complete(request("a", { temperature: 0, seed: 1, schema }), never);
    expect(bodies).toHaveLength(3);
    expect(bodies.at(-1)).toContain("json_schema");
  });

  it("with many requests in flight at once nothing is lost", async () => {
    rejecting(/json_schema/);
    const { scheduler, rows } = rig(base);
    await Promise.all(Array.from({ length: 8 }, (_, i) => scheduler.complete(request(`${i}`, { schema }), never)));
    expect(rows.every(({ error }) => error === undefined)).toBe(true);
    expect(attemptsOf(rows)).toBe(journalOf(server).length);
  });
});

describe("a server that is down", () => {
  it("pauses once, for everybody, and nothing is lost when it comes back", async () => {
    const port = server.port;
    await server.stop();
    const { scheduler, rows, blocked, resume, blocks } = rig(base, { retries: 2 }, { clock: hurried });
    const answers = Promise.all([1, 2, 3, 4].map((i) => scheduler.complete(request(`user ${i}`), never)));
    const block = await blocked(1);
    expect(block).toMatchObject({ kind: "unreachable", cause: "unreachable" });
    expect(block.message).toContain(base);
    await sleep(30);
    expect(rows).toEqual([]);
    server = await startServer(port);
    answerAll(server, ({ messages }) => `to ${messages.at(-1)?.content}`);
    resume();
    expect((await answers).map(({ text }) => text)).toEqual([1, 2, 3, 4].map((i) => `to user ${i}`));
    expect(blocks).toHaveLength(1);
    expect(rows.every(({ error }) => error === undefined)).toBe(true);
  });

  it("pauses again when it is still down at the resume", async () => {
    await server.stop();
    const { scheduler, blocked, resume, blocks } = rig(base, { retries: 1 }, { clock: hurried });
    const stop = new AbortController();
    const answer = scheduler.complete(request("a"), stop.signal);
    await blocked(1);
    resume();
    await blocked(2);
    expect(blocks).toHaveLength(2);
    stop.abort(new Error("stopped"));
    await expect(answer).rejects.toThrow("stopped");
    server = await startServer();
  });

  it("that refuses the key pauses at once and says what to check", async () => {
    const { mount, requests } = scriptedMount(
      (res) => json(res, 401, { error: { message: "Incorrect API key provided" } }),
      (res) => json(res, 200, completion("ok")),
    );
    remount(mount);
    const { scheduler, blocked, resume } = rig(base);
    const answer = scheduler.complete(request("a"), never);
    expect((await blocked(1)).message).toContain("Check the key");
    expect(requests()).toBe(1);
    resume();
    expect((await answer).text).toBe("ok");
  });
});

describe("an abort ends every wait", () => {
  const aborted = async (start: (signal: AbortSignal) => Promise<unknown>, after: number) => {
    const stop = new AbortController();
    const waiting = start(stop.signal);
    waiting.catch(() => undefined);
    await sleep(after);
    const at = performance.now();
    stop.abort(new Error("stopped by a person"));
    await expect(waiting).rejects.toThrow("stopped by a person");
    console.log(`aborted within ${(performance.now() - at).toFixed(1)} ms`);
  };

  it("for an answer, a Retry-After, a backoff, a rate, a free place, and a resume", async () => {
    const hanging = scriptedMount(() => undefined);
    remount(hanging.mount);
    await aborted((signal) => rig(base).scheduler.complete(request("answer"), signal), 50);

    const busy = scriptedMount((res) => json(res, 429, { error: { message: "x" } }, { "retry-after": "50" }));
    remount(busy.mount);
    await aborted((signal) => rig(base).scheduler.complete(request("retry-after"), signal), 100);

    const failing = scriptedMount((res) => json(res, 500, { error: { message: "x" } }));
    remount(failing.mount);
    await aborted((signal) => rig(base).scheduler.complete(request("backoff"), signal), 100);

    const { scheduler: refused } = rig(base, { retries: 0 });
    await aborted((signal) => refused.complete(request("resume"), signal), 100);

    remount(scriptedMount((res) => json(res, 200, completion("ok"))).mount);
    const { scheduler: rated } = rig(base, { requestsPerMinute: 1 });
    await rated.complete(request("first"), never);
    await aborted((signal) => rated.complete(request("second"), signal), 30);

    remount(scriptedMount(() => undefined).mount);
    const { scheduler: crowded, rows } = rig(base, { concurrency: 1 });
    const stop = new AbortController();
    const holder = crowded.complete(request("holder"), stop.signal);
    await aborted((signal) => crowded.complete(request("queued"), signal), 30);
    stop.abort(new Error("done"));
    await expect(holder).rejects.toThrow("done");
    await sleep(5);
    expect(rows.map(({ id, attempts, errorKind }) => [id, attempts, errorKind]).sort()).toEqual([
      ["planner-holder", 1, "aborted"],
      ["planner-queued", 0, "aborted"],
    ]);
  });

  it("of one caller leaves the others of a shared call alone", async () => {
    answerAll(server, () => "shared", 60);
    const { scheduler } = rig(base);
    const stop = new AbortController();
    const first = scheduler.complete(request("x"), stop.signal);
    const second = scheduler.complete(request("x"), never);
    await sleep(10);
    stop.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    expect((await second).text).toBe("shared");
    expect(journalOf(server)).toHaveLength(1);
  });
});

describe("a budget", () => {
  it("of calls pauses with the amount and goes on when it is raised", async () => {
    answerAll(server, () => "ok");
    const { scheduler, blocked, resume, budget } = rig(base, { maxCalls: 3 });
    const answers = Promise.all([1, 2, 3, 4, 5].map((i) => scheduler.complete(request(`${i}`), never)));
    expect(await blocked(1)).toMatchObject({ kind: "budget", limit: "calls", used: 3, allowed: 3 });
    expect((await blocked(1)).message).toContain("3 of 3 calls");
    expect(journalOf(server)).toHaveLength(3);
    budget.limits = { ...budget.limits, maxCalls: 5 };
    resume();
    expect(await answers).toHaveLength(5);
    expect(journalOf(server)).toHaveLength(5);
  });

  it("of tokens and of money is never exceeded by requests on their way", async () => {
    server.on({ endpoint: "chat" }, async () => {
      await sleep(5);
      return { content: "ok", usage: { prompt_tokens: 10, completion_tokens: 10 } };
    });
    const tokens = rig(base, { maxTokens: 100 });
    const stop = new AbortController();
    const some = [1, 2, 3, 4, 5, 6, 7].map((i) =>
      tokens.scheduler.complete(request(`${i}`, { maxTokens: 19 }), stop.signal),
    );
    const settled = Promise.allSettled(some);
    expect(await tokens.blocked(1)).toMatchObject({ limit: "tokens", used: 100, allowed: 100 });
    stop.abort(new Error("end"));
    await settled;

    const prices = { "test-model": { input: 0, output: 1000 } };
    const money = rig(base, { maxCost: 0.025, prices });
    const more = Promise.allSettled(
      [1, 2, 3].map((i) => money.scheduler.complete(request(`m${i}`, { maxTokens: 10 }), never)),
    );
    const reached = await money.blocked(1);
    expect(reached).toMatchObject({ kind: "budget", limit: "cost", allowed: 0.025 });
    expect(money.budget.spending).toMatchObject({ calls: 2, tokens: 40 });
    expect(money.budget.spending.cost).toBeCloseTo(0.02, 10);
    money.budget.limits = { ...money.budget.limits, maxCost: 1 };
    money.resume();
    await more;
  });

  it("of money without a price is an input error", async () => {
    const { scheduler } = rig(base, { maxCost: 1 });
    await expect(scheduler.complete(request("a"), never)).rejects.toMatchObject({ code: "models.price-missing" });
  });

  it("survives a checkpoint", () => {
    const { budget } = rig(base, { maxCalls: 2 });
    budget.restore({ calls: 2, tokens: 9, cost: 0.5 });
    expect(budget.reached({ calls: 1, tokens: 0, cost: 0 })).toMatchObject({ limit: "calls", used: 2 });
    expect(JSON.parse(JSON.stringify(budget.spending))).toEqual({ calls: 2, tokens: 9, cost: 0.5 });
  });
});

describe("a key", () => {
  const key = "sk-secret/äß+0123456789";

  it("reaches the server and nothing else, even when the server sends it back", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lerl-key-"));
    const cache = AnswerCache.open(join(folder, "answers.jsonl"));
    const secret = "sk-secret-0123456789";
    const echo = scriptedMount(
      (res, req) => json(res, 400, { error: { message: `bad key ${req.headers.authorization}`, param: secret } }),
      (res, req) => json(res, 500, { error: { message: `you sent ${req.headers.authorization}` } }),
      (res, req) => json(res, 200, completion(`I know ${req.headers.authorization}`)),
      (res, req) => json(res, 401, { error: { message: `wrong ${req.headers.authorization}` } }),
    );
    remount(echo.mount);
    const { scheduler, rows, blocked, blocks } = rig(base, {}, { cache, apiKey: secret, clock: hurried });
    const errors: string[] = [];
    await scheduler
      .complete(request("a"), never)
      .catch((error) => errors.push(`${messageOf(error)} ${JSON.stringify(error)} ${error.stack}`));
    const reply = await scheduler.complete(request("b"), never);
    expect(reply.text).toBe("I know Bearer [key]");
    const stop = new AbortController();
    const third = scheduler.complete(request("c"), stop.signal).catch((error) => errors.push(String(error)));
    await blocked(1);
    stop.abort(new Error("end"));
    await third;
    writeFileSync(join(folder, "llm.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    writeFileSync(join(folder, "events.json"), JSON.stringify({ blocks, errors }));
    expect(errors).toHaveLength(2);
    expect(errors[0]).toContain("Bearer [key]");
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), "utf8"), file).not.toContain(secret);
    rmSync(folder, { recursive: true });
  });

  it("that cannot be sent is no part of the error either", async () => {
    const { scheduler, blocked } = rig(base, { retries: 0 }, { apiKey: `${key}\n` });
    const stop = new AbortController();
    const answer = scheduler.complete(request("a"), stop.signal).catch((error) => error);
    const outcome = await Promise.race([blocked(1), answer]);
    expect(JSON.stringify(outcome) + messageOf(outcome)).not.toContain("sk-secret");
    stop.abort(new Error("end"));
    const ended: unknown = await answer;
    if (ended instanceof ProviderError) expect(ended.message).not.toContain("sk-secret");
  });

  it("is not sent where there is none", async () => {
    const headers: (string | undefined)[] = [];
    const { mount } = scriptedMount((res, req) => {
      headers.push(req.headers.authorization);
      json(res, 200, completion("ok"));
    });
    remount(mount);
    await rig(base).scheduler.complete(request("a"), never);
    expect(headers).toEqual([undefined]);
  });

  it("has no place in an address", () => {
    const make = () => rig("http://me:pass-word@127.0.0.1:1/v1");
    expect(make).toThrow("apiKeyVariable");
    expect(make).not.toThrow("pass-word");
  });
});

/** From here on `base` is an address whose every path is answered by the mount. */
function remount(mount: ReturnType<typeof scriptedMount>["mount"]): void {
  const path = `/mount-${mounts++}/v1`;
  server.mount(path, mount);
  base = `${server.url}${path}`;
}
