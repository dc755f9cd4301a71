import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { base, remount, server } from "./eachTestServer.ts";
import {
  answerAll,
  attemptsOf,
  completion,
  hurried,
  journalOf,
  json,
  never,
  request,
  rig,
  scriptedMount,
} from "./modelServer.ts";

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
    for (const round of ["warm", "warmer", "warmest"]) await askAll(round);
    seen.length = 0;
    latency = 500;
    const started = performance.now();
    await askAll("user");
    const wall = performance.now() - started;
    console.log(`12 requests at 500 ms: ${wall.toFixed(0)} ms, ${(wall / 500).toFixed(3)} x the latency`);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(journalOf(server)).toHaveLength(48);
    expect(attemptsOf(rows)).toBe(48);
  });

  it("is asked no more at once than the limit allows", async () => {
    let inFlight = 0;
    let most = 0;
    server.on({ endpoint: "chat" }, async () => {
      most = Math.max(most, ++inFlight);
      await sleep(100);
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
    expect(scheduler.lap()).toMatchObject({ llmCalls: 1, llmCacheHits: 2 });
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

  it("that asks to wait too long pauses, and is asked again when that time is over", async () => {
    const { mount } = scriptedMount(
      (res) => json(res, 429, { error: { message: "slow down" } }, { "retry-after": "100000" }),
      (res) => json(res, 200, completion("ok")),
    );
    remount(mount);
    const { scheduler, blocked, resume } = rig(base, { maxRetryAfterSeconds: 0.05 });
    const answer = scheduler.complete(request("a"), never);
    expect(await blocked(1)).toMatchObject({
      message: expect.stringMatching(/slow down.* It asks to wait 24 h, until \d+ \w+, \d\d:\d\d\.$/),
      retryAfterSeconds: 86_400,
    });
    resume();
    expect((await answer).attempts).toBe(2);
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
    expect(scheduler.lap()).toMatchObject({ llmCalls: 1, llmRetries: 2, llmErrors: 0 });
  });

  it("that only ever sends nonsense pauses after three calls, however many wait", async () => {
    const { mount, requests } = scriptedMount((res) => json(res, 200, "{nonsense"));
    remount(mount);
    const { scheduler, rows, blocked } = rig(base, { retries: 5 }, { clock: hurried });
    const stop = new AbortController();
    const answers = Promise.allSettled(
      ["a", "b", "c", "d"].map((text) => scheduler.complete(request(text), stop.signal)),
    );
    expect(await blocked(1)).toMatchObject({ cause: "bad-body", message: expect.stringContaining("not JSON") });
    expect(requests()).toBe(3);
    stop.abort(new Error("end"));
    await answers;
    await expect.poll(() => attemptsOf(rows)).toBe(3);
  });

  it("that sends nonsense to one question and answers the others fails that one alone", async () => {
    server.on({ endpoint: "chat" }, (body) =>
      String(body.messages.at(-1)?.content) === "odd" ? { error: { message: "oops" }, status: 500 } : { content: "ok" },
    );
    const { scheduler, rows, blocks } = rig(base, { retries: 2 }, { clock: hurried });
    await scheduler.complete(request("even"), never);
    const odd = scheduler.complete(request("odd"), never).catch((error) => error);
    for (let i = 0; rows.length < 2 || !rows.some(({ id }) => id === "planner-odd"); i++)
      await scheduler.complete(request(`even ${i}`), never);
    expect(await odd).toMatchObject({ kind: "server" });
    expect(rows.find(({ id }) => id === "planner-odd")).toMatchObject({ attempts: 3, errorKind: "failed", reply: "" });
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

  const tooLong = (res: import("node:http").ServerResponse) =>
    json(res, 400, { error: { message: "This model's maximum context length is 10 tokens" } });

  it("whose context is too small for the first request pauses at once: it is for all others too", async () => {
    const { mount, requests } = scriptedMount(tooLong);
    remount(mount);
    const { scheduler, blocked } = rig(base);
    const stop = new AbortController();
    const answer = scheduler.complete(request("a", { schema }), stop.signal).catch((error) => error);
    expect(await blocked(1)).toMatchObject({ cause: "too-long", attempts: 1 });
    expect(requests()).toBe(1);
    stop.abort(new Error("end"));
    await answer;
  });

  it("whose context is too small for a later request fails that request at once", async () => {
    const { mount, requests } = scriptedMount((res) => json(res, 200, completion("ok")), tooLong);
    remount(mount);
    const { scheduler } = rig(base);
    await scheduler.complete(request("short"), never);
    await expect(scheduler.complete(request("long"), never)).rejects.toMatchObject({ kind: "too-long" });
    expect(requests()).toBe(2);
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
    ["max_tokens", [/max_tokens/], '"max_completion_tokens":1033'],
  ])("%s", async (_, unknown, kept) => {
    const bodies = rejecting(...unknown);
    const { scheduler } = rig(base);
    const ask = (text: string) => request(text, { schema, maxTokens: 9 });
    const first = await scheduler.complete(ask("a"), never);
    expect(first.attempts).toBe(bodies.length);
    // In case it was a passing state of the server's, the full request is tried once more.
    expect((await scheduler.complete(ask("b"), never)).attempts).toBe(2);
    const before = bodies.length;
    const next = await scheduler.complete(ask("c"), never);
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
