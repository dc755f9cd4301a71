/**
 * Servers as their public documentation and bug reports tell them: what each takes of a request, how its answers look, and
 * one way in which it goes wrong. docs/models.md shows what comes out of them.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

export interface AskedBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly schema: unknown } };
  readonly [field: string]: unknown;
}

export interface Failure {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A message and what stands beside it. */
export interface Answer {
  readonly message: Readonly<Record<string, unknown>>;
  readonly usage?: unknown;
  /** llama.cpp's. */
  readonly timings?: unknown;
}

export interface PlayedServer {
  readonly name: string;
  /** What follows the host in its address. */
  readonly path: string;
  /** What it does not take; undefined: it answers. */
  refuse?(body: AskedBody, req: IncomingMessage): Failure | undefined;
  answer(plan: string, body: AskedBody): Answer;
  /** How it goes wrong, and words that the error then holds. */
  readonly trouble: { readonly failure: Failure; readonly told: RegExp };
  /** Whether it streams when asked to; true by default. */
  readonly streams?: boolean;
}

const error = (status: number, message: string, more: Readonly<Record<string, unknown>> = {}): Failure => ({
  status,
  body: { error: { message, ...more } },
});

const USAGE = { prompt_tokens: 300, completion_tokens: 20, total_tokens: 320 };
/** Says what was read from its prefix cache, as OpenAI does. */
const WITH_CACHE = { ...USAGE, prompt_tokens_details: { cached_tokens: 256 } };
const plain = (plan: string): Answer => ({ message: { content: plan }, usage: WITH_CACHE });
const schemaText = (body: AskedBody): string => JSON.stringify(body.response_format?.json_schema?.schema ?? {});

