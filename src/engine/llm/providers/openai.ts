/** Any server that speaks OpenAI's chat completions: OpenAI, Ollama, llama.cpp, vLLM, LM Studio, OpenRouter, Azure. */
import OpenAI, { type ClientOptions } from "openai";
import { ProviderError } from "../errors.ts";
import { type Redact, redactor } from "../redact.ts";
import { withoutBounds } from "../replySchema.ts";
import { TokenRoom } from "../tokenRoom.ts";
import type { ModelRequest, Provider, ProviderReply, ReplyRoom, Watch } from "../types.ts";
import { type ServerUrl, serverUrl, usableKey } from "./address.ts";
import { type Dialect, DialectMemory, type UsedParts } from "./dialect.ts";
import { explained, isHttpFailure, pageInstead, unconnected } from "./failures.ts";
import { isKeepAlive, isStreamDone, type OddBody, readReply } from "./replyBody.ts";
import { serverWords } from "./serverWords.ts";
import { fetchModel, ReplyTooLong, readText } from "./transport.ts";

export interface OpenAiOptions {
  readonly baseUrl: string;
  /** Kept in memory; removed from every text that leaves this file. */
  readonly apiKey?: string;
  /** Share them to remember, for all roles of a run, what servers understand and models need. */
  readonly dialects?: DialectMemory;
  readonly room?: TokenRoom;
}

type ChatRequest = OpenAI.Chat.ChatCompletionCreateParams;
type HttpResponse = Awaited<ReturnType<typeof fetchModel>>;

/** Waiting is the scheduler's; the client's own limit must lie beyond the longest of its. */
const NO_TIMEOUT = 2 ** 31 - 1;
const SLOTS_TIMEOUT = 2000;

/** Says what it is told to: the client's own variables (OPENAI_CUSTOM_HEADERS, OPENAI_ORG_ID, ...) have no effect. */
class PlainClient extends OpenAI {
  constructor(options: ClientOptions) {
    super({ ...options, adminAPIKey: null, organization: null, project: null, webhookSecret: null });
    // The environment's headers were mixed in; there is no option against them.
    this._options.defaultHeaders = options.defaultHeaders;
  }
}

export class OpenAiProvider implements Provider {
  readonly kind = "openai";
  readonly baseUrl: string;
  /** Within what the server has said it takes. */
  readonly room: ReplyRoom = {
    limitFor: (request) => this.tokenRoom.limitFor(request, this.dialect(request).mostTokens),
    learn: (request, reply) => this.tokenRoom.learn(request, reply),
    grow: (request, sent, reply) => this.tokenRoom.grow(request, sent, reply, this.dialect(request).mostTokens),
  };
  private readonly tokenRoom: TokenRoom;
  private readonly client: OpenAI;
  private readonly redact: Redact;
  private readonly dialects: DialectMemory;
  private readonly headers: Readonly<Record<string, string>>;

  /** @throws InputError where the address or the key cannot be used */
  constructor({ baseUrl, apiKey, dialects = new DialectMemory(), room = new TokenRoom() }: OpenAiOptions) {
    const url = serverUrl(baseUrl);
    const key = apiKey ? usableKey(apiKey) : undefined;
    this.baseUrl = url.baseUrl;
    this.redact = redactor(key);
    this.dialects = dialects;
    this.tokenRoom = room;
    this.headers = keyHeaders(url, key);
    this.client = new PlainClient({
      baseURL: url.baseUrl,
      apiKey: key ?? "none",
      maxRetries: 0,
      timeout: NO_TIMEOUT,
      logLevel: "off",
      defaultHeaders: { Authorization: null, ...this.headers },
      ...(url.apiVersion !== undefined && { defaultQuery: { "api-version": url.apiVersion } }),
      fetch: fetchModel as unknown as typeof globalThis.fetch,
    });
  }

  /** What the server has turned out to understand. */
  dialect({ model }: Pick<ModelRequest, "model">): Dialect {
    return this.dialects.current(this.serverOf(model));
  }

  /** llama.cpp says how many requests it works on at once; servers reached in clear are asked. */
  readonly slots = async (): Promise<number | undefined> => {
    const { protocol, origin } = new URL(this.baseUrl);
    if (protocol !== "http:") return undefined;
    try {
      const signal = AbortSignal.timeout(SLOTS_TIMEOUT);
      const response = await fetchModel(`${origin}/props`, { headers: this.headers, signal });
      const { total_slots: slots } = JSON.parse(await readText(response)) as { total_slots?: unknown };
      return typeof slots === "number" && slots >= 1 ? Math.floor(slots) : undefined;
    } catch {
      // Another kind of server: it shows by its latency what it can do.
      return undefined;
    }
  };

  async send(request: ModelRequest, signal: AbortSignal, watch?: Watch): Promise<ProviderReply> {
    const server = this.serverOf(request.model);
    const dialect = this.dialects.next(server);
    const limit = this.tokenRoom.limitFor(request, dialect.mostTokens);
    const read = await this.fetched(request, dialect, limit, signal, watch);
    if ("kind" in read) throw this.odd(read, request, dialect, limit);
    this.dialects.confirm(server, dialect);
    return {
      ...read,
      text: this.redact(read.text),
      model: this.redact(read.model),
      ...(read.thought !== undefined && { thought: this.redact(read.thought) }),
    };
  }

