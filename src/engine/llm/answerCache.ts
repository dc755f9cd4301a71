/** Answers that were given before, and which of them are worth keeping. */
import type { ModelRequest, ProviderReply } from "./types.ts";

/** By `requestKey`. Neither call fails: what cannot be read or kept is asked for again. */
export interface AnswerCache {
  get(key: string): ProviderReply | undefined;
  /** Keeps an answer that ended by itself; the newest to a question counts. */
  put(key: string, reply: ProviderReply): void;
}

/** Whether an answer is worth keeping: never one that was cut, held back or empty. */
export function isUsable(request: ModelRequest, reply: ProviderReply): boolean {
  if (reply.finish !== "stop") return false;
  return request.isUsable?.(reply) ?? reply.text.trim() !== "";
}
