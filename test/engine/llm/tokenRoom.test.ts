import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ModelRequest } from "../../../src/engine/llm/types.ts";
import { completion, hurried, json, never, request, rig } from "./modelServer.ts";
import { outcomeAt, plainServer, type Sent } from "./plainServer.ts";

const limitOf = ({ body }: Pick<Sent, "body">): number => body.max_completion_tokens ?? body.max_tokens ?? Number.NaN;

/** Thinks for so many tokens before it answers with 20, and counts them where it `counts`. */
const thinker = (tokens: number, counts = true) =>
  plainServer((res, { body }) => {
    const isCut = limitOf({ body }) < tokens + 20;
    const used = isCut ? limitOf({ body }) : tokens + 20;
    const details = counts ? { completion_tokens_details: { reasoning_tokens: Math.min(tokens, used) } } : {};
    const usage = { prompt_tokens: 10, completion_tokens: used, total_tokens: 10 + used, ...details };
    const told = completion(isCut ? "" : "[10, 11]", isCut ? "length" : "stop");
    const [choice] = told.choices;
    const reasoning = "word".repeat(Math.min(tokens, used));
    json(res, 200, { ...told, choices: [{ ...choice, message: { ...choice?.message, reasoning } }], usage });
  });

async function asking(base: string, texts: readonly string[], more: Partial<ModelRequest> = {}) {
  const wire = rig(base, {}, { clock: hurried });
  const replies = [];
  for (const text of texts)
    replies.push(await wire.scheduler.complete(request(text, { maxTokens: 80, ...more }), never));
  return { ...wire, replies, lap: wire.scheduler.lap() };
}

