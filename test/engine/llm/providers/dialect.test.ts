import { describe, expect, it } from "vitest";
import type { ModelRequest } from "../../../../src/engine/llm/types.ts";
import { planReplySchema } from "../../../../src/engine/planner/planParsing.ts";
import { completion, hurried, json, never, request, rig } from "../modelServer.ts";
import { plainServer, type Sent } from "../plainServer.ts";

const schema = planReplySchema([10, 11, 12].map((id) => ({ id, name: `Category ${id}` })));
const whole: Partial<ModelRequest> = { schema, maxTokens: 50, temperature: 0, seed: 1, reasoningEffort: "low" };
const error = (message: string, more: object = {}) => ({ error: { message, ...more } });
type Body = Sent["body"];

/** Refuses what `refuse` has words for, with 400 where it names no other status. */
async function picky(refuse: (body: Body, nth: number) => unknown) {
  const refused: Body[] = [];
  const { base, sent } = await plainServer((res, { body }, nth) => {
    const answer = refuse(body, nth);
    if (answer === undefined) return json(res, 200, completion("ok"));
    refused.push(body);
    const { status = 400, ...words } = answer as { status?: number };
    json(res, status, Array.isArray(answer) ? answer : words);
  });
  const { scheduler, blocks, rows } = rig(base, {}, { clock: hurried });
  const ask = (text: string, more: Partial<ModelRequest> = {}) =>
    scheduler.complete(request(text, { ...whole, ...more }), never);
  return { ask, sent, refused, blocks, rows, last: () => sent.at(-1)?.body as Body };
}

const schemaOf = (body: Body): string => JSON.stringify(body.response_format?.json_schema?.schema ?? null);
const has = (body: Body, text: string): boolean => JSON.stringify(body).includes(text);

describe("the first request", () => {
  it("asks for everything", async () => {
    const { ask, last } = await picky(() => undefined);
    await ask("a");
    expect(last()).toMatchObject({
      max_tokens: 50,
      temperature: 0,
      seed: 1,
      reasoning_effort: "low",
      stream: true,
      stream_options: { include_usage: true },
      response_format: { type: "json_schema", json_schema: { strict: true } },
    });
    expect(schemaOf(last())).toMatch(/"minItems":2,"maxItems":3/);
  });
});

