/** Finds model servers and tries their models, for `lerl doctor` and the Studio's model picker. */

import type { ListedModel, ModelServer, ModelTestResult } from "../../protocol/engine.ts";
import { modelLimitsSchema } from "../../protocol/experiment/models.ts";
import { originOf } from "../../protocol/serverAddress.ts";
import { SMALL_MODEL_BYTES } from "../../protocol/smallModel.ts";
import { type BoundKey, keyFor } from "../../protocol/wantedKeys.ts";
import { messageOf } from "../errors.ts";
import { RandomStream } from "../math/random.ts";
import type { Blocked } from "./blocked.ts";
import { Budget } from "./budget.ts";
import { ProviderError } from "./errors.ts";
import { shortLine } from "./excerpt.ts";
import { listModels } from "./modelList.ts";
import { serverUrl } from "./providers/address.ts";
import type { ReplyFormat } from "./providers/dialect.ts";
import { OpenAiProvider } from "./providers/openai.ts";
import { Scheduler } from "./scheduler.ts";
import { jsonValues } from "./structured.ts";
import { spoken } from "./thoughts.ts";
import type { ModelLimits, ModelRequest, Provider, ProviderReply } from "./types.ts";
import { systemClock } from "./waiting.ts";

export interface ServerAddress {
  readonly name: string;
  readonly baseUrl: string;
}

/** Where the usual servers listen. */
export const localServers: readonly ServerAddress[] = [
  { name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1" },
  { name: "llama.cpp", baseUrl: "http://127.0.0.1:8080/v1" },
  { name: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1" },
  { name: "vLLM", baseUrl: "http://127.0.0.1:8000/v1" },
];

/**
 * The servers that listen, with their models; all are asked at once. Each step of it may take `timeoutMs`.
 * @param keys each goes to its own server only
 */
export async function detectServers(
  addresses: readonly ServerAddress[] = localServers,
  timeoutMs = 3000,
  keys: readonly BoundKey[] = [],
): Promise<readonly ModelServer[]> {
  const found = await Promise.all(
    addresses.map((address) => detectServer(address, timeoutMs, keyFor(keys, { origin: originOf(address.baseUrl) }))),
  );
  return found.filter((server) => server !== undefined);
}

/** Also where an address was typed without the `/v1` at its end. */
async function detectServer(
  { name, baseUrl: typed }: ServerAddress,
  timeoutMs: number,
  apiKey: string | undefined,
): Promise<ModelServer | undefined> {
  const { baseUrl, apiVersion } = serverUrl(typed);
  const query = apiVersion === undefined ? "" : `?api-version=${apiVersion}`;
  for (const candidate of /\/v\d+\w*$/.test(baseUrl) ? [baseUrl] : [baseUrl, `${baseUrl}/v1`]) {
    const list = await listModels({ baseUrl: candidate, query, timeoutMs, ...(apiKey !== undefined && { apiKey }) });
    if (!list) continue;
    const listed = "models" in list ? list.models : [];
    const models = listed.map(({ id }) => id);
    return { name, baseUrl: `${candidate}${query}`, state: list.state, models, listed: [...listed] };
  }
  return undefined;
}

/**
 * The model that a test may ask without making the server load a large one.
 * @returns undefined where none is loaded, and none is known to be small
 */
export function modelToTry(models: readonly ListedModel[]): ListedModel | undefined {
  const chats = models.filter(({ chats }) => chats);
  const ready = chats.find(({ loaded }) => loaded !== false);
  const small = chats.filter(({ bytes = Number.POSITIVE_INFINITY }) => bytes <= SMALL_MODEL_BYTES);
  return ready ?? small.toSorted((a, b) => (a.bytes ?? 0) - (b.bytes ?? 0))[0];
}

/** What a test asks, and how its reply is judged. */
export interface TestQuestion {
  readonly request: ModelRequest;
  readonly limits: ModelLimits;
  /** What is wrong with a reply; undefined: it can be used. */
  readonly fault: (reply: Pick<ProviderReply, "text" | "finish" | "thought">) => string | undefined;
}

/** Where there is no experiment to ask for: as small as a plan can be, within the limits that prompts have. */
const simpleQuestion = (model: string): TestQuestion => ({
  request: {
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
        properties: { categories: { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 } },
        required: ["categories"],
        additionalProperties: false,
      },
    },
    maxTokens: 200,
    repeat: 0,
  },
  limits: modelLimitsSchema.parse({}),
  fault: ({ text, finish }) => {
    if (finish === "length") return "it was cut off by the token limit";
    const isPlan = ({ value }: { readonly value: unknown }): boolean =>
      Array.isArray((value as { categories?: unknown } | null)?.categories);
    return jsonValues(spoken(text).answer).values.some(isPlan) ? undefined : "it is not the JSON asked for";
  },
});

export interface TriedModel {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
}

/** One question, asked as a run asks. Never throws: what went wrong is the result. */
export async function tryModel(
  { baseUrl, model, apiKey }: TriedModel,
  timeoutMs = 30_000,
  question: TestQuestion = simpleQuestion(model),
): Promise<ModelTestResult> {
  try {
    const provider = new OpenAiProvider({ baseUrl, ...(apiKey !== undefined && { apiKey }) });
    return await tryProvider(provider, model, timeoutMs, question, () => provider.dialect({ model }).format);
  } catch (error) {
    return { ok: false, message: messageOf(error), latencyMs: 0, structuredOutput: "none" };
  }
}

/** The same for any provider, for example the editor's models. */
export async function tryProvider(
  provider: Provider,
  model: string,
  timeoutMs = 30_000,
  { request, limits, fault }: TestQuestion = simpleQuestion(model),
  formatInUse: () => ReplyFormat = () => "text",
): Promise<ModelTestResult> {
  const started = performance.now();
  const result = (ok: boolean, message: string, structuredOutput: ModelTestResult["structuredOutput"]) => ({
    ok,
    message,
    latencyMs: Math.round(performance.now() - started),
    structuredOutput,
  });
  const scheduler = new Scheduler({
    provider,
    // A person waits for the outcome: what does not work at once does not work.
    limits: { ...limits, retries: Math.min(1, limits.retries) },
    budget: new Budget({ maxCalls: 0, maxTokens: 0, maxCost: 0 }),
    record: () => undefined,
    onBlocked: (blocked) => Promise.reject(blockedError(blocked)),
    clock: systemClock,
    jitter: new RandomStream(1, "test"),
  });
  try {
    const reply = await scheduler.complete(request, AbortSignal.timeout(timeoutMs));
    const problem = fault(reply);
    if (problem === undefined) return result(true, `${reply.model} answered in form.`, formatInUse());
    const came = reply.text === "" ? "" : ` It answered: ${JSON.stringify(shortLine(reply.text, 80))}.`;
    return result(false, `${reply.model} answered, and its reply cannot be used: ${problem}.${came}`, "none");
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    if (!isLate) return result(false, messageOf(error), "none");
    const message = `No answer within ${timeoutMs / 1000} s: ${model} may still be loading. Try again in a while.`;
    return { ...result(false, message, "none"), late: true };
  }
}

const blockedError = (blocked: Blocked): ProviderError =>
  new ProviderError(blocked.kind === "budget" ? "refused" : blocked.cause, blocked.message);
