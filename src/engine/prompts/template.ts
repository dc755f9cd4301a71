/**
 * Liquid, locked down: a template reads the variables it is given and nothing else. No files, no includes, no clock, no
 * random numbers, no prototypes; time, output and template size are limited (docs/models.md, section 'prompt files').
 */
import { Context, Liquid, type LiquidOptions, type Template, toValueSync } from "liquidjs";
import { liquidFilters, liquidTags } from "../../protocol/promptSyntax.ts";
import type { PromptValue } from "../../protocol/promptVariables.ts";
import { messageOf } from "../errors.ts";
import "./linearPositions.ts";
import { BoundedText, countMore, MOST_TEXT, operators, RenderLimits, TOO_LONG } from "./renderLimits.ts";

/** Characters of one section's source. */
const PARSE_LIMIT = 100_000;

/** Liquid's own name for a comment on one line. */
const LINE_COMMENT = "#";
const allowedTags = new Set([...liquidTags.map(({ name }) => name), LINE_COMMENT]);
/** Left out: filters that read the clock or draw random numbers, expressions in strings, encodings, hashes. */
const allowedFilters = new Set(liquidFilters.map(({ name }) => name));

/** A problem in a template; offsets count within its source. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";

  constructor(
    readonly code: TemplateProblem,
    message: string,
    readonly begin: number,
    readonly end: number,
  ) {
    super(message);
  }
}

export type TemplateProblem =
  | "prompt.syntax"
  | "prompt.unknown-variable"
  | "prompt.unknown-filter"
  | "prompt.forbidden-tag"
  | "prompt.limit";

/** A variable a template reads and does not assign itself. */
export interface UsedVariable {
  /** The first segment: `categories` of `categories[0].name`. */
  readonly name: string;
  /** 1-based, within the source. */
  readonly line: number;
  readonly column: number;
}

class LockedLiquid extends Liquid {
  constructor(options: LiquidOptions) {
    super(options);
    for (const name of Object.keys(this.tags)) if (!allowedTags.has(name)) delete this.tags[name];
    for (const name of Object.keys(this.filters)) if (!allowedFilters.has(name)) delete this.filters[name];
    countMore(this);
  }
}

const engine = new LockedLiquid({
  templates: {},
  relativeReference: false,
  dynamicPartials: false,
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  parseLimit: PARSE_LIMIT,
  operators,
});

export class PromptTemplate {
  private readonly parsed: Template[];

  /** @throws TemplateError */
  constructor(readonly source: string) {
    this.parsed = located(source, () => engine.parse(source));
  }

  /**
   * @param limits of everything that is rendered with them
   * @throws TemplateError
   */
  render(context: { readonly [name: string]: PromptValue }, limits = new RenderLimits()): string {
    return located(this.source, () => {
      const text = new BoundedText(limits.write);
      const liquid = new Context(context, engine.options, { sync: true });
      limits.hold(liquid);
      toValueSync(engine.renderer.renderTemplates(this.parsed, liquid, text));
      return text.buffer;
    });
  }

  /** Every place where a variable from outside is read. */
  variables(): readonly UsedVariable[] {
    const { globals } = engine.analyzeSync(this.parsed, { partials: false });
    return Object.entries(globals).flatMap(([name, uses]) =>
      uses.map(({ location }) => ({ name, line: location.row, column: location.col })),
    );
  }
}

interface LiquidToken {
  readonly begin: number;
  readonly end: number;
  readonly input: string;
}

function located<T>(source: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const token = tokenOf(error);
    const inside = token?.input === source;
    throw explain(messageOf(error), inside ? token.begin : 0, inside ? token.end : source.length, source);
  }
}

function tokenOf(error: unknown): LiquidToken | undefined {
  return typeof error === "object" && error !== null && "token" in error ? (error.token as LiquidToken) : undefined;
}

/** Liquid's messages in the words of a prompt's author. */
function explain(message: string, begin: number, end: number, source: string): TemplateError {
  const said = message.replace(/, line:\d+, col:\d+$/, "");
  const fail = (code: TemplateProblem, text: string) => new TemplateError(code, text, begin, end);
  const variable = /^undefined variable: (.*)$/.exec(said)?.[1];
  if (variable !== undefined) {
    return fail("prompt.unknown-variable", `"${variable}" is not a variable of this prompt`);
  }
  const filter = /^undefined filter: (.*)$/.exec(said)?.[1];
  if (filter !== undefined) {
    return fail("prompt.unknown-filter", `the filter "${filter}" does not exist in prompts`);
  }
  const tag = /^tag "(.*)" not found$/.exec(said)?.[1];
  if (tag !== undefined) {
    const known = [...allowedTags].join(", ");
    return fail("prompt.forbidden-tag", `the tag "${tag}" is not available in prompts; available are ${known}`);
  }
  if (said === TOO_LONG) return fail("prompt.limit", `the prompt comes to more than ${MOST_TEXT} characters`);
  if (/limit exceeded$/.test(said)) {
    return fail(
      "prompt.limit",
      source.length > PARSE_LIMIT
        ? `the section is longer than ${PARSE_LIMIT} characters`
        : "rendering takes too long or makes too much text; look for a loop that does not end",
    );
  }
  if (/call stack/i.test(said)) return fail("prompt.limit", "it is nested too deeply");
  return fail("prompt.syntax", said);
}
