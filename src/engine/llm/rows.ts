/** The lines of llm.jsonl. */
import { contentKey } from "./requestKey.ts";
import type { Completion, ModelRequest, ProviderReply, Usage } from "./types.ts";

export function rowOf(request: ModelRequest) {
  const { id, role, model, promptHash, messages } = request;
  return { id, role, model, promptHash, messages, key: contentKey(request) };
}

export function answeredRow({ text, thought, finish, attempts, latencyMs, cached, usage }: Completion) {
  return {
    reply: text,
    ...(thought !== undefined && { thought }),
    finish,
    attempts,
    latencyMs,
    cached,
    tokensIn: usage.inputTokens,
    tokensOut: usage.outputTokens,
    tokensEstimated: usage.estimated,
    // An answer that was kept was not read anew.
    ...(attempts > 0 && usage.cachedTokens !== undefined && { tokensCached: usage.cachedTokens }),
  };
}

/** @param usage what the server may have used all the same */
export function failedRow({ model }: ModelRequest, attempts: number, usage: Usage) {
  return answeredRow({
    text: "",
    finish: "stop",
    usage: { ...usage, estimated: true },
    attempts,
    latencyMs: 0,
    cached: false,
    model,
  });
}

/** An answer that cost nothing: kept, recorded, or asked for by somebody else. */
export function sharedCompletion({ text, thought, finish, model }: ProviderReply, usage: Usage): Completion {
  const thoughts = thought === undefined ? {} : { thought };
  return { text, ...thoughts, finish, model, usage, attempts: 0, latencyMs: 0, cached: true };
}
