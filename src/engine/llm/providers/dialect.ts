/**
 * What a server behind an OpenAI-compatible address understands. Every server starts at the top; a rejection takes it
 * down one step, for good (docs/models.md, section 'structured output').
 */
export type ReplyFormat = "json_schema" | "json_object" | "text";

export interface Dialect {
  readonly format: ReplyFormat;
  /** The name newer models want for the limit of the reply. */
  readonly tokenField: "max_tokens" | "max_completion_tokens";
  readonly temperature: boolean;
  readonly seed: boolean;
}

export const fullDialect: Dialect = { format: "json_schema", tokenField: "max_tokens", temperature: true, seed: true };

/** Which of the optional parts a request used. */
export interface UsedParts {
  readonly format: boolean;
  readonly maxTokens: boolean;
  readonly temperature: boolean;
  readonly seed: boolean;
}

/**
 * The dialect to try after a rejection (status 400 or 422).
 * @param told the server's message, with the parameter it names
 * @returns undefined when nothing can be left out: the request itself is wrong
 */
export function simpler(dialect: Dialect, used: UsedParts, told: string): Dialect | undefined {
  const aboutFormat = /response_format|json_schema|json_object|grammar/i.test(told);
  if (!aboutFormat && /context (length|window|size)|too long|too many tokens/i.test(told)) return undefined;
  if (used.maxTokens && dialect.tokenField === "max_tokens" && /max_(completion_)?tokens/.test(told)) {
    return { ...dialect, tokenField: "max_completion_tokens" };
  }
  if (used.temperature && dialect.temperature && /temperature/.test(told)) return { ...dialect, temperature: false };
  if (used.seed && dialect.seed && /\bseed\b/.test(told)) return { ...dialect, seed: false };
  if (used.format && dialect.format !== "text") {
    return { ...dialect, format: dialect.format === "json_schema" ? "json_object" : "text" };
  }
  return undefined;
}

/**
 * What was learned, by address, model and whether a schema is asked for; kept for the life of the process.
 */
export class DialectMemory {
  private readonly known = new Map<string, { readonly dialect: Dialect; readonly confirmed: boolean }>();

  get(server: string): Dialect {
    return this.known.get(server)?.dialect ?? fullDialect;
  }

  /** A request in this dialect was answered: later rejections are about the requests themselves. */
  confirm(server: string, dialect: Dialect): void {
    this.known.set(server, { dialect, confirmed: true });
  }

  /**
   * A request in the dialect `tried` was rejected.
   * @returns whether another try may go better
   */
  reject(server: string, tried: Dialect, used: UsedParts, told: string): boolean {
    if (this.get(server) !== tried) return true;
    const next = this.known.get(server)?.confirmed ? undefined : simpler(tried, used, told);
    if (next) this.known.set(server, { dialect: next, confirmed: false });
    return next !== undefined;
  }
}
