/**
 * What a server behind an OpenAI-compatible address understands of a request's options. Every server and model starts
 * at the full request; an error that names a field takes that field out (docs/models.md, section 'structured output').
 */
import { plainNumbers, type ServerWords } from "./serverWords.ts";

export type ReplyFormat = "json_schema" | "json_object" | "text";

export interface Dialect {
  readonly format: ReplyFormat;
  /** Lists in the schema have a least and a greatest length. */
  readonly bounded: boolean;
  /** What stands in the schema's enumerations. */
  readonly ids: "integer" | "string";
  /** The name newer models want for the limit of the reply. */
  readonly tokenField: "max_tokens" | "max_completion_tokens" | "none";
  /** The most tokens a reply may have; undefined: unknown. */
  readonly mostTokens?: number;
  readonly temperature: boolean;
  readonly seed: boolean;
  readonly stream: boolean;
  /** A stream counts its tokens. */
  readonly streamUsage: boolean;
  readonly effort: boolean;
}

const fullDialect: Dialect = {
  format: "json_schema",
  bounded: true,
  ids: "integer",
  tokenField: "max_tokens",
  temperature: true,
  seed: true,
  stream: true,
  streamUsage: true,
  effort: true,
};

/** The optional parts that a request used, as it was sent. */
export interface UsedParts {
  readonly format: boolean;
  /** The limit sent. */
  readonly maxTokens: number | undefined;
  readonly temperature: boolean;
  readonly seed: boolean;
  readonly effort: boolean;
}

const FORMAT =
  /response_format|response format|json_schema|json_object|json mode|grammar|\bschema\b|structured output/i;
const BOUNDS = /min_?items|max_?items/i;
/** The schema, and not that there is one. */
const SCHEMA_FAULT =
  /(?:invalid|compile|parse|convert)\w*\b[^.]{0,40}(?:schema|grammar)|(?:schema|grammar)\b[^.]{0,40}(?:invalid|compil|pars)/i;
const TOKENS = /max_(?:completion_|output_|new_)?tokens/i;

/**
 * The dialect to try after an error that names a part of the request.
 * @returns undefined where it names none, or none that can be left out
 */
