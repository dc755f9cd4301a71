import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { completion, hurried, json, never, request, rig } from "./modelServer.ts";
import { outcomeAt, plainServer } from "./plainServer.ts";

const error = (message: string, more: object = {}) => ({ error: { message, ...more } });
const schema = { name: "plan", schema: { type: "object" } };

describe("what concerns every request pauses the run after one call, however many wait", () => {
  it.each<[string, number, unknown, RegExp]>([
    [
      "an unknown model",
      404,
      error("The model `x` does not exist", { code: "model_not_found" }),
      /Check the model name/,
    ],
    ["an unknown model, as a wrong request", 400, error("Model Not Exist"), /Model Not Exist.*"test-model"/],
    [
      "an unknown model, without a wrapping",
      400,
      { object: "error", message: "Invalid model: x" },
      /Invalid model: x\./,
    ],
    ["an unknown model, as an unprocessable entity", 422, { detail: "No such model: x" }, /Check the model name/],
    ["an unknown model, in an answer that claims success", 200, error("model 'x' not found"), /ollama pull test-model/],
    ["no model loaded", 400, error("No models loaded. Please load a model."), /Check the model name/],
    ["a wrong key", 401, error("Incorrect API key provided"), /Check the key/],
    ["a wrong key, as a wrong request", 400, [{ error: { message: "API key not valid." } }], /Check the key/],
    ["a wrong key, in an answer that claims success", 200, error("Bad token", { code: 401 }), /Check the key/],
    ["no permission", 403, error("You are not allowed to sample from this model"), /may use this model/],
    ["no permission, and no words", 403, "", /answered with status 403 and no words.*Check the key/],
    [
      "a request beyond what a minute may have, as too many requests",
      429,
      error("Request too large on tokens per min (TPM): Limit 30000, Requested 31000. The input must be reduced."),
      /Shorten the prompt/,
    ],
    ["no credit", 402, error("Payment Required"), /Add credit/],
    ["no credit, as a wrong request", 400, error("Your credit balance is too low"), /Add credit/],
    ["no credit, as too many requests", 429, error("Quota", { code: "insufficient_quota" }), /Add credit/],
    ["no credit, as forbidden", 403, error("Insufficient balance in your account"), /Add credit/],
    ["no credit, in an answer that claims success", 200, error("Sorry", { code: 402 }), /Add credit/],
    ["a model that embeds only", 400, error('"bge" does not support chat'), /is no chat model/],
    ["an address of nothing", 405, error("Method Not Allowed"), /Check the address/],
    [
      "a context below the prompt",
      400,
      error("prompt is too long: 5000 tokens > 4096 maximum"),
      /at least 5\d\d\d tokens/,
    ],
    [
      "a limit below the prompt",
      413,
      error("Request too large for model `x` on tokens per minute (TPM): Limit 500, Requested 890", {
        code: "rate_limit_exceeded",
      }),
      /tokens per minute/,
    ],
    [
      "a body below the prompt",
      413,
      "<html><head><title>413 Request Entity Too Large</title></head></html>",
      /Too Large/,
    ],
  ])("%s (%d)", async (_, status, body, told) => {
    const { base, sent } = await plainServer((res) => json(res, status, body));
    const outcome = await outcomeAt(base, { requests: 8 });
    expect(outcome).toMatchObject({ how: "paused", message: expect.stringMatching(told) });
    await sleep(10);
    expect(sent).toHaveLength(1);
  });
});

describe("a request that is refused without a word of what is wrong with it", () => {
  const rejected = [
    ["words of something else", { error: "Model is unloaded." }, /Model is unloaded\./],
    ["no words", {}, /answered with status 400 and no words/],
    ["a web page", "<html><title>Oops</title></html>", /a web page titled "Oops"/],
  ] as const;

  it.each(rejected)("is sent once more, and then the run pauses: %s", async (_, body, told) => {
    const { base, sent } = await plainServer((res) => json(res, 400, body));
    const outcome = await outcomeAt(base, { requests: 8 });
    expect(outcome).toMatchObject({ how: "paused", cause: "rejected", message: expect.stringMatching(told) });
    await sleep(10);
    expect(sent).toHaveLength(2);
  });

  it.each(rejected)("is answered where that has passed, in the same form: %s", async (_, body) => {
    const { base, sent } = await plainServer((res, { body: asked }, nth) =>
      nth === 1 ? json(res, 400, body) : json(res, 200, completion(asked.response_format?.type ?? "")),
    );
    const { scheduler, blocks } = rig(base, {}, { clock: hurried });
    const reply = await scheduler.complete(request("a", { schema }), never);
    expect(reply).toMatchObject({ text: "json_schema", attempts: 2 });
    expect(sent).toHaveLength(2);
    expect(blocks).toEqual([]);
  });
});

