/** What a server answered with status 200, however it puts it, as a reply. */
import * as z from "zod";
import type { Finish, ProviderReply } from "../types.ts";
import { errorInside, isPage } from "./serverWords.ts";

/** A body that is no completion. */
export type OddBody =
  | { readonly kind: "page" | "error"; readonly body: string }
  | { readonly kind: "unreadable"; readonly what: string }
  /** A stream without its end. */
  | { readonly kind: "broken" };

const partSchema = z.union([z.string(), z.looseObject({ type: z.string().nullish(), text: z.string().nullish() })]);
const contentSchema = z.union([z.string(), z.array(partSchema)]).nullish();
const messageSchema = z.looseObject({
  content: contentSchema,
  reasoning: z.unknown().optional(),
  reasoning_content: z.unknown().optional(),
  thinking: z.unknown().optional(),
  refusal: z.string().nullish(),
});
/** Far above any context; a server that counts more does not count tokens. */
const MOST_TOKENS = 1e8;
const count = z.int().min(0).max(MOST_TOKENS).nullish();
const cacheDetails = z
  .looseObject({ cached_tokens: count.catch(null) })
  .nullish()
  .catch(null);
/** What was read from a prefix cache, as servers and gateways call it; also in llama.cpp's `timings.cache_n`. */
const cacheFields = {
  prompt_tokens_details: cacheDetails,
  prompt_cache_hit_tokens: count.catch(null),
  cached_tokens: count.catch(null),
  cache_read_input_tokens: count.catch(null),
};
const timingsSchema = z
  .looseObject({ cache_n: count.catch(null) })
  .nullish()
  .catch(null);
const usageSchema = z
  .looseObject({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    completion_tokens_details: z.looseObject({ reasoning_tokens: count }).nullish().catch(null),
    ...cacheFields,
  })
  .nullish()
  .catch(null);
/** What is read of an answer; servers add and leave out much else. */
const bodySchema = z.looseObject({
  model: z.string().nullish().catch(null),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish().catch(null),
        message: messageSchema.nullish(),
        delta: messageSchema.nullish(),
        text: z.string().nullish(),
      }),
    )
    .min(1),
  usage: usageSchema,
});
type Body = z.output<typeof bodySchema>;

/** However it is called: all but `eos_token` and the like. */
const CUT = /^(?!stop|eos|end).*(?:length|tokens|limit|context_window|truncat|incomplete)/i;
/** What servers call an end that none of both sides meant. */
const BROKEN = /^(?:error|abort\w*|cancel\w*)$/i;
const FILTERED = /content_?filter|safety|blocklist|prohibited|recitation|moderation|sensitive/i;

/** Whether a stream of events has said its last word; some servers keep the connection open after it. */
export const isStreamDone = (text: string): boolean => /^data:\s*\[DONE\]\s*$/m.test(text.slice(-64));

/** What servers send so that a connection stays open: blank lines and comments of a stream, no sign of the model. */
export const isKeepAlive = (part: string): boolean => /^(?:\s|:[^\n]*(?:\n|$))*$/.test(part);

export function readReply(text: string, model: string): ProviderReply | OddBody {
  if (isPage(text)) return { kind: "page", body: text };
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "unreadable", what: "that is empty" };
  const isStream = /^(?:(?:data|event|id|retry):|:)/.test(trimmed);
  const texts = isStream ? eventTexts(trimmed) : [trimmed];
  const values = texts.map(parsed);
  if (isStream && values.at(-1) === undefined && !isStreamDone(trimmed)) return { kind: "broken" };
  const failed = texts[values.findIndex((value) => errorInside(value) !== undefined)];
  if (failed !== undefined) return { kind: "error", body: failed };
  if (values.includes(undefined)) return { kind: "unreadable", what: "that is not JSON" };
  const bodies = values.flatMap((value) => bodySchema.safeParse(value).data ?? []);
  if (bodies.length === 0) return { kind: "unreadable", what: "without a completion in it" };
  const told = bodies.findLast(({ choices: [choice] }) => choice?.finish_reason)?.choices[0]?.finish_reason;
  if (BROKEN.test(told ?? "") || (isStream && !told && !isStreamDone(trimmed))) return { kind: "broken" };
  return joined(bodies, values, model, told ?? "stop");
}

