/** Finds model servers on this machine and tries them, for `lerl doctor` and the Studio's model picker. */
import * as z from "zod";
import type { ModelTestResult } from "../../protocol/engine.ts";
import { messageOf } from "../errors.ts";
import { ProviderError } from "./errors.ts";
import type { ReplyFormat } from "./providers/dialect.ts";
import { OpenAiProvider } from "./providers/openai.ts";
import { jsonCandidates } from "./structured.ts";
import type { ModelRequest, Provider, ProviderReply } from "./types.ts";

export interface ServerAddress {
  readonly name: string;
  readonly baseUrl: string;
}

/** Where the usual servers listen. */
export const localServers: readonly ServerAddress[] = [
  { name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1" },
  { name: "llama.cpp", baseUrl: "http://127.0.0.1:8080/v1" },
  { name: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1" },
];

export interface DetectedServer extends ServerAddress {
  readonly models: readonly string[];
}

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/** The servers that answer within `timeoutMs`, with their models; all are asked at once. */
export async function detectServers(
  addresses: readonly ServerAddress[] = localServers,
  timeoutMs = 500,
): Promise<readonly DetectedServer[]> {
  const found = await Promise.all(addresses.map((address) => detectServer(address, timeoutMs)));
  return found.filter((server) => server !== undefined);
}

async function detectServer(address: ServerAddress, timeoutMs: number): Promise<DetectedServer | undefined> {
  try {
    const reply = await fetch(`${address.baseUrl}/models`, { signal: AbortSignal.timeout(timeoutMs) });
    const list = modelList.safeParse(await reply.json());
    return list.success ? { ...address, models: list.data.data.map(({ id }) => id) } : undefined;
  } catch {
    // Nobody listens there, or not a model server: the usual case, and what this function is asked to find out.
    return undefined;
  }
}

const testRequest = (model: string): ModelRequest => ({
  id: "test",
  role: "planner",
  promptHash: "",
  model,
  messages: [
    { role: "system", content: "You answer with one JSON object and nothing else." },
    { role: "user", content: 'Answer with this object: {"categories": [1, 2]}' },
  ],
  schema: {
    name: "plan",
    schema: {
      type: "object",
      properties: { categories: { type: "array", items: { type: "integer" } } },
      required: ["categories"],
      additionalProperties: false,
    },
  },
  maxTokens: 1000,
  repeat: 0,
});

/** One structured call. Never throws: what went wrong is the result. */
export async function testModel(
  { baseUrl, model, apiKey }: { readonly baseUrl: string; readonly model: string; readonly apiKey?: string },
  timeoutMs = 30_000,
): Promise<ModelTestResult> {
  const provider = new OpenAiProvider({ baseUrl, ...(apiKey !== undefined && { apiKey }) });
  return testProvider(provider, model, timeoutMs, () => provider.dialect(testRequest(model)).format);
}

/** The same for any provider, for example the editor's models. */
export async function testProvider(
  provider: Provider,
  model: string,
  timeoutMs = 30_000,
  formatInUse: () => ReplyFormat = () => "text",
): Promise<ModelTestResult> {
  const started = performance.now();
  const result = (ok: boolean, message: string, structuredOutput: ReplyFormat | "none"): ModelTestResult => ({
    ok,
    message,
    latencyMs: Math.round(performance.now() - started),
    structuredOutput,
  });
  try {
    const reply = await sendAdapting(provider, testRequest(model), AbortSignal.timeout(timeoutMs));
    const isPlan = jsonCandidates(reply.text, reply.finish).some((value) => planSchema.safeParse(value).success);
    if (isPlan) return result(true, `${reply.model} answered in form.`, formatInUse());
    return result(false, `${reply.model} answered, but not with the JSON asked for: ${excerpt(reply.text)}`, "none");
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return result(false, late ? `No answer within ${timeoutMs / 1000} s.` : messageOf(error), "none");
  }
}

const planSchema = z.object({ categories: z.array(z.number()) });

/** Steps down the provider's dialect until the server takes the request. */
async function sendAdapting(provider: Provider, request: ModelRequest, signal: AbortSignal): Promise<ProviderReply> {
  for (;;) {
    try {
      return await provider.send(request, signal);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.kind !== "format") throw error;
    }
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
