import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { PlanParser } from "../../../../src/engine/planner/planParsing.ts";
import { json, never, request, rig } from "../modelServer.ts";
import { plainServer } from "../plainServer.ts";

const PLAN = '{"categories": [10, 11]}';
const THOUGHT = "They liked [12, 13] once.";
const USAGE = { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 };

const body = (message: unknown, more: object = {}, finish: string | null = "stop") => ({
  model: "m",
  choices: [{ index: 0, message, finish_reason: finish }],
  usage: USAGE,
  ...more,
});

async function replyTo(respond: (res: ServerResponse) => void) {
  const { base, sent } = await plainServer((res) => respond(res));
  const { scheduler } = rig(base, { retries: 0, timeoutSeconds: 5 });
  const reply = await scheduler.complete(request("a"), never);
  expect(sent).toHaveLength(1);
  return reply;
}

const replyOf = (answer: unknown) => replyTo((res) => json(res, 200, answer));

describe("an answer and the thoughts before it", () => {
  const thinking = {
    type: "thinking",
    thinking: [
      { type: "text", text: "They liked " },
      { type: "text", text: "[12, 13] once." },
    ],
  };

  it.each<[string, unknown]>([
    ["reasoning_content", { content: PLAN, reasoning_content: THOUGHT }],
    ["reasoning", { content: PLAN, reasoning: THOUGHT }],
    ["thinking", { content: PLAN, thinking: THOUGHT }],
    ["both names of it", { content: PLAN, reasoning: THOUGHT, reasoning_content: THOUGHT }],
    ["parts of the content, in a list of texts", { content: [thinking, { type: "text", text: PLAN }] }],
    [
      "parts of the content, as text",
      {
        content: [
          { type: "reasoning", text: THOUGHT },
          { type: "text", text: PLAN },
        ],
      },
    ],
  ])("are told apart where the server sends %s", async (_, message) => {
    expect(await replyOf(body(message))).toMatchObject({ text: PLAN, thought: THOUGHT, finish: "stop" });
  });

  it.each<[string, unknown]>([
    ["one text", { content: PLAN }],
    [
      "parts",
      {
        content: [
          { type: "text", text: PLAN.slice(0, 9) },
          { type: "text", text: PLAN.slice(9) },
        ],
      },
    ],
    ["parts that are texts", { content: [PLAN.slice(0, 9), PLAN.slice(9)] }],
    ["details of thoughts in a form of their own", { content: PLAN, reasoning: null, reasoning_details: [{ x: 1 }] }],
    ["much else", { content: PLAN, refusal: null, tool_calls: [], annotations: [], audio: null, role: "assistant" }],
  ])("are an answer only where the server sends %s", async (_, message) => {
    const reply = await replyOf(body(message));
    expect(reply).toMatchObject({ text: PLAN, finish: "stop" });
    expect(reply.thought).toBeUndefined();
  });

  it("may all be among the thoughts: a plan at their end is the answer, one in their middle is none", async () => {
    const parser = new PlanParser([10, 11, 12, 13].map((id) => ({ id, name: `C${id}` })));
    const parsed = async (reasoning: string) => {
      const { text, thought, finish } = await replyOf(body({ content: "", reasoning }));
      return parser.parse(text, finish, thought);
    };
    expect(await parsed(`${THOUGHT} So: ${PLAN}`)).toMatchObject({ categories: [0, 1] });
    expect(await parsed(`${THOUGHT} ${PLAN} is too much like the last one.`)).toMatchObject({
      problem: expect.stringContaining("thoughts"),
    });
  });
});

describe("why a reply ended", () => {
  it.each<[string, unknown, string | null, string, string]>([
    ["stop", { content: "x" }, "stop", "stop", "x"],
    ["no reason", { content: "x" }, null, "stop", "x"],
    ["a reason of its own", { content: "x" }, "eos_token", "stop", "x"],
    ["length", { content: "x" }, "length", "length", "x"],
    ["MAX_TOKENS", { content: "x" }, "MAX_TOKENS", "length", "x"],
    ["model_length", { content: "x" }, "model_length", "length", "x"],
    ["content_filter", { content: "" }, "content_filter", "filtered", ""],
    ["SAFETY", { content: null }, "SAFETY", "filtered", ""],
    ["a refusal in its own field", { content: null, refusal: "I cannot." }, "stop", "refused", "I cannot."],
  ])("is read from %s", async (_, message, told, finish, text) => {
    // No limit of tokens: a reply that was cut is not asked for again.
    expect(await replyOf(body(message, {}, told))).toMatchObject({ finish, text });
  });
});