export const playedServers: readonly PlayedServer[] = [
  {
    name: "OpenAI",
    path: "/v1",
    refuse: (body) => {
      if (body.max_tokens !== undefined)
        return error(
          400,
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          { type: "invalid_request_error", param: "max_tokens", code: "unsupported_parameter" },
        );
      if (body.temperature !== undefined)
        return error(
          400,
          "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
          { type: "invalid_request_error", param: "temperature", code: "unsupported_value" },
        );
      return undefined;
    },
    answer: (plan) => ({
      message: { content: plan },
      usage: { ...WITH_CACHE, completion_tokens: 200, completion_tokens_details: { reasoning_tokens: 180 } },
    }),
    trouble: {
      failure: error(429, "You exceeded your current quota, please check your plan and billing details.", {
        type: "insufficient_quota",
        code: "insufficient_quota",
      }),
      told: /current quota.*Add credit/,
    },
  },
  {
    name: "Azure OpenAI",
    path: "/openai/deployments/plan?api-version=2025-03-01-preview",
    refuse: (_, req) => {
      if (!new URL(req.url ?? "/", "http://x").searchParams.has("api-version"))
        return error(404, "Resource not found", { code: "404" });
      return req.headers["api-key"] === undefined
        ? error(401, "Access denied due to invalid subscription key or wrong API endpoint.", { code: "401" })
        : undefined;
    },
    answer: plain,
    trouble: {
      failure: {
        status: 400,
        body: {
          error: {
            message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
            code: "content_filter",
            innererror: { code: "ResponsibleAIPolicyViolation" },
          },
        },
      },
      told: /content management policy/,
    },
  },
  {
    name: "Ollama",
    path: "/v1",
    answer: (plan) => ({ message: { content: plan, reasoning: "They liked dance." }, usage: USAGE }),
    trouble: {
      failure: error(404, 'model "qwen3" not found, try pulling it first', { type: "api_error" }),
      told: /ollama pull test-model/,
    },
  },
  {
    name: "llama.cpp",
    path: "/v1",
    answer: (plan) => ({
      message: { content: plan, reasoning_content: "They liked dance." },
      usage: USAGE,
      timings: { cache_n: 256, prompt_n: 44, predicted_n: 20 },
    }),
    trouble: {
      failure: error(400, "the request exceeds the available context size, try increasing it", {
        type: "exceed_context_size_error",
        n_prompt_tokens: 5000,
        n_ctx: 4096,
      }),
      told: /context of at least \d+ tokens.*--ctx-size/,
    },
  },
  {
    name: "vLLM",
    path: "/v1",
    refuse: (body) =>
      Number(body.max_tokens ?? 0) > 8192
        ? error(400, "max_tokens is too large: at most 8192", { type: "BadRequestError", param: null, code: 400 })
        : undefined,
    answer: (plan) => ({ message: { content: plan, reasoning_content: "They liked dance." }, usage: WITH_CACHE }),
    trouble: {
      failure: {
        status: 404,
        body: { object: "error", message: "The model `qwen3` does not exist.", type: "NotFoundError", code: 404 },
      },
      told: /does not exist.*Check the model name/,
    },
  },
  {
    name: "LM Studio",
    path: "/v1",
    refuse: ({ response_format: format }) =>
      format?.type === "json_object"
        ? { status: 400, body: { error: "'response_format.type' must be 'json_schema' or 'text'" } }
        : undefined,
    answer: (plan) => ({ message: { content: `<think>They liked dance.</think>${plan}` }, usage: USAGE }),
    trouble: {
      failure: {
        status: 404,
        body: { error: { message: "No models loaded. Please load a model in the developer page." } },
      },
      told: /No models loaded/,
    },
  },
  {
    name: "OpenRouter",
    path: "/api/v1",
    answer: (plan) => ({ message: { content: plan, reasoning: "They liked dance." }, usage: WITH_CACHE }),
    trouble: {
      failure: {
        status: 200,
        body: { error: { code: 402, message: "Insufficient credits. Add more using https://openrouter.ai/credits" } },
      },
      told: /Insufficient credits.*Add credit/,
    },
  },
  {
    name: "Groq",
    path: "/openai/v1",
    refuse: ({ response_format: format }) =>
      format?.type === "json_schema"
        ? error(400, "This model does not support response format `json_schema`.", { type: "invalid_request_error" })
        : undefined,
    answer: plain,
    trouble: {
      failure: {
        ...error(429, "Rate limit reached for model `x` on tokens per day (TPD). Please try again in 59m12s.", {
          type: "tokens",
          code: "rate_limit_exceeded",
        }),
        headers: { "retry-after": "3552" },
      },
      told: /asks to wait 60 min, until (\d+ \w+, )?\d\d:\d\d/,
    },
  },
  {
    name: "Mistral",
    path: "/v1",
    refuse: (body) => {
      const unknown = ["seed", "stream_options", "reasoning_effort"].filter((field) => body[field] !== undefined);
      return unknown.length === 0
        ? undefined
        : {
            status: 422,
            body: {
              object: "error",
              message: {
                detail: unknown.map((field) => ({
                  type: "extra_forbidden",
                  loc: ["body", field],
                  msg: "Extra inputs are not permitted",
                })),
              },
              type: "invalid_request_error",
            },
          };
    },
    answer: (plan) => ({
      message: {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "They liked dance." }] },
          { type: "text", text: plan },
        ],
      },
      usage: WITH_CACHE,
    }),
    trouble: {
      failure: { status: 401, body: { message: "Unauthorized", request_id: "1" } },
      told: /Unauthorized.*Check the key/,
    },
  },
  {
    name: "Gemini",
    path: "/v1beta/openai",
    refuse: (body) => {
      if (body.seed !== undefined)
        return {
          status: 400,
          body: [
            {
              error: {
                code: 400,
                message: 'Invalid JSON payload received. Unknown name "seed": Cannot find field.',
                status: "INVALID_ARGUMENT",
              },
            },
          ],
        };
      if (/"type":"integer","enum"/.test(schemaText(body)))
        return {
          status: 400,
          body: [
            {
              error: {
                code: 400,
                message:
                  "Invalid value at 'generation_config.response_schema.properties[0].value.items.enum[0]' (TYPE_STRING), 10",
                status: "INVALID_ARGUMENT",
              },
            },
          ],
        };
      return undefined;
    },
    answer: plain,
    trouble: {
      failure: {
        status: 400,
        body: [
          {
            error: {
              code: 400,
              message: "API key not valid. Please pass a valid API key.",
              status: "INVALID_ARGUMENT",
              details: [{ reason: "API_KEY_INVALID" }],
            },
          },
        ],
      },
      told: /API key not valid.*Check the key/,
    },
  },
  {
    name: "DeepSeek",
    path: "/v1",
    refuse: ({ response_format: format }) =>
      format?.type === "json_schema"
        ? error(400, "This response_format type is unavailable now", { type: "invalid_request_error" })
        : undefined,
    answer: (plan) => ({
      message: { content: plan, reasoning_content: "They liked dance." },
      usage: { ...USAGE, prompt_cache_hit_tokens: 256, prompt_cache_miss_tokens: 44 },
    }),
    trouble: {
      failure: error(402, "Insufficient Balance", { type: "unknown_error" }),
      told: /Insufficient Balance.*Add credit/,
    },
  },
  {
    name: "a plain gateway",
    path: "/v1",
    streams: false,
    refuse: (body) => {
      if (body.stream === true) return { status: 400, body: { detail: "stream is not supported" } };
      return body.response_format ? { status: 400, body: { detail: "response_format is not supported" } } : undefined;
    },
    answer: (plan) => ({ message: { content: `Here you are:\n\`\`\`json\n${plan}\n\`\`\`` } }),
    trouble: {
      failure: { status: 200, body: "<!doctype html><title>Sign in</title><p>…" },
      told: /Sign in.*sign-in page may stand between/,
    },
  },
];

/** Sends the answer as the server would: in events where that was asked for. */
export function respond(res: ServerResponse, server: PlayedServer, plan: string, body: AskedBody): void {
  const { message, usage, timings } = server.answer(plan, body);
  const counts = { ...(usage !== undefined && { usage }), ...(timings !== undefined && { timings }) };
  const head = { id: "c", created: 0, model: body.model };
  if (body.stream !== true || server.streams === false) {
    const choices = [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }];
    res.writeHead(200, { "content-type": "application/json" });
    res.end(JSON.stringify({ ...head, object: "chat.completion", choices, ...counts }));
    return;
  }
  res.writeHead(200, { "content-type": "text/event-stream" });
  const event = (more: object) =>
    res.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...more })}\n\n`);
  for (const [field, value] of Object.entries(message))
    event({ choices: [{ index: 0, delta: { [field]: value }, finish_reason: null }] });
  event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  if (usage !== undefined) event({ choices: [], ...counts });
  res.end("data: [DONE]\n\n");
}