describe("room for thoughts", () => {
  it.each([
    ["the server's count of them", true],
    ["their length, where the server does not count them", false],
  ])("beside the answer's is learned from %s", async (_, counts) => {
    const { base, sent } = await thinker(40, counts);
    const { lap } = await asking(base, ["a", "b"]);
    const [first, second] = sent.map(limitOf);
    expect(first).toBe(80);
    expect(second).toBeGreaterThanOrEqual(80 + 2 * 40);
    expect(lap).toMatchObject({ llmCut: 0, llmRetries: 0 });
  });

  it("is not made for a model that does not think", async () => {
    const { base, sent } = await plainServer((res) => json(res, 200, completion("[10, 11]")));
    await asking(base, ["a", "b", "c"]);
    expect(sent.map(limitOf)).toEqual([80, 80, 80]);
  });

  it("is made after a reply that was cut: asked again once, with more, counted, and kept", async () => {
    const { base, sent } = await thinker(700);
    const { replies, lap, rows } = await asking(base, ["a", "b", "c"]);
    expect(replies.map(({ text, attempts }) => [text, attempts])).toEqual([
      ["[10, 11]", 2],
      ["[10, 11]", 1],
      ["[10, 11]", 1],
    ]);
    const [first, second, third] = sent.map(limitOf);
    expect(first).toBe(80);
    expect(second).toBeGreaterThanOrEqual(4 * 80);
    expect(third).toBeGreaterThanOrEqual(second ?? 0);
    expect(lap).toMatchObject({ llmCut: 1 });
    // What the cut one cost is the answer's too.
    expect(rows[0]).toMatchObject({ attempts: 2, tokensOut: 80 + 720 });
  });

  it("is each model's own", async () => {
    const { base, sent } = await thinker(700);
    const { scheduler } = rig(base, {}, { clock: hurried });
    await scheduler.complete(request("a", { maxTokens: 80 }), never);
    await scheduler.complete(request("a", { maxTokens: 80, model: "other" }), never);
    expect(limitOf(sent[2] as Sent)).toBe(80);
  });

  it("is there for a critic, whose answer nobody limits", async () => {
    const { base, sent } = await thinker(700);
    const { replies } = await asking(base, ["a"], { role: "critic", maxTokens: undefined as never });
    expect(replies[0]).toMatchObject({ finish: "stop", attempts: 2 });
    expect(limitOf(sent[0] as Sent)).toBeGreaterThanOrEqual(100);
  });

  it("does not help a reply that is cut again: told so, and the room is taken back", async () => {
    const { base, sent } = await plainServer((res, { body }) =>
      body.messages[1]?.content === "long"
        ? json(res, 200, completion(Array.from({ length: 99 }, (_, i) => `${i} of many`).join(", "), "length"))
        : json(res, 200, completion("[10, 11]")),
    );
    const { replies, lap } = await asking(base, ["long", "b"]);
    expect(replies[0]).toMatchObject({ finish: "length", attempts: 2 });
    expect(lap).toMatchObject({ llmCut: 2 });
    const [first, second, third] = sent.map(limitOf);
    expect(second).toBeGreaterThan(first ?? 0);
    expect(third).toBe(80);
  });

  it("is not raised again for a long answer that was under way while another was given room", async () => {
    const long = Array.from({ length: 99 }, (_, i) => `${i} of many`).join(", ");
    const { base, sent } = await plainServer(async (res, { body }) => {
      // Its second try ends after the other has begun with the room that it was given.
      if (body.messages[1]?.content === "a" && limitOf({ body }) > 80) await sleep(300);
      json(res, 200, completion(long, "length"));
    });
    const { scheduler } = rig(base, {}, { clock: hurried });
    const ask = (text: string) => scheduler.complete(request(text, { role: "critic", maxTokens: 80 }), never);
    const first = ask("a");
    await expect.poll(() => sent.length).toBe(2);
    await Promise.all([first, ask("b")]);
    expect(Math.max(...sent.map(limitOf))).toBe(1104);
  });

  it("is given no more after it did not help twice", async () => {
    const long = Array.from({ length: 99 }, (_, i) => `${i} of many`).join(", ");
    const { base, sent } = await plainServer((res) => json(res, 200, completion(long, "length")));
    await asking(base, ["a", "b", "c"], { role: "critic" });
    expect(sent.map(limitOf)).toEqual([80, 1104, 80, 1104, 80]);
  });

  it.each([
    ["a list", "10, 11, ".repeat(20)],
    ["a sentence", `At first. ${"The lesson is about the feed and the user's patience. ".repeat(4)}The less`],
    ["line breaks", `{${"\n".repeat(90)}`],
  ])("is not made for a reply that goes round in circles: %s", async (_, text) => {
    const { base, sent } = await plainServer((res) => json(res, 200, completion(text, "length")));
    const { replies, lap } = await asking(base, ["a"]);
    expect(replies[0]).toMatchObject({ finish: "length", attempts: 1 });
    expect(lap).toMatchObject({ llmCut: 1 });
    expect(sent.map(limitOf)).toEqual([80]);
  });

  it("ends at what a server takes, which has to say so twice", async () => {
    const { base, sent } = await plainServer((res, { body }) =>
      (body.max_tokens ?? 0) > 512
        ? json(res, 400, { error: { message: "max_tokens is too large. This model supports at most 512 tokens." } })
        : json(res, 200, completion("", "length")),
    );
    const { replies } = await asking(base, ["a"]);
    expect(replies[0]?.finish).toBe("length");
    expect(sent.map(limitOf)).toEqual([80, 1104, 1104, 512]);
  });

  it("is also made where the server refuses to answer a word for want of it", async () => {
    const words = "Could not finish the message because max_tokens or model output limit was reached.";
    const { base, sent } = await plainServer((res, { body }) =>
      limitOf({ body }) < 700 ? json(res, 400, { error: { message: words } }) : json(res, 200, completion("[10, 11]")),
    );
    const { replies, lap } = await asking(base, ["a", "b"]);
    expect(replies.map(({ attempts }) => attempts)).toEqual([2, 1]);
    expect(lap).toMatchObject({ llmCut: 1 });
    expect(sent).toHaveLength(3);
  });

  it("that does not suffice there fails with the setting to raise", async () => {
    const words = "Could not finish the message because max_tokens or model output limit was reached.";
    const { base, sent } = await plainServer((res) => json(res, 400, { error: { message: words } }));
    const { how, cause, message } = await outcomeAt(base, { ask: { maxTokens: 80 } });
    expect({ how, cause }).toEqual({ how: "failed", cause: "cut" });
    expect(message).toMatch(/Raise maxTokens \(80 now\), or lower reasoningEffort/);
    expect(sent).toHaveLength(2);
  });
});