describe("a server that is wrong from its first call pauses after three calls at most", () => {
  it.each<[string, number, unknown]>([
    ["busy", 503, error("Service unavailable")],
    ["loading", 503, error("Loading model")],
    ["at its limit", 429, error("Too many requests")],
    ["broken behind a gateway", 502, "<html><title>502 Bad Gateway</title></html>"],
    ["an error where an answer should be", 200, error("Provider returned error", { code: 502 })],
    ["nothing", 200, ""],
    ["a field that it names and does not know without it either", 400, error("Unsupported parameter: 'seed'")],
  ])("%s", async (_, status, body) => {
    const { base, sent } = await plainServer((res) => json(res, status, body));
    const outcome = await outcomeAt(base, { requests: 8, ask: { seed: 1, schema }, limits: { retries: 20 } });
    expect(outcome.how).toBe("paused");
    await sleep(10);
    expect(sent.length).toBeLessThanOrEqual(3);
  });

  it("and after as many as the reply has forms, where it names the form each time", async () => {
    const { base, sent } = await plainServer((res) => json(res, 400, error("failed to compile the JSON schema")));
    expect(await outcomeAt(base, { requests: 8, ask: { schema } })).toMatchObject({ how: "paused" });
    await sleep(10);
    expect(sent.map(({ body }) => body.response_format?.type)).toEqual([
      "json_schema",
      "json_schema",
      "json_object",
      undefined,
    ]);
  });
});

describe("a run whose server goes wrong with many requests on their way", () => {
  it.each<[string, number, unknown, number]>([
    ["its model is unloaded", 400, { error: "Model is unloaded." }, 1],
    ["its credit is used up", 429, error("x", { code: "insufficient_quota" }), 0],
    ["its key is revoked", 401, error("no"), 0],
    ["it breaks", 500, error("oops"), 1],
  ])("because %s pauses once, and then asks with one request at a time", async (_, status, body, retries) => {
    let isGood = true;
    const { base, sent } = await plainServer((res, { body: asked }) =>
      isGood ? json(res, 200, completion(`to ${asked.messages[1]?.content}`)) : json(res, status, body),
    );
    const { scheduler, blocked, blocks, resume, rows } = rig(base, { retries }, { clock: hurried });
    const askAll = (what: string) =>
      Promise.all(Array.from({ length: 12 }, (_, i) => scheduler.complete(request(`${what} ${i}`), never)));
    await askAll("warm");
    await askAll("warmer");
    isGood = false;
    const answers = askAll("user");
    for (let probe = 1; probe <= 4; probe++) {
      await blocked(probe);
      await sleep(20);
      expect(blocks).toHaveLength(probe);
      const before = sent.length;
      if (probe === 4) isGood = true;
      resume();
      if (probe < 4) {
        await blocked(probe + 1);
        expect(sent.length - before).toBe(1);
      }
    }
    expect((await answers).map(({ text }) => text)).toEqual(Array.from({ length: 12 }, (_, i) => `to user ${i}`));
    expect(rows.every(({ error }) => error === undefined)).toBe(true);
  });

  it("is not paused by one hiccup in which all of them fail together", async () => {
    let failures = 0;
    const { base, sent } = await plainServer((res) =>
      failures > 0 && failures-- ? json(res, 500, error("oops")) : json(res, 200, completion("ok")),
    );
    const { scheduler, blocks } = rig(base, { retries: 2 }, { clock: hurried });
    const askAll = (what: string) =>
      Promise.all(Array.from({ length: 12 }, (_, i) => scheduler.complete(request(`${what} ${i}`), never)));
    await askAll("warm");
    await askAll("warmer");
    failures = scheduler.activity.limit;
    expect(failures).toBeGreaterThan(4);
    await askAll("user");
    expect(sent.length).toBeGreaterThan(36);
    expect(blocks).toEqual([]);
  });
});
