import { createHash } from "node:crypto";
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
  const { model, temperature, seed, maxTokens, messages, schema, repeat } = request;
  const parameters = [temperature ?? null, seed ?? null, maxTokens ?? null];
  return [model, parameters, messages.map(({ role, content }) => [role, content]), schema ?? null, repeat];
}
