import { describe, expect, it } from "vitest";
import { Budget } from "../../../src/engine/llm/budget.ts";
import type { Notice } from "../../../src/engine/llm/notices.ts";
import { OpenAiProvider } from "../../../src/engine/llm/providers/openai.ts";
import { Scheduler } from "../../../src/engine/llm/scheduler.ts";
import { systemClock } from "../../../src/engine/llm/waiting.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { modelLimitsSchema } from "../../../src/protocol/experiment/models.ts";
import { completion, json, never, request } from "./modelServer.ts";
import { plainServer, type Sent } from "./plainServer.ts";

type Body = Sent["body"];
const charactersOf = ({ messages }: Body): number => messages.reduce((sum, { content }) => sum + content.length, 0);

/** What a person is told while prompts of these lengths are asked of a server that counts their tokens so. */
async function noticesOf(
  lengths: readonly number[],
  tokens: (characters: number) => number | undefined,
  text = "word ",
): Promise<readonly Notice[]> {
  const { base } = await plainServer((res, { body }) => {
    const prompt_tokens = tokens(charactersOf(body));
    const usage = prompt_tokens === undefined ? undefined : { prompt_tokens, completion_tokens: 5 };
    json(res, 200, { ...completion("[10, 11]"), usage });
  });
  return told(
    base,
    lengths.map((length) => text.repeat(Math.ceil(length / text.length)).slice(0, length)),
  );
}

async function told(base: string, prompts: readonly string[], maxTokens?: number): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  const limits = modelLimitsSchema.parse({});
  const scheduler = new Scheduler({
    provider: new OpenAiProvider({ baseUrl: base }),
    limits,
    budget: new Budget(limits),
    record: () => undefined,
    onBlocked: () => Promise.reject(new Error("blocked")),
    notice: (notice) => notices.push(notice),
    clock: systemClock,
    jitter: new RandomStream(1, "retry"),
  });
  for (const prompt of prompts)
    await scheduler.complete(request(prompt, maxTokens === undefined ? {} : { maxTokens }), never);
  return notices;
}

describe("a server that cuts prompts to its context", () => {
  it.each<[string, readonly number[], number]>([
    ["far below the first prompt", [8000], 512],
    ["at one size, whatever the prompt's", [9000, 12_000], 2048],
    ["at one size, of prompts that differ little", [9000, 9150, 9300, 9450], 2048],
  ])("is noticed, once, with the setting to change: %s", async (_, lengths, context) => {
    const notices = await noticesOf([...lengths, ...lengths], (characters) =>
      Math.min(context, Math.ceil(characters / 4)),
    );
    expect(notices).toMatchObject([
      { code: "model.prompt-cut", message: expect.stringMatching(/cuts prompts to its context.*num_ctx.*--ctx-size/) },
    ]);
    expect(notices[0]?.message).toContain(`counted ${context} tokens`);
  });

  it.each<[string, readonly number[], (characters: number) => number | undefined, string?]>([
    ["that counts four characters to a token", [100, 3000, 9000, 9004], (n) => Math.ceil(n / 4)],
    ["that counts long words", [3000, 6000, 9000], (n) => Math.ceil(n / 6), "extraordinarily "],
    ["that counts a token for each character", [900, 3000], (n) => n, "推荐音乐和舞蹈。"],
    ["that counts the same for the same prompt", [9000, 9000, 9000, 9000], () => 2250],
    ["that counts the same for prompts of nearly one length", [9000, 9002, 9004, 9006, 9008], () => 2250],
    ["that counts the same for two prompts by chance", [9000, 9450, 9000, 9450], () => 2250],
    ["that does not count", [3000, 9000], () => undefined],
    ["that counts nothing", [3000, 9000], () => 0],
    ["whose template adds to every prompt", [10, 20, 30], (n) => 200 + n],
  ])("is not taken for one %s", async (_, lengths, tokens, text) => {
    expect(await noticesOf(lengths, tokens, text)).toEqual([]);
  });
});

describe("a model that thinks beyond its limit", () => {
  it("is told once, with both limits and the setting", async () => {
    const { base } = await plainServer((res, { body: { max_tokens: limit = Number.POSITIVE_INFINITY } }) =>
      json(res, 200, limit < 700 ? completion("", "length") : completion("[10, 11]", "stop")),
    );
    const notices = await told(base, ["a", "b"], 80);
    expect(notices).toMatchObject([
      {
        code: "model.thinks-long",
        message: expect.stringMatching(/was cut at 80 tokens; it is asked again with 1104\. planner\.maxTokens/),
      },
    ]);
  });
});