describe("an error that names a field takes out that field alone", () => {
  const fields = [
    "max_tokens",
    "temperature",
    "seed",
    "reasoning_effort",
    "stream_options",
    "stream",
    "response_format",
  ];
  const extra = (field: string) => ({
    type: "extra_forbidden",
    loc: ["body", field],
    msg: "Extra inputs are not permitted",
  });

  it.each<[field: string, how: string, words: unknown]>([
    [
      "temperature",
      "with its only value",
      error("Unsupported value: 'temperature' does not support 0 with this model."),
    ],
    ["temperature", "as a parameter", error("Unsupported value", { param: "temperature" })],
    ["seed", "in a list of details", { status: 422, detail: [extra("seed")] }],
    ["seed", "in details inside a message", { status: 422, message: { detail: [extra("seed")] } }],
    ["seed", "in a list", [error('Invalid JSON payload received. Unknown name "seed": Cannot find field.')]],
    ["seed", "in an answer that claims success", { status: 200, ...error("seed is not supported", { code: 400 }) }],
    ["reasoning_effort", "by its name", error("Unrecognized request argument supplied: reasoning_effort")],
    ["stream_options", "by its name", error("Unknown parameter: 'stream_options'.")],
    ["stream", "by what it does", { detail: "Streaming is not supported" }],
    ["stream", "by its name", { status: 422, detail: [extra("stream")] }],
    ["response_format", "by its name", error("Unrecognized request argument supplied: response_format")],
    ["response_format", "by what it holds", { error: "'json_schema' and 'json_object' are not supported here" }],
  ])("%s, %s", async (field, _, words) => {
    const { ask, last, refused, blocks } = await picky((body) => (body[field] === undefined ? undefined : words));
    await ask("a");
    const missing = field === "stream" ? ["stream", "stream_options"] : [field];
    expect(fields.filter((name) => last()[name] === undefined)).toEqual(
      fields.filter((name) => missing.includes(name)),
    );
    expect(refused.length).toBeLessThanOrEqual(3);
    expect(blocks).toEqual([]);
  });

  it("several at once, one call for all of them", async () => {
    const { ask, refused, last } = await picky((body) => {
      const named = ["seed", "reasoning_effort"].filter((field) => body[field] !== undefined);
      return named.length > 0 ? { status: 422, detail: named.map(extra) } : undefined;
    });
    await ask("a");
    expect(refused).toHaveLength(1);
    expect(last().response_format?.type).toBe("json_schema");
  });

  it("a limit of tokens is asked for by its other name", async () => {
    const { ask, last } = await picky((body) =>
      body.max_tokens === undefined
        ? undefined
        : error("Use 'max_completion_tokens' instead.", { param: "max_tokens" }),
    );
    await ask("a");
    expect(last().max_tokens).toBeUndefined();
    expect(last().max_completion_tokens).toBeGreaterThanOrEqual(50);
  });

  it.each([
    "max_tokens is too large: 8000. This model supports at most 4096 completion tokens.",
    "max_tokens must be less than or equal to 4096",
    "Invalid max_tokens value, the valid range of max_tokens is [1, 4096]",
    "This model's maximum context length is 5000 tokens. However, you requested 8888 tokens (888 in the messages, 8000 in the completion). Please reduce max_tokens.",
  ])("a limit of tokens beyond the server's is lowered to it: %s", async (words) => {
    const { ask, last, refused } = await picky((body) => ((body.max_tokens ?? 0) > 4096 ? error(words) : undefined));
    await ask("a", { maxTokens: 8000 });
    expect(last().max_tokens).toBeGreaterThan(4000);
    expect(refused).toHaveLength(1);
    await ask("short");
    expect(last().max_tokens).toBe(50);
  });

  it.each([
    "Invalid schema: minItems is not supported",
    "'maxItems' is not permitted",
    "failed to compile the JSON schema",
    "In context=('properties', 'categories'), 'minItems' is not permitted. Invalid schema for response_format 'plan'",
  ])("bounds of the list are left out, and the schema stays: %s", async (words) => {
    const { ask, last } = await picky((body) => (/minItems|maxItems/.test(schemaOf(body)) ? error(words) : undefined));
    await ask("a");
    expect(schemaOf(last())).toContain('"enum":[10,11,12]');
    expect(schemaOf(last())).not.toMatch(/minItems|maxItems/);
  });

  it("ids that are numbers become texts, and the bounds stay", async () => {
    const { ask, last } = await picky((body) =>
      schemaOf(body).includes('"enum":[10')
        ? [
            error(
              "Invalid value at 'generation_config.response_schema.properties[0].value.items.enum[0]' (TYPE_STRING), 10",
            ),
          ]
        : undefined,
    );
    await ask("a");
    expect(schemaOf(last())).toContain('"type":"string","enum":["10","11","12"]');
    expect(schemaOf(last())).toContain("maxItems");
  });

  it("the schema, then the object: plain text is the last resort", async () => {
    const { ask, sent, last } = await picky((body) =>
      body.response_format ? error("response_format is not supported by this model") : undefined,
    );
    await ask("a");
    expect(sent.map(({ body }) => body.response_format?.type)).toEqual(["json_schema", "json_object", undefined]);
    expect(last()).toMatchObject({ seed: 1, temperature: 0, max_tokens: 50 });
  });

  it("but a server that knows the schema only is not left with less than it takes", async () => {
    const { ask, last } = await picky((body) => {
      if (/minItems/.test(schemaOf(body))) return { error: "failed to compile the JSON schema" };
      return body.response_format?.type === "json_object"
        ? { error: "'response_format.type' must be 'json_schema' or 'text'" }
        : undefined;
    });
    await ask("a");
    expect(last().response_format?.type).toBe("json_schema");
  });
});

