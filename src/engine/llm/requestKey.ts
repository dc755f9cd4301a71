import { createHash } from "node:crypto";
import { withoutBounds } from "./replySchema.ts";
import type { ModelRequest, Provider } from "./types.ts";

/** Identifies what is asked of whom: equal keys may share an answer. The id and the prompt's hash do not count. */
export function requestKey({ kind, baseUrl }: Pick<Provider, "kind" | "baseUrl">, request: ModelRequest): string {
  return createHash("sha256")
    .update(JSON.stringify([kind, baseUrl, contentOf(request)]))
    .digest("hex");
}

/** The same without the provider: what a replay looks recorded answers up by. */
export function contentKey(request: ModelRequest): string {
  return createHash("sha256")
    .update(JSON.stringify(contentOf(request)))
    .digest("hex");
}

function contentOf(request: ModelRequest): readonly unknown[] {
  const { model, temperature, seed, maxTokens, reasoningEffort, messages, schema, repeat } = request;
  // What came later is left out where it is unset, and lengths always: keys of earlier answers stay what they were.
  const later = reasoningEffort === undefined ? [] : [reasoningEffort];
  const parameters = [temperature ?? null, seed ?? null, maxTokens ?? null, ...later];
  const asked = schema ? { name: schema.name, schema: withoutBounds(schema.schema) } : null;
  return [model, parameters, messages.map(({ role, content }) => [role, content]), asked, repeat];
}