  private async fetched(
    request: ModelRequest,
    dialect: Dialect,
    limit: number | undefined,
    signal: AbortSignal,
    watch: Watch | undefined,
  ): Promise<ProviderReply | OddBody> {
    let answering = false;
    try {
      const sent = this.client.chat.completions.create(chatRequest(request, dialect, limit), { signal });
      const response = (await sent.asResponse()) as unknown as HttpResponse;
      answering = true;
      watch?.heard();
      const heard = (part: string): void => (isKeepAlive(part) ? undefined : watch?.heard());
      const text = await readText(response, undefined, heard, isStreamDone);
      return readReply(text, request.model);
    } catch (error) {
      signal.throwIfAborted();
      const http = isHttpFailure(error);
      if (!http) {
        // Another try would be as long.
        if (error instanceof ReplyTooLong)
          throw new ProviderError("request", `${this.baseUrl} sent a reply of ${error.message}; it was cut off there.`);
        if (answering && dialect.stream) return { kind: "broken" };
        throw unconnected(error, this.baseUrl, this.redact);
      }
      throw this.failed(http.status, http.headers, http.body, request, dialect, limit);
    }
  }

  /** Nothing of the server's is kept but its words, without the key. */
  private failed(
    status: number,
    headers: Headers,
    body: string,
    request: ModelRequest,
    dialect: Dialect,
    limit: number | undefined,
  ): ProviderError {
    const said = serverWords(this.redact(body), request.messages);
    // Once more: in the body the key may have stood in another spelling of JSON's.
    const words = { ...said, text: this.redact(said.text) };
    const learn = (): boolean => {
      const learned = this.dialects.reject(this.serverOf(request.model), dialect, usedParts(request, limit), words);
      // Only models that think take their limit by this name alone.
      if (learned && this.dialect(request).tokenField === "max_completion_tokens") {
        this.tokenRoom.expectThoughts(request);
      }
      return learned;
    };
    return explained({ baseUrl: this.baseUrl, request, status, headers, words }, learn);
  }

  private odd(odd: OddBody, request: ModelRequest, dialect: Dialect, limit: number | undefined): ProviderError {
    if (odd.kind === "unreadable") return new ProviderError("bad-body", `${this.baseUrl} sent a reply ${odd.what}.`);
    if (odd.kind === "broken") return this.broken(request, dialect, limit);
    if (odd.kind === "page") return pageInstead(this.baseUrl, serverWords(this.redact(odd.body)));
    const { status = 200 } = serverWords(odd.body);
    return this.failed(status, new Headers(), odd.body, request, dialect, limit);
  }

  /** Where streams break off again, the answer is asked for in one piece. */
  private broken(request: ModelRequest, dialect: Dialect, limit: number | undefined): ProviderError {
    const words = { text: "", codes: "", fields: dialect.stream ? ["stream"] : [] };
    const learned = this.dialects.reject(this.serverOf(request.model), dialect, usedParts(request, limit), words);
    return new ProviderError(learned ? "format" : "bad-body", `${this.baseUrl} broke off its reply.`);
  }

  private serverOf(model: string): string {
    return JSON.stringify([this.baseUrl, model]);
  }
}

function keyHeaders({ apiVersion }: ServerUrl, key: string | undefined): Readonly<Record<string, string>> {
  if (key === undefined) return {};
  return apiVersion === undefined ? { Authorization: `Bearer ${key}` } : { "api-key": key };
}

function chatRequest(request: ModelRequest, dialect: Dialect, limit: number | undefined): ChatRequest {
  const { model, messages, temperature, seed, reasoningEffort } = request;
  const format = responseFormat(request, dialect);
  const asked = {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(limit !== undefined && dialect.tokenField !== "none" && { [dialect.tokenField]: limit }),
    ...(temperature !== undefined && dialect.temperature && { temperature }),
    ...(seed !== undefined && dialect.seed && { seed: seed + request.repeat }),
    ...(reasoningEffort !== undefined && dialect.effort && { reasoning_effort: reasoningEffort }),
    ...(format && { response_format: format }),
    ...(dialect.stream && { stream: true, ...(dialect.streamUsage && { stream_options: { include_usage: true } }) }),
  };
  return asked as ChatRequest;
}

function responseFormat({ schema }: ModelRequest, dialect: Dialect): ChatRequest["response_format"] | undefined {
  if (!schema || dialect.format === "text") return undefined;
  if (dialect.format === "json_object") return { type: "json_object" };
  const bounded = dialect.bounded ? schema.schema : withoutBounds(schema.schema);
  const asked = dialect.ids === "string" ? withTextEnums(bounded) : bounded;
  return { type: "json_schema", json_schema: { name: schema.name, strict: true, schema: { ...asked } } };
}

/** Gemini takes texts only in an enumeration. */
const withTextEnums = (schema: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(schema), (_, value) =>
    Array.isArray(value?.enum) ? { ...value, type: "string", enum: value.enum.map(String) } : value,
  );

function usedParts({ schema, temperature, seed, reasoningEffort }: ModelRequest, limit: number | undefined): UsedParts {
  return {
    format: schema !== undefined,
    maxTokens: limit,
    temperature: temperature !== undefined,
    seed: seed !== undefined,
    effort: reasoningEffort !== undefined,
  };
}