describe("what was learned", () => {
  const noSeed = (body: Body) => (body.seed === undefined ? undefined : error("Unknown parameter: 'seed'"));

  it("belongs to one model of the server", async () => {
    const { ask, last, refused } = await picky((body) => (body.model === "old" ? noSeed(body) : undefined));
    for (const text of ["a", "b", "c"]) await ask(text, { model: "old" });
    await ask("a", { model: "new" });
    expect(last()).toMatchObject({ model: "new", seed: 1 });
    expect(refused).toHaveLength(2);
  });

  it("costs one call for a first wave of twelve, and one more to see whether it still holds", async () => {
    const { ask, refused, sent } = await picky(noSeed);
    const wave = (what: string) => Promise.all(Array.from({ length: 12 }, (_, i) => ask(`${what} ${i}`)));
    await wave("first");
    expect(refused.length).toBeLessThanOrEqual(2);
    await wave("second");
    await wave("third");
    expect(refused).toHaveLength(2);
    expect(sent).toHaveLength(36 + 2);
  });

  it("costs at most four calls where two fields are refused one after the other", async () => {
    const { ask, refused, last } = await picky((body) => {
      if (body.max_tokens !== undefined) return error("Use 'max_completion_tokens'.", { param: "max_tokens" });
      return body.temperature === undefined ? undefined : error("Unsupported value", { param: "temperature" });
    });
    await Promise.all(Array.from({ length: 12 }, (_, i) => ask(`${i}`)));
    for (let i = 0; i < 4; i++) await ask(`later ${i}`);
    expect(refused.length).toBeLessThanOrEqual(4);
    expect(last().response_format?.type).toBe("json_schema");
  });

  it("is forgotten where the refusal was a passing one", async () => {
    const { ask, last } = await picky((body, nth) => (nth === 1 ? noSeed(body) : undefined));
    await ask("a");
    expect(last().seed).toBeUndefined();
    for (const text of ["b", "c", "d"]) {
      await ask(text);
      expect(last().seed).toBe(1);
    }
  });

  it.each([
    ["names nothing", { error: "Model is unloaded." }],
    ["names what stands in no request", error("Internal template error", { param: "chat_template" })],
  ])("is nothing from an error that %s", async (_, words) => {
    const { ask, last } = await picky((__, nth) => (nth === 1 ? words : undefined));
    await ask("a");
    expect(last()).toMatchObject({ seed: 1, temperature: 0, response_format: { type: "json_schema" } });
  });

  it("is not one stray refusal in the middle of a run", async () => {
    const { ask, last } = await picky((body, nth) =>
      nth === 3 && body.response_format ? error("json_schema: grammar could not be parsed") : undefined,
    );
    for (const text of ["a", "b", "c", "d"]) {
      await ask(text);
      expect(schemaOf(last())).toContain("maxItems");
    }
  });

  it.each([1, 2, 5])("is nothing where a model's JSON failed now and then, as at call %d", async (bad) => {
    const failed = error("Failed to generate JSON. See 'failed_generation'.", {
      code: "json_validate_failed",
      failed_generation: '{"categories": [1, 2',
    });
    const { ask, last, blocks, rows } = await picky((_, nth) => (nth % 6 === bad ? failed : undefined));
    for (let i = 0; i < 8; i++) await ask(`${i}`);
    expect(last().response_format?.type).toBe("json_schema");
    expect(blocks).toEqual([]);
    expect(rows.every((row) => row.error === undefined)).toBe(true);
  });

  it("is nothing where the prompt itself speaks of a field that the server repeats", async () => {
    const { ask, last } = await picky((__, nth) =>
      nth === 1 ? error("Bad input: Never set the temperature or the seed of an oven by guessing.") : undefined,
    );
    await ask("Never set the temperature or the seed of an oven by guessing.");
    expect(has(last(), '"seed":1')).toBe(true);
    expect(has(last(), '"temperature":0')).toBe(true);
  });
});