/** What a stream of server-sent events says, event by event. */
const eventTexts = (text: string): string[] =>
  text
    .split(/\r\n|\n|\r/)
    .flatMap((line) => (line.startsWith("data:") ? line.slice("data:".length).trim() : []))
    .filter((data) => data !== "" && data !== "[DONE]");

function joined(bodies: readonly Body[], values: readonly unknown[], model: string, told: string): ProviderReply {
  const choices = bodies.flatMap(({ choices: [choice] }) => (choice ? [choice] : []));
  const messages = choices.map(({ message, delta }) => message ?? delta).filter((message) => message != null);
  const parts = messages.flatMap(({ content }) => partsOf(content));
  const legacy = choices.map(({ text }) => text ?? "").join("");
  const reasoning = messages.map((m) => m.reasoning_content ?? m.reasoning ?? m.thinking).filter(isText);
  const thought = parts.filter(({ isThought }) => isThought).map(({ text }) => text);
  const refusal = messages.map((m) => m.refusal ?? "").join("");
  const text =
    parts
      .filter(({ isThought }) => !isThought)
      .map((part) => part.text)
      .join("") + legacy;
  const refused = text === "" && refusal !== "";
  const thoughts = [...thought, ...reasoning].join("");
  const usage = usageIn(values);
  return {
    text: refused ? refusal : text,
    ...(thoughts !== "" && { thought: thoughts }),
    finish: refused ? "refused" : finishOf(told),
    model: bodies.find((body) => body.model)?.model ?? model,
    ...(usage && { usage }),
  };
}

function finishOf(told: string): Finish {
  if (CUT.test(told)) return "length";
  return FILTERED.test(told) ? "filtered" : "stop";
}

const isText = (value: unknown): value is string => typeof value === "string";

function partsOf(content: Body["choices"][number]["text"] | z.output<typeof contentSchema>) {
  if (content === null || content === undefined) return [];
  if (typeof content === "string") return [{ text: content, isThought: false }];
  return content.map((part) => {
    if (typeof part === "string") return { text: part, isThought: false };
    const isThought = /think|reason/i.test(part.type ?? "");
    return { text: isThought ? thoughtText(part) : (part.text ?? ""), isThought };
  });
}

/** Mistral puts a list of texts into a thought, others one text. */
function thoughtText(part: Readonly<Record<string, unknown>>): string {
  const { thinking = part.reasoning ?? part.text } = part;
  if (typeof thinking === "string") return thinking;
  if (!Array.isArray(thinking)) return "";
  return thinking
    .map((inner: unknown) => (inner as { text?: unknown } | null)?.text)
    .filter(isText)
    .join("");
}

/** The last count there is; what is missing follows from the total. */
function usageIn(values: readonly unknown[]): ProviderReply["usage"] {
  const counts = values.flatMap((value) => {
    const usage = (value as { usage?: unknown } | null)?.usage;
    const read = usageSchema.parse(usage);
    return read ? [read] : [];
  });
  const last = counts.at(-1);
  if (!last) return undefined;
  const { total_tokens: total, completion_tokens_details: details } = last;
  const input =
    last.prompt_tokens ??
    (isCount(total) && isCount(last.completion_tokens) ? total - last.completion_tokens : undefined);
  const output = last.completion_tokens ?? (isCount(total) && isCount(input) ? total - input : undefined);
  if (!isCount(input) || !isCount(output)) return undefined;
  const thoughtTokens = details?.reasoning_tokens;
  const cachedTokens = cachedIn(last, values);
  return {
    inputTokens: Math.max(0, input),
    outputTokens: Math.max(0, output),
    ...(isCount(thoughtTokens) && thoughtTokens > 0 && { thoughtTokens }),
    ...(cachedTokens !== undefined && { cachedTokens: Math.min(cachedTokens, Math.max(0, input)) }),
  };
}

function cachedIn(usage: NonNullable<z.output<typeof usageSchema>>, values: readonly unknown[]): number | undefined {
  const timings = values.map((value) => timingsSchema.parse((value as { timings?: unknown } | null)?.timings));
  return [
    usage.prompt_tokens_details?.cached_tokens,
    usage.prompt_cache_hit_tokens,
    usage.cached_tokens,
    usage.cache_read_input_tokens,
    timings.findLast((timing) => timing)?.cache_n,
  ].find(isCount);
}

const isCount = (value: number | null | undefined): value is number => value !== null && value !== undefined;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
