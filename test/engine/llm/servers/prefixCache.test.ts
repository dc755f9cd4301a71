/** What servers tell of their prefix caches, over real HTTP. */
import { describe, expect, it } from "vitest";
import type { ProviderReply } from "../../../../src/engine/llm/types.ts";
import { completion, hurried, json, never, request, rig } from "../modelServer.ts";
import { plainServer } from "../plainServer.ts";

const usage = { prompt_tokens: 300, completion_tokens: 20, total_tokens: 320 };

/** Answers with these counts, and what came of two questions, the second of them asked twice. */
async function told(...counts: readonly object[]) {
  const { base } = await plainServer((res, _, nth) =>
    json(res, 200, { ...completion("ok"), ...counts[(nth - 1) % counts.length] }),
  );
  const kept = new Map<string, ProviderReply>();
  const cache = {
    get: (key: string) => kept.get(key),
    put: (key: string, reply: ProviderReply) => void kept.set(key, reply),
  };
  const wire = rig(base, {}, { clock: hurried, cache });
  const first = await wire.scheduler.complete(request("a"), never);
  await wire.scheduler.complete(request("b"), never);
  await wire.scheduler.complete(request("b"), never);
  return { ...wire, first, lap: wire.scheduler.lap(), spending: wire.budget.spending };
}

describe("tokens read from a server's prefix cache", () => {
  it.each([
    ["as OpenAI has them", { usage: { ...usage, prompt_tokens_details: { cached_tokens: 256 } } }],
    ["as DeepSeek has them", { usage: { ...usage, prompt_cache_hit_tokens: 256, prompt_cache_miss_tokens: 44 } }],
    ["beside the other counts", { usage: { ...usage, cached_tokens: 256 } }],
    ["as gateways to Anthropic have them", { usage: { ...usage, cache_read_input_tokens: 256 } }],
    ["in llama.cpp's timings", { usage, timings: { cache_n: 256, prompt_n: 44 } }],
  ])("are read %s, counted, and written down", async (_, counts) => {
    const { first, rows, lap, spending } = await told(counts);
    expect(first.usage).toEqual({ inputTokens: 300, outputTokens: 20, estimated: false, cachedTokens: 256 });
    expect(lap.llmTokensCached).toBe(512);
    expect(spending).toMatchObject({ calls: 2, tokens: 640, cachedTokens: 512 });
    // What is answered from what is kept here is read by no server.
    expect(rows.map(({ attempts, tokensCached }) => [attempts, tokensCached])).toEqual([
      [1, 256],
      [1, 256],
      [0, undefined],
    ]);
  });

  it.each([
    ["nothing", { usage }],
    ["null", { usage: { ...usage, prompt_tokens_details: null } }],
    ["something else", { usage: { ...usage, prompt_tokens_details: { cached_tokens: "many" } }, timings: "none" }],
  ])("are unknown, not 0, where a server says %s", async (_, counts) => {
    const { first, rows, lap, spending } = await told(counts);
    expect(first.usage).toEqual({ inputTokens: 300, outputTokens: 20, estimated: false });
    expect(lap.llmTokensCached).toBeUndefined();
    expect(spending).not.toHaveProperty("cachedTokens");
    expect(rows[0]).not.toHaveProperty("tokensCached");
  });

  it("are 0 where a server says so, and never more than the prompt has", async () => {
    const none = { usage: { ...usage, prompt_tokens_details: { cached_tokens: 0 } } };
    const many = { usage: { ...usage, prompt_tokens_details: { cached_tokens: 999 } } };
    const { first, rows, lap } = await told(none, many);
    expect(first.usage.cachedTokens).toBe(0);
    expect(rows[1]?.tokensCached).toBe(300);
    expect(lap.llmTokensCached).toBe(300);
  });
});