describe("tokens", () => {
  it.each<[string, unknown, number, number]>([
    ["in full", USAGE, 30, 12],
    ["without the answer's, from the total", { prompt_tokens: 30, total_tokens: 42 }, 30, 12],
    ["without the prompt's, from the total", { completion_tokens: 12, total_tokens: 42 }, 30, 12],
    ["with null for details", { ...USAGE, completion_tokens_details: null, prompt_tokens_details: null }, 30, 12],
    ["with odd details", { ...USAGE, completion_tokens_details: "none" }, 30, 12],
  ])("are the server's count %s", async (_, usage, inputTokens, outputTokens) => {
    expect((await replyOf(body({ content: PLAN }, { usage }))).usage).toEqual({
      inputTokens,
      outputTokens,
      estimated: false,
    });
  });

  it.each<[string, unknown]>([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
    ["nulls", { prompt_tokens: null, completion_tokens: null }],
    ["the prompt's only", { prompt_tokens: 30 }],
    ["negative", { prompt_tokens: -1, completion_tokens: -1 }],
    ["beyond any context", { prompt_tokens: 1e308, completion_tokens: 1e308 }],
    ["no whole number", { prompt_tokens: 0.5, completion_tokens: 0.5 }],
    ["a text", "42"],
  ])("are estimated where the count is %s, and the answer is taken", async (_, usage) => {
    const reply = await replyOf(body({ content: PLAN }, { usage }));
    expect(reply).toMatchObject({ text: PLAN, usage: { outputTokens: 6, estimated: true } });
  });
});

describe("an answer in another dress", () => {
  const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
    `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
  const events = [
    chunk({ role: "assistant", content: "" }),
    chunk({ reasoning_content: THOUGHT.slice(0, 7) }),
    chunk({ reasoning_content: THOUGHT.slice(7) }),
    chunk({ content: PLAN.slice(0, 9) }),
    chunk({ content: PLAN.slice(9) }),
    chunk({}, "stop", { usage: USAGE }),
  ].join("");

  it.each<[string, string, string]>([
    ["events", "text/event-stream", `${events}data: [DONE]\n\n`],
    ["events that nobody calls so", "application/json", `${events}data: [DONE]\n\n`],
    ["events without a last one", "text/event-stream", events],
    ["events between comments", "text/event-stream", `: OPENROUTER PROCESSING\n\n${events}: bye\n\ndata: [DONE]\n\n`],
    ["events of other lines' ends", "text/event-stream", events.replaceAll("\n", "\r\n")],
    [
      "events, their count in one of its own",
      "text/event-stream",
      `${events.replace(JSON.stringify(USAGE), "null")}data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`,
    ],
    ["plain text", "text/plain", JSON.stringify(body({ content: PLAN, reasoning: THOUGHT }))],
    ["no type", "", JSON.stringify(body({ content: PLAN, reasoning: THOUGHT }))],
    [
      "blank lines before it",
      "application/json",
      `\n   \n\n${JSON.stringify(body({ content: PLAN, reasoning: THOUGHT }))}`,
    ],
  ])("is read: %s", async (_, type, text) => {
    const reply = await replyTo((res) => res.writeHead(200, type === "" ? {} : { "content-type": type }).end(text));
    expect(reply).toMatchObject({
      text: PLAN,
      thought: THOUGHT,
      finish: "stop",
      usage: { inputTokens: 30, outputTokens: 12, estimated: false },
    });
  });

  it("is taken when its last event came, though the connection stays open", async () => {
    const reply = await replyTo((res) => {
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write(`${events}data: [DONE]\n\n`);
    });
    expect(reply.text).toBe(PLAN);
  });

  it("is taken as a completion of the old kind", async () => {
    expect(await replyOf({ model: "m", choices: [{ text: PLAN, finish_reason: "stop" }] })).toMatchObject({
      text: PLAN,
    });
  });

  it("is not taken from a stream in which the server fails", async () => {
    const failing = `${chunk({ content: PLAN })}data: ${JSON.stringify({ error: { message: "worker died", code: 502 } })}\n\n`;
    const { base } = await plainServer((res) =>
      res.writeHead(200, { "content-type": "text/event-stream" }).end(failing),
    );
    const { scheduler, blocked } = rig(base, { retries: 0 });
    const stop = new AbortController();
    const answer = scheduler.complete(request("a"), stop.signal).catch(() => undefined);
    expect((await blocked(1)).message).toContain("answered 502: worker died");
    stop.abort(new Error("end"));
    await answer;
  });
});
