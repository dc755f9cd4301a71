/** Which models a server has, as the usual servers list them, and what they say of each. */
import * as z from "zod";
import type { ListedModel } from "../../protocol/engine.ts";
import { rootOf } from "./providers/failures.ts";
import { fetchModel, HttpFailure, readText } from "./providers/transport.ts";

const named = z.looseObject({ id: z.string() });
/** `data` is null where Ollama has no model. */
const openAiList = z.looseObject({ data: z.array(named).nullable() });
const lmStudioList = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), type: z.string().optional(), state: z.string().optional() })),
});
const ollamaList = z.looseObject({
  models: z.array(z.looseObject({ name: z.string(), size: z.number().optional() })).nullable(),
});

const NO_CHAT = /embed|rerank|\b(?:bge|e5|gte|minilm|colbert|clip|whisper|tts)\b|^(?:bge|gte|e5)-/i;

export type ModelList =
  | { readonly state: "ready" | "empty"; readonly models: readonly ListedModel[] }
  | { readonly state: "keyed" | "loading" | "slow" };

export interface ListOptions {
  readonly baseUrl: string;
  /** Azure's `?api-version=`. */
  readonly query?: string;
  readonly apiKey?: string;
  readonly timeoutMs: number;
}

/** @returns undefined where there is no model server */
export async function listModels(options: ListOptions): Promise<ModelList | undefined> {
  const { baseUrl, query = "" } = options;
  try {
    const list = openAiList.safeParse(await got(`${baseUrl}/models${query}`, options));
    if (!list.success) return undefined;
    const ids = (list.data.data ?? []).map(({ id }) => id);
    if (ids.length === 0) return { state: "empty", models: [] };
    return { state: "ready", models: sorted(await described(ids, options)) };
  } catch (error) {
    return trouble(error);
  }
}

function trouble(error: unknown): ModelList | undefined {
  const root = rootOf(error);
  if (root instanceof HttpFailure) {
    if (root.status === 401 || root.status === 403) return { state: "keyed" };
    return root.status === 503 && /load/i.test(root.body) ? { state: "loading" } : undefined;
  }
  // Somebody took the connection and says nothing.
  if (root instanceof DOMException && root.name === "TimeoutError") return { state: "slow" };
  // Nobody listens there, or not a model server: the usual case, and what this function is asked to find out.
  return undefined;
}

/** What LM Studio and Ollama say beyond the list that all servers have. */
async function described(ids: readonly string[], options: ListOptions): Promise<readonly ListedModel[]> {
  const { origin } = new URL(options.baseUrl);
  const ask = (path: string): Promise<unknown> => got(`${origin}${path}`, options).catch(() => undefined);
  const [studio, tags, running] = await Promise.all(["/api/v0/models", "/api/tags", "/api/ps"].map(ask));
  const studioModels = new Map((lmStudioList.safeParse(studio).data?.data ?? []).map((model) => [model.id, model]));
  const sizes = new Map((ollamaList.safeParse(tags).data?.models ?? []).map(({ name, size }) => [name, size]));
  const ps = ollamaList.safeParse(running);
  const loaded = ps.success ? new Set((ps.data.models ?? []).map(({ name }) => name)) : undefined;
  return ids.map((id) => {
    const inStudio = studioModels.get(id);
    const bytes = sizes.get(id);
    const isLoaded = inStudio?.state === undefined ? loaded?.has(id) : inStudio.state === "loaded";
    const isChat = inStudio?.type === undefined ? !NO_CHAT.test(id) : !/embed/i.test(inStudio.type);
    return {
      id,
      chats: isChat,
      ...(isLoaded !== undefined && { loaded: isLoaded }),
      ...(bytes !== undefined && { bytes }),
    };
  });
}

/** Chat models before others, loaded ones before those that would have to be loaded. */
const sorted = (models: readonly ListedModel[]): readonly ListedModel[] =>
  models.toSorted((a, b) => Number(b.chats) - Number(a.chats) || Number(b.loaded ?? false) - Number(a.loaded ?? false));

async function got(url: string, { apiKey, timeoutMs }: ListOptions): Promise<unknown> {
  const headers = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}`, "api-key": apiKey };
  const response = await fetchModel(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
  return JSON.parse(await readText(response));
}
