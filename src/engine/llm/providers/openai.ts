/** Any server that speaks OpenAI's chat completions: OpenAI, Ollama, llama.cpp, vLLM, LM Studio, OpenRouter. */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import * as z from "zod";
import { messageOf } from "../../errors.ts";
import { ProviderError } from "../errors.ts";
import { publicAddress, type Redact, redactor } from "../redact.ts";
import type { ModelRequest, Provider, ProviderReply } from "../types.ts";
import { type Dialect, DialectMemory } from "./dialect.ts";

export interface OpenAiOptions {
  readonly baseUrl: string;
  /** Kept in memory; removed from every text that leaves this file. */
  readonly apiKey?: string;
  /** Share it to remember across runs what servers understand. */
  readonly dialects?: DialectMemory;
}

/** What is read of a reply; servers add and leave out much else. */
const replySchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(z.object({ finish_reason: z.string().nullish(), message: z.object({ content: z.string().nullish() }) }))
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

type ChatRequest = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;

export class OpenAiProvider implements Provider {
  readonly kind = "openai";
  readonly baseUrl: string;
  private readonly client: OpenAI;
  private readonly redact: Redact;
  private readonly dialects: DialectMemory;

  constructor({ baseUrl, apiKey, dialects = new DialectMemory() }: OpenAiOptions) {
    this.baseUrl = publicAddress(baseUrl);
    this.redact = redactor(apiKey);
    this.dialects = dialects;
    this.client = new OpenAI({
      baseURL: baseUrl,
      apiKey: apiKey ?? "none",
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: "off",
      defaultHeaders: apiKey ? {} : { Authorization: null },
    });
  }

  /** What the server has turned out to understand of a request like this. */
  dialect(request: Pick<ModelRequest, "model" | "schema">): Dialect {
    return this.dialects.get(this.serverOf(request));
  }

  async send(request: ModelRequest, signal: AbortSignal): Promise<ProviderReply> {
    const dialect = this.dialect(request);
    let body: unknown;
    try {
      body = await this.client.chat.completions.create(chatRequest(request, dialect), { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw this.explain(error, request, dialect);
    }
    const reply = this.read(body, request);
    this.dialects.confirm(this.serverOf(request), dialect);
    return reply;
  }

  private read(body: unknown, request: ModelRequest): ProviderReply {
    const parsed = replySchema.safeParse(body);
    const choice = parsed.data?.choices[0];
    if (!parsed.success || !choice) throw this.badBody("without a completion in it");
    const { model, usage } = parsed.data;
    return {
      text: this.redact(choice.message.content ?? ""),
      finish: choice.finish_reason === "length" ? "length" : "stop",
      model: this.redact(model ?? request.model),
      ...(usage && { usage: { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } }),
    };
  }

  private badBody(what: string): ProviderError {
    return new ProviderError("bad-body", `${this.baseUrl} sent a reply ${what}.`);
  }

  /** The client's errors, by what is to be done about them. Nothing of theirs is kept: their fields may hold headers. */
  private explain(error: unknown, request: ModelRequest, dialect: Dialect): ProviderError {
    if (error instanceof SyntaxError) return this.badBody("that is not JSON");
    if (error instanceof APIConnectionTimeoutError)
      return new ProviderError("timeout", `${this.baseUrl} did not answer.`);
    if (error instanceof APIConnectionError || !(error instanceof APIError)) {
      const why = this.redact(rootMessage(error));
      return new ProviderError("unreachable", `No connection to ${this.baseUrl}: ${why}. Is the model server running?`);
    }
    const status: number = error.status ?? 0;
    const told = this.redact(error.message);
    const answer = `${this.baseUrl} answered ${told}`;
    const retryAfter = retryAfterSeconds(error.headers);
    if (status === 429 && !/insufficient_quota/.test(`${error.code} ${error.type}`)) {
      return new ProviderError("rate-limit", answer, retryAfter);
    }
    if (status === 408 || status === 409 || status >= 500) return new ProviderError("server", answer, retryAfter);
    if (status === 400 || status === 422) {
      const learned = this.dialects.reject(
        this.serverOf(request),
        dialect,
        usedParts(request),
        `${told} ${error.param}`,
      );
      return new ProviderError(learned ? "format" : "request", answer);
    }
    if (status === 413) return new ProviderError("request", answer);
    return new ProviderError("refused", `${answer}. Check the key, the model name "${request.model}" and the address.`);
  }

  private serverOf({ model, schema }: Pick<ModelRequest, "model" | "schema">): string {
    return JSON.stringify([this.baseUrl, model, schema !== undefined]);
  }
}

function chatRequest(request: ModelRequest, dialect: Dialect): ChatRequest {
  const { model, messages, temperature, seed, maxTokens } = request;
  const format = responseFormat(request, dialect);
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(maxTokens !== undefined && { [dialect.tokenField]: maxTokens }),
    ...(temperature !== undefined && dialect.temperature && { temperature }),
    ...(seed !== undefined && dialect.seed && { seed: seed + request.repeat }),
    ...(format && { response_format: format }),
  };
}

function responseFormat({ schema }: ModelRequest, { format }: Dialect): ChatRequest["response_format"] | undefined {
  if (!schema || format === "text") return undefined;
  if (format === "json_object") return { type: "json_object" };
  return { type: "json_schema", json_schema: { name: schema.name, strict: true, schema: { ...schema.schema } } };
}

function usedParts({ schema, maxTokens, temperature, seed }: ModelRequest) {
  return {
    format: schema !== undefined,
    maxTokens: maxTokens !== undefined,
    temperature: temperature !== undefined,
    seed: seed !== undefined,
  };
}

/** `Retry-After` in seconds or as a date. */
function retryAfterSeconds(headers: Headers | undefined): number | undefined {
  const value = headers?.get("retry-after");
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** The innermost cause says what happened to the connection. */
function rootMessage(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return messageOf(root);
}
