/**
 * How much rendering a prompt may take. Work is counted, so that a prompt is taken or refused alike on every machine and none
 * keeps the process from what else it does; a second, which no counted work comes near, bounds what may not be counted. Each unit takes well below a microsecond.
 */
import {
  CaptureTag,
  CaseTag,
  type Context,
  defaultOperators,
  type Emitter,
  type FilterImplOptions,
  filters,
  type Liquid,
  type Operators,
} from "liquidjs";

/** Characters of a rendered prompt. */
export const MOST_TEXT = 1_000_000;
/** Entries and characters that filters, ranges and captures create or compare, and passes. */
const MOST_WORK = 500_000;
/** Of a pass through a loop or branch, and of each tag and output in it. */
const PASS = 10;
/** Of an entry of a list that is written, beside its text. */
const WRITTEN = 10;
/** Of an entry, beside its own unit, in filters that compare entries with each other. */
const COMPARED = 9;
type FilterHandler = Extract<FilterImplOptions, (...values: never[]) => unknown>;
const COMPARING = ["sort", "sort_natural", "uniq"] as const;

/** What is thrown, to be said in other words. */
const TOO_MUCH = "render limit exceeded";
export const TOO_LONG = "text limit exceeded";

/** For what is not counted, ms. */
const MOST_TIME = 1000;
/** Time between two counts beyond this is the machine's: it slept, or others had it, ms. */
const LONGEST_STEP = 5;

/** Of everything that is rendered with them. */
export class RenderLimits {
  private work = 0;
  private text = 0;
  private time = 0;
  private before = performance.now();

  readonly use = (units: number): void => {
    this.work += units;
    if (this.work > MOST_WORK) throw new Error(TOO_MUCH);
  };

  readonly pass = (): void => {
    this.use(PASS);
    const now = performance.now();
    this.time += Math.min(now - this.before, LONGEST_STEP);
    this.before = now;
    if (this.time > MOST_TIME) throw new Error(TOO_MUCH);
  };

  readonly write = (characters: number): void => {
    this.text += characters;
    if (this.text > MOST_TEXT) throw new Error(TOO_LONG);
  };

  /** From here on Liquid counts with them. */
  hold({ memoryLimit, renderLimit }: Context): void {
    memoryLimit.use = this.use;
    renderLimit.check = this.pass;
  }
}

/** What is rendered, as long as it may be. */
export class BoundedText implements Emitter {
  buffer = "";

  constructor(private readonly count: (characters: number) => void) {}

  write(part: unknown): void {
    const text = shown(part);
    this.count(text.length + WRITTEN * sizeOf(part));
    this.buffer += text;
  }
}

/** As Liquid writes values: lists without anything between. */
function shown(part: unknown): string {
  if (typeof part === "string") return part;
  return Array.isArray(part) ? part.map(shown).join("") : String(part ?? "");
}

/** Text that is given a name can grow with each use of it. */
class BoundedCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const text = new BoundedText((characters) => context.memoryLimit.use(characters));
    yield this.liquid.renderer.renderTemplates(this.templates, context, text);
    context.bottom()[this.variable] = text.buffer;
  }
}

/** A list that is chosen by is compared with each branch's. */
class CountedCase extends CaseTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const value = yield this.value.value(context, context.opts.lenientIf);
    context.memoryLimit.use(this.branches.reduce((sum, { values }) => sum + values.length, 0) * sizeOf(value));
    yield* super.render(context, emitter);
  }
}

/** Entries of a list. */
const sizeOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

const comparing =
  (name: "==" | "!=" | "contains"): Operators[string] =>
  (left: unknown, right: unknown, context: Context) => {
    context.memoryLimit.use(sizeOf(left) + (typeof left === "string" ? left.length : 0));
    return defaultOperators[name]?.(left, right, context) ?? false;
  };

export const operators: Operators = {
  ...defaultOperators,
  "==": comparing("=="),
  "!=": comparing("!="),
  contains: comparing("contains"),
};

/** Makes Liquid count what it does not count by itself. */
export function countMore(liquid: Liquid): void {
  liquid.registerTag("capture", BoundedCapture);
  liquid.registerTag("case", CountedCase);
  for (const name of COMPARING) {
    const filter = filters[name] as FilterHandler;
    liquid.registerFilter(name, function (list: unknown, ...more: unknown[]) {
      this.context.memoryLimit.use(COMPARED * sizeOf(list));
      return filter.call(this, list, ...more);
    });
  }
}
