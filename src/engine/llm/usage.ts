import { InputError } from "../errors.ts";
import type { ModelLimits, ModelRequest, ProviderReply, Usage } from "./types.ts";

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, estimated: false };

/** The server's count, or characters / 4. */
export function usageOf(request: ModelRequest, { text, thought = "", usage }: ProviderReply): Usage {
  if (!usage) return estimateUsage(request, text.length + thought.length);
  const { inputTokens, outputTokens, cachedTokens } = usage;
  return { inputTokens, outputTokens, estimated: false, ...toldCached({ cachedTokens }) };
}

/** Four characters to a token: a rule of thumb for where a server does not count. */
export function estimateUsage({ messages }: Pick<ModelRequest, "messages">, replyCharacters: number): Usage {
  const asked = messages.reduce((sum, { content }) => sum + content.length, 0);
  return { inputTokens: Math.ceil(asked / 4), outputTokens: Math.ceil(replyCharacters / 4), estimated: true };
}

export const addedUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  estimated: a.estimated || b.estimated,
  ...addedCached(a, b),
});

interface Cached {
  readonly cachedTokens?: number | undefined;
}

export const toldCached = ({ cachedTokens }: Cached): { readonly cachedTokens?: number } =>
  cachedTokens === undefined ? {} : { cachedTokens };

/** Tokens read from a server's prefix cache, of two counts: told where one of them is. */
export const addedCached = (a: Cached, b: Cached): { readonly cachedTokens?: number } =>
  toldCached({ cachedTokens: a.cachedTokens === undefined ? b.cachedTokens : a.cachedTokens + (b.cachedTokens ?? 0) });

/** US dollars; 0 for a model without a price. */
export function costOf({ prices }: Pick<ModelLimits, "prices">, model: string, usage: Usage): number {
  const price = prices[model];
  return price ? (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1e6 : 0;
}

/** @throws InputError `models.price-missing`: a cost limit means nothing for a model without a price */
export function requirePrice({ maxCost, prices }: Pick<ModelLimits, "maxCost" | "prices">, model: string): void {
  if (maxCost === 0 || prices[model]) return;
  throw new InputError(
    "models.price-missing",
    `models.maxCost is ${maxCost}, but models.prices has no entry "${model}". Add its prices per million tokens, or set maxCost to 0.`,
  );
}
