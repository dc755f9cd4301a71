import type { ModelLimits, ModelRequest, ProviderReply, Usage } from "./types.ts";

/** The server's count, or characters / 4. */
export function usageOf(request: ModelRequest, { text, usage }: ProviderReply): Usage {
  return usage ? { ...usage, estimated: false } : estimateUsage(request, text.length);
}

/** Four characters to a token: a rule of thumb for where a server does not count. */
export function estimateUsage({ messages }: Pick<ModelRequest, "messages">, replyCharacters: number): Usage {
  const asked = messages.reduce((sum, { content }) => sum + content.length, 0);
  return { inputTokens: Math.ceil(asked / 4), outputTokens: Math.ceil(replyCharacters / 4), estimated: true };
}

/** US dollars; 0 for a model without a price. */
export function costOf({ prices }: Pick<ModelLimits, "prices">, model: string, usage: Usage): number {
  const price = prices[model];
  return price ? (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1e6 : 0;
}