function simpler(dialect: Dialect, used: UsedParts, { text, fields }: ServerWords): Dialect | undefined {
  const told = `${text} ${fields.join(" ")}`;
  const names = (name: string): boolean =>
    fields.some((field) => field === name || field.endsWith(`.${name}`)) || new RegExp(`\\b${name}\\b`, "i").test(text);
  const less: Partial<Dialect> = {
    ...(used.format && formatBelow(dialect, told)),
    ...(used.maxTokens !== undefined &&
      (TOKENS.test(told) || roomBesidePrompt(text) !== undefined) &&
      tokensBelow(dialect, used.maxTokens, text)),
    ...(used.temperature && dialect.temperature && names("temperature") && { temperature: false }),
    ...(used.seed && dialect.seed && names("seed") && { seed: false }),
    ...(used.effort &&
      dialect.effort &&
      /reasoning_effort|\beffort\b|\bthink(?:ing)?\b/i.test(told) && { effort: false }),
    ...(dialect.stream && dialect.streamUsage && /stream_options|include_usage/.test(told) && { streamUsage: false }),
  };
  const isAboutStream =
    /["'`.]stream["'`]|\bstream(?:ing)?\b[^.]{0,30}\b(?:not|un)|(?:not|un)\w*\b[^.]{0,30}\bstreaming\b/i;
  const namesStream = fields.some((field) => /(?:^|\.)stream$/.test(field)) || isAboutStream.test(text);
  if (Object.keys(less).length === 0 && dialect.stream && namesStream) return { ...dialect, stream: false };
  return Object.keys(less).length === 0 ? undefined : { ...dialect, ...less };
}

function formatBelow(dialect: Dialect, told: string): Partial<Dialect> | undefined {
  if (dialect.format === "text") return undefined;
  const isStrict = dialect.format === "json_schema";
  if (isStrict && dialect.bounded && BOUNDS.test(told)) return { bounded: false };
  if (isStrict && dialect.ids === "integer" && /\benum\b|TYPE_STRING/.test(told)) return { ids: "string" };
  if (!FORMAT.test(told)) return undefined;
  if (isStrict && dialect.bounded && SCHEMA_FAULT.test(told)) return { bounded: false };
  return { format: isStrict ? "json_object" : "text" };
}

/** Another name for the limit, no limit, or a lower one where the server says how much it takes. */
function tokensBelow(dialect: Dialect, asked: number, text: string): Partial<Dialect> | undefined {
  const most = mostTokens(text, asked);
  if (most !== undefined) return { mostTokens: most };
  if (dialect.tokenField === "none" || /\bcontext\b/i.test(text)) return undefined;
  return { tokenField: dialect.tokenField === "max_tokens" ? "max_completion_tokens" : "none" };
}

/**
 * The limit that the server would take: `This model supports at most 4096 completion tokens`, `must be less than or equal
 * to 8192`, or what the context leaves beside the prompt.
 */
function mostTokens(words: string, asked: number): number | undefined {
  const text = plainNumbers(words);
  const [, said] =
    /(?:at most|maximum(?: value)?(?: of| is)?|less than or equal to|<=|up to|limit of|\[\d+,)\s*(\d{2,})/i.exec(
      text,
    ) ?? [];
  const most = roomBesidePrompt(text) ?? Number(said);
  return most >= LEAST_ROOM && most < asked ? most : undefined;
}

/** Tokens that a context leaves for the answer, where an error names the context's size and the prompt's. */
function roomBesidePrompt(words: string): number | undefined {
  const text = plainNumbers(words);
  const [, context] = /context (?:length|window|size)\D{0,20}(\d{3,})/i.exec(text) ?? [];
  const [, before, after] =
    /(\d{2,})\s*(?:tokens? )?(?:in the messages|input tokens|prompt tokens|text tokens)|messages resulted in (\d{2,})/i.exec(
      text,
    ) ?? [];
  const room = Number(context) - Number(before ?? after) - LEAST_ROOM;
  return room >= LEAST_ROOM ? room : undefined;
}

/** Less is no answer. */
const LEAST_ROOM = 16;

interface Known {
  readonly dialect: Dialect;
  /** An answer came in it. */
  readonly answered: boolean;
  /** What a rejection led here from: tried once more after the first answer, in case the rejection has passed. */
  readonly fuller?: Dialect;
  /** The fuller dialect while it is tried once more. */
  readonly retrying?: Dialect;
  /** Rejected after it was answered in: only a second time in a row counts. */
  readonly doubted?: boolean;
}

/** What was learned, by address and model; kept for the life of the process. */
export class DialectMemory {
  private readonly known = new Map<string, Known>();

  /** What to ask in now. */
  next(server: string): Dialect {
    const known = this.of(server);
    if (!known.answered || !known.fuller) return known.dialect;
    const { fuller, ...rest } = known;
    this.known.set(server, { ...rest, retrying: fuller });
    return fuller;
  }

  /** What was learned so far. */
  current(server: string): Dialect {
    return this.of(server).dialect;
  }

  /** A request in this dialect was answered. */
  confirm(server: string, dialect: Dialect): void {
    const known = this.of(server);
    if (dialect === known.retrying) this.known.set(server, { dialect, answered: true });
    else if (dialect === known.dialect) this.known.set(server, { ...known, answered: true, doubted: false });
  }

  /**
   * A request in the dialect `tried` was rejected with these words.
   * @returns whether another try may go better
   */
  reject(server: string, tried: Dialect, used: UsedParts, words: ServerWords): boolean {
    const { retrying, ...known } = this.of(server);
    if (tried === retrying) {
      this.known.set(server, known);
      return true;
    }
    if (tried !== known.dialect) return true;
    const next = simpler(tried, used, words);
    if (next === undefined) {
      // What leaving out did not cure was not about what was left out.
      if (!known.answered && known.fuller) this.known.set(server, { dialect: known.fuller, answered: false });
      return false;
    }
    const isFirstDoubt = known.answered && !known.doubted;
    this.known.set(
      server,
      isFirstDoubt
        ? { ...known, doubted: true }
        : { dialect: next, answered: false, fuller: known.answered ? tried : (known.fuller ?? tried) },
    );
    return true;
  }

  private of(server: string): Known {
    return this.known.get(server) ?? { dialect: fullDialect, answered: false };
  }
}
