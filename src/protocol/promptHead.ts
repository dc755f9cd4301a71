/**
 * The YAML block at the head of a prompt: what it sets, and where. The page does without; everything else that is known of
 * a prompt's text stands in promptText.ts.
 */
import { type Document, isMap, isScalar, parseDocument, visit } from "yaml";
import { type PromptRole, promptRoles } from "./promptRole.ts";
import type { Span } from "./promptText.ts";

/** A variable of the prompt's own. */
export interface OwnVariable {
  readonly name: string;
  /** As text; empty while none is written. */
  readonly value: string;
  readonly key: Span;
}

export interface HeadError extends Span {
  readonly message: string;
}

/** Characters, and collections in collections; far above any prompt's settings. */
const LONGEST = 50_000;
const DEEPEST = 20;

export class PromptHead implements Span {
  readonly begin: number;
  readonly end: number;
  /** Offsets that YAML gives, behind each of which the text has a carriage return more. */
  private readonly returns: readonly number[];
  private readonly document: Document.Parsed;
  /** Why it is not read at all. */
  private readonly refusal: string | undefined;

  /** @param head what stands between the two lines `---` */
  constructor(text: string, head: Span) {
    this.begin = head.begin;
    this.end = head.end;
    const isTooLong = head.end - head.begin > LONGEST;
    const source = isTooLong ? "" : text.slice(head.begin, head.end);
    this.returns = [...source.matchAll(/\r\n/g)].map(({ index }, before) => index - before);
    const document = shallowDocument(source.replace(/\r\n?/g, "\n"));
    this.document = document ?? parseDocument("");
    if (isTooLong) this.refusal = `it is longer than ${LONGEST} characters`;
    else if (!document) this.refusal = `lists and maps are nested more than ${DEEPEST} deep`;
  }

  /** What YAML has against it. */
  get errors(): readonly HeadError[] {
    if (this.refusal !== undefined) return [{ message: this.refusal, begin: this.begin, end: this.end }];
    return this.document.errors.map(({ message, pos }) => ({
      message: message.split("\n", 1)[0] ?? message,
      ...this.span(pos[0], pos[1]),
    }));
  }

  /** The first alias: a few of them can grow a small block to any size. */
  get alias(): Span | undefined {
    let alias: Span | undefined;
    visit(this.document, {
      Alias: (_, { range }) => {
        alias = range ? this.span(range[0], range[1]) : this.span(0, 0);
        return visit.BREAK;
      },
    });
    return alias;
  }

  /** The settings as plain values, whatever they are; for a block without errors and aliases. */
  values(): unknown {
    return this.document.toJS() ?? {};
  }

  /** Where the value at a path stands, or one of its keys; what is not there is at what would hold it. */
  spanOf(path: readonly PropertyKey[], key?: string): Span {
    const holder: unknown = this.document.getIn(path, true);
    const node = key === undefined ? holder : pairOf(holder, key)?.key;
    if (isRanged(node)) return this.span(node.range[0], node.range[1]);
    return path.length > 0 ? this.spanOf(path.slice(0, -1)) : { begin: this.begin, end: this.end };
  }

  /** Undefined while it names none that there is. */
  get role(): PromptRole | undefined {
    const node = pairOf(this.document.contents, "role")?.value;
    return promptRoles.find((role) => isScalar(node) && node.value === role);
  }

  get variables(): readonly OwnVariable[] {
    const own = pairOf(this.document.contents, "variables")?.value;
    return (isMap(own) ? own.items : []).flatMap(({ key, value }): OwnVariable[] => {
      if (!isScalar(key) || typeof key.value !== "string" || !key.range) return [];
      const shown = isScalar(value) && value.value !== null ? String(value.value) : "";
      return [{ name: key.value, value: shown, key: this.span(key.range[0], key.range[1]) }];
    });
  }

  private span(begin: number, end: number): Span {
    return { begin: this.begin + this.placeOf(begin), end: this.begin + this.placeOf(end) };
  }

  /** YAML is given line feeds only; the text may have more. */
  private placeOf(offset: number): number {
    let low = 0;
    let high = this.returns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.returns[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  }
}

/** Undefined where it is nested too deep, which the parser itself would overflow on. */
function shallowDocument(source: string): Document.Parsed | undefined {
  try {
    const document = parseDocument(source, { prettyErrors: false, schema: "core", logLevel: "error" });
    let isDeep = false;
    visit(document, {
      Collection: (_, __, path) => {
        isDeep = path.length > 2 * DEEPEST;
        return isDeep ? visit.BREAK : undefined;
      },
    });
    return isDeep ? undefined : document;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const pairOf = (map: unknown, key: string) =>
  isMap(map) ? map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) : undefined;

function isRanged(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}
