/** Which candidate category a word or a number of a reply means. */
import type { Category, CategoryIndex } from "../data/dataset.ts";
import { folded } from "../prompts/categoryWords.ts";

const KIND = "(?:category|categories|cat|id|no|nr|number|kategorie|类别|分类)";
const OPEN = "[(\\[<{]?";
const CLOSED = "[)\\]>}]?";
/** `7`, `7.0`, `#7`, `[7]`, `category 7`, `id: 7`, `cat_7` */
const ID_ALONE = new RegExp(`^${OPEN}(?:${KIND}(?![a-z])[._\\s-]*)*[:=#\\s]*(-?\\d+)(?:\\.0+)?${CLOSED}$`, "i");
/** `7 (Dance)`, `7: Dance`, `7 - Dance`, `#7 Dance`; not `80s hits`, `3 hits` and `1.5`. */
const ID_FIRST = new RegExp(`^(?:${KIND}\\s*)?#?(-?\\d+)\\s*[(\\[:,;–—-]\\s*(.*?)[)\\]]?$`, "is");
/** `7 Dance`, `[7] Dance`, `7. Dance`, `7 | Dance`: only with a name that is known, else the number may just count. */
const NUMBERED = new RegExp(`^${OPEN}(?:${KIND}\\s*)?#?-?\\d+${CLOSED}\\s*[.|/=→>]*\\s*(.+)$`, "is");
/** `Dance (7)`, `Dance [id 7]`, `Dance #7`, `Dance: 7` */
const ID_LAST = new RegExp(
  `^(.+?)\\s*(?:[(\\[:,]|\\s[–—-]|\\s#)\\s*(?:${KIND}(?![a-z]))?\\s*[:=#]*\\s*(\\d+)\\s*[)\\]]?$`,
  "is",
);
/** `Dance (7) - was clicked`, `Dance: was clicked` */
const EXPLAINED = /^(.+?(?:[)\]](?=[\s:,;–—-])|(?=\s[–—-]\s|[:,;]\s)))/s;
/** `category: Dance` */
const OF_A_KIND = new RegExp(`^${KIND}\\s*[:=]?\\s+`, "i");
/** `Dance 7`, `Dance 38%`, `Dance (38%)`, `Dance 3 of 4`, `Dance 3/4` */
const COUNTED = /\s*[(:]?\s*\d+\s*(?:%|(?:of|\/)\s*\d+)?\)?$/i;
/** Longer ones are prose. */
const LONGEST_ENTRY = 200;
/** Objects inside an entry that are looked into. */
const DEPTH = 3;
/** What lists and markup put around an entry. */
const TRIMMINGS = /^(?:[\s"'`*_“”‘’]|-\s)+|[\s"'`*_“”‘’.;,]+$/g;

export class CategoryNames {
  private readonly byId: ReadonlyMap<number, CategoryIndex>;
  private readonly byName: ReadonlyMap<string, CategoryIndex>;
  /** Without accents and punctuation. */
  private readonly byLetters: ReadonlyMap<string, CategoryIndex>;

  /** @param shown what prompts call them, in the same order, where a plan is made of names */
  constructor(
    categories: readonly Category[],
    private readonly shown: readonly string[] = [],
  ) {
    this.byId = new Map(categories.map(({ id }, index) => [id, index]));
    // By id the last of two that share a name is meant, as in runs before there were plans by name.
    const names = categories.map(({ name }) => folded(name));
    const own =
      shown.length > 0 ? singles(names) : new Map(names.map((name, i) => [name, i] as const).filter(([name]) => name));
    this.byName = new Map([...own, ...singles(shown.map(folded))]);
    this.byLetters = singles([...this.byName.keys()].map(lettersOf), [...this.byName.values()]);
  }

  /** A number, a name, a number as text, a label of both either way round, or an object with one of them. */
  find(entry: unknown, depth = DEPTH): CategoryIndex | undefined {
    if (typeof entry === "number") return this.numeral(entry) ?? this.byId.get(entry);
    if (typeof entry === "string") return this.inWords(entry);
    if (typeof entry !== "object" || entry === null || depth === 0) return undefined;
    const fields = Object.entries(entry);
    const named = (pattern: RegExp): CategoryIndex | undefined => {
      const values = fields.filter(([key]) => pattern.test(key)).map(([, value]) => this.find(value, depth - 1));
      return values.find((index) => index !== undefined);
    };
    const ids = fields.filter(([key]) => /(?:^|_)id$|Id$|^ID$/.test(key));
    const [[, onlyId] = []] = ids.length === 1 ? ids : [];
    const byName = () => named(/^(?:cat|name|label|title|value|category(?:_?(?:name|number|label))?)$/i);
    const byId = () => named(/^cat(?:egory)?_?id$/i) ?? named(/^id$/i) ?? this.find(onlyId, depth - 1);
    // Where a plan is made of names, a number beside one is the model's own count.
    return this.isByName ? (byName() ?? byId()) : (byId() ?? byName());
  }

  /** A name that is a number, such as a year: of two readings, the one that plans are made of. */
  private numeral(number: number): CategoryIndex | undefined {
    return this.isByName ? this.byName.get(String(number)) : undefined;
  }

  private inWords(written: string): CategoryIndex | undefined {
    const exact = this.named(written);
    if (exact !== undefined || written.length > LONGEST_ENTRY) return exact;
    const text = written.normalize("NFKC").replaceAll("&amp;", "&").replace(/\s+/g, " ");
    const name = this.named(text);
    if (name !== undefined) return name;
    const bare = text.replace(TRIMMINGS, "");
    const [, alone] = ID_ALONE.exec(bare) ?? [];
    if (alone !== undefined) return this.numeral(Number(alone)) ?? this.byId.get(Number(alone));
    const [, before, rest = ""] = ID_FIRST.exec(bare) ?? [];
    const [, front = "", after] = before === undefined ? (ID_LAST.exec(bare) ?? []) : [];
    const id = before ?? after;
    const beside = id === undefined ? undefined : this.named(before === undefined ? front : rest);
    if (beside !== undefined) return beside;
    // Where a plan is made of names, the words beside a number were the answer, and mean nothing.
    if (id !== undefined && !this.isByName) return this.byId.get(Number(id));
    const [, numbered = ""] = NUMBERED.exec(bare) ?? [];
    const plain = bare.replace(OF_A_KIND, "").replace(COUNTED, "");
    const whole = this.named(bare) ?? this.named(numbered) ?? this.named(plain) ?? this.byLetters.get(lettersOf(bare));
    if (whole !== undefined) return whole;
    const [, explained] = EXPLAINED.exec(bare) ?? [];
    return explained === undefined ? undefined : this.inWords(explained);
  }

  private get isByName(): boolean {
    return this.shown.length > 0;
  }

  private named(text: string): CategoryIndex | undefined {
    return this.byName.get(folded(text));
  }
}

/** What only one category is called. @param indices of the texts; by default their places */
function singles(texts: readonly string[], indices?: readonly CategoryIndex[]): Map<string, CategoryIndex> {
  const found = new Map<string, CategoryIndex>();
  const shared = new Set([""]);
  texts.forEach((text, i) => {
    const index = indices?.[i] ?? i;
    if (found.has(text) && found.get(text) !== index) shared.add(text);
    found.set(text, index);
  });
  for (const text of shared) found.delete(text);
  return found;
}

const lettersOf = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\band\b/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "");
