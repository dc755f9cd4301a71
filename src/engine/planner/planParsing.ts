/** From a model's reply to a plan (docs/method.md, section 7). */
import type { Category, CategoryIndex } from "../data/dataset.ts";
import { type FoundValue, jsonValues } from "../llm/structured.ts";
import { spoken } from "../llm/thoughts.ts";
import type { Finish, ReplySchema } from "../llm/types.ts";
import type { CategoryWording } from "../prompts/categoryWords.ts";
import { CategoryNames } from "./categoryNames.ts";
import { isLeftOut, isLeftOutBehind, lastClause } from "./leftOut.ts";

/** A plan names more than one category (section 1). */
export const FEWEST_CATEGORIES = 2;
/** And no more than a grammar can be made for. */
export const MOST_CATEGORIES = 100;
/** Objects inside objects that are looked into. */
const DEPTH = 5;

const PLAN_FIELD =
  /^(?:plan|categor|ids?$|.*_ids$|select|cho(?:ice|sen|ose)|pick|recommend|includ|answer|result|order|rank|final|next)/i;
/** Words of a field that is no plan: what to leave out, what was, and what is said about it. */
const OTHER_FIELD =
  /\b(?:exclu|avoid|skip|leav|left\b|omit|ignor|without|remov|reject|ban(?:ned)?\b|black|block|drop|seen\b|shown\b|last\b|prev|recent|draft|initial|first\b|old\b|not\b|never|unwanted|dislik|alternativ|enum|clicked\b|liked\b|histor|interest|expos|reason|rational|explan|analy|thought|score|confiden|weight|counts?\b|vermeid|ausschl|evit)|排除|避免|不|исключ|избег/i;
/** What was offered; a plan only where nothing else is. */
const OFFERED_FIELD = /\b(?:candidates?|available|all)\b/i;
/** Words before the one that counts, where there are several, and before one that gives way. */
const FINAL_WORDS = /\bfinal|最终|最后答案|endgültig|окончательн/i;
const DRAFT_WORDS =
  /\b(?:draft|alternativ|first (?:try|attempt|idea)|entwurf|borrador|brouillon)|草稿|初稿|备选|черновик/i;
/** A text that ends so was about to give a list. */
const ANNOUNCES = /(?:[:：]|\b(?:is|are))\s*(?:```\w*)?\s*$/;

const MOST_ANNOUNCING = 100;
/** A reply that copied what the prompt shows as a plan. */
export const REPEATS_EXAMPLE = "it repeats the example of the prompt";

/** Characters of a plan in one text. */
const LONGEST_WORDS = 2000;

export type ParsedPlan =
  | { readonly categories: readonly CategoryIndex[]; readonly unknownIds: number }
  /** For the model, and for a person: what was wrong with the reply; `found`: the one candidate it names. */
  | { readonly problem: string; readonly unknownIds: number; readonly found?: CategoryIndex };

/**
 * The closed set as a schema: what servers with structured output hold a reply to. Its bounds let a reply end: without
 * them a reply can go on until its token limit.
 * @param categories as prompts call them; @param most entries of a plan; @param least of them
 */
export function planReplySchema(
  categories: readonly Category[],
  wording: CategoryWording = "ids",
  most = MOST_CATEGORIES,
  least = FEWEST_CATEGORIES,
): ReplySchema {
  const items =
    wording === "names"
      ? { type: "string", enum: categories.map(({ name }) => name) }
      : { type: "integer", enum: categories.map(({ id }) => id) };
  const list = {
    type: "array",
    items,
    minItems: Math.min(least, categories.length),
    maxItems: Math.min(Math.max(most, least), categories.length),
  };
  return {
    name: "plan",
    schema: {
      type: "object",
      properties: { categories: list },
      required: ["categories"],
      additionalProperties: false,
    },
  };
}

export class PlanParser {
  private readonly names: CategoryNames;
  private candidates: ReadonlySet<CategoryIndex>;
  /** Lists that stand in the prompt, as examples: which categories they are goes by the candidates of the moment. */
  private examples: readonly (readonly unknown[])[] = [];

  /** @param shown what prompts call them, in the same order, where a plan is made of names */
  constructor(categories: readonly Category[], shown?: readonly string[]) {
    this.names = new CategoryNames(categories, shown);
    this.candidates = new Set(categories.keys());
  }

  /** What may be chosen; all categories until it is said. Others are no candidates, as unknown ones are none. */
  setCandidates(candidates: readonly CategoryIndex[]): void {
    this.candidates = new Set(candidates);
  }

  /** @param text of the prompt as it was written: a reply that repeats a list of it chooses nothing */
  setPrompt(text: string): void {
    const lists = [...text.matchAll(/\[[^[\]]*\]/g)].flatMap(([list]) => jsonValues(list).values);
    this.examples = lists.flatMap(({ value }) => (Array.isArray(value) ? [value] : []));
  }

  /**
   * @param thought what the server told apart from the reply
   * @param before what an earlier reply named, which this one goes on from
   */
  parse(reply: string, finish: Finish, thought = "", before?: CategoryIndex): ParsedPlan {
    if (finish === "refused") return unusable("the model refused");
    if (finish === "filtered") return unusable("the server's content filter held it back");
    if (finish === "length") return unusable("it was cut off by the token limit");
    const { answer } = spoken(reply);
    if (answer === "") return this.unspoken(reply, thought, before);
    const { values, rest, cut } = jsonValues(answer);
    if (cut || (values.length > 0 && ANNOUNCES.test(rest.slice(-MOST_ANNOUNCING))))
      return unusable("it ends in the middle of the list of categories");
    return this.read(values, before, rest);
  }

  /** A reply without words: some servers leave a whole reply, answer and all, among the thoughts. */
  private unspoken(reply: string, thought: string, before: CategoryIndex | undefined): ParsedPlan {
    const { values, cut } = jsonValues(thought);
    const last = values.at(-1);
    if (!cut && last && /[\]}]\s*(?:```\s*)?$/.test(thought)) return this.read([last], before);
    const thoughts = thought !== "" || reply.trim() !== "";
    return unusable(thoughts ? "it holds thoughts (reasoning) only, and no answer" : "it is empty");
  }

  private read(values: readonly FoundValue[], before: CategoryIndex | undefined, rest = ""): ParsedPlan {
    const list = this.chosenList(values, rest);
    if (list === undefined) return unusable("it holds no JSON list of categories");
    const { categories: named, unknownIds } = this.resolve(list);
    const categories = [...new Set(before === undefined ? named : [before, ...named])];
    const [found] = categories;
    if (categories.length < FEWEST_CATEGORIES) {
      const unknown = unknownIds > 0 ? `; ${unknownIds} of its entries are no candidate category` : "";
      const problem = `it names ${categories.length} candidate categories, at least 2 are needed${unknown}`;
      return { ...unusable(problem, unknownIds), ...(found !== undefined && { found }) };
    }
    if (this.examples.some((example) => same(this.resolve(example).categories, categories)))
      return unusable(REPEATS_EXAMPLE, unknownIds);
    return { categories, unknownIds };
  }

  /** The last object's list; without objects the last list. Final ones go before others, drafts behind them. */
  private chosenList(values: readonly FoundValue[], rest: string): readonly unknown[] | undefined {
    const lists = values.flatMap(({ value, words }, i) => {
      const list = this.listIn(value, DEPTH);
      const clause = lastClause(words);
      const isOut = isLeftOut(clause, isObject(value)) || isLeftOutBehind(values[i + 1]?.words ?? rest);
      if (!list || isOut) return [];
      const isCounted = Array.isArray(value) ? list.some(isName) : isPlan(value) || this.known(list) > 1;
      return [{ list, isObject: !Array.isArray(value), isCounted, clause }];
    });
    const counted = lists.filter(({ list, isCounted }) => isCounted && list.length >= FEWEST_CATEGORIES);
    const objects = lists.filter(({ isObject, isCounted }) => isObject && isCounted);
    const rivals = objects.length > 0 ? objects : counted;
    const chosen =
      rivals.findLast(({ clause }) => FINAL_WORDS.test(clause)) ??
      rivals.findLast(({ clause }) => !DRAFT_WORDS.test(clause));
    return (chosen ?? rivals.at(-1) ?? lists.at(-1))?.list;
  }

  /** The plan in a value: a list, text that lists, or the field that holds one of them. */
  private listIn(value: unknown, depth: number): readonly unknown[] | undefined {
    if (Array.isArray(value)) return this.entries(value, depth);
    if (!isObject(value) || depth === 0) return undefined;
    const found = Object.entries(value).flatMap(([key, field]) => {
      const words = wordsOf(key);
      if (OTHER_FIELD.test(words)) return [];
      const list = typeof field === "string" ? this.listInWords(field, depth - 1) : this.listIn(field, depth - 1);
      return list ? [{ list, key, isOffered: OFFERED_FIELD.test(words) }] : [];
    });
    const chosen = found.filter(({ isOffered }) => !isOffered);
    const lists = chosen.length > 0 ? chosen : found;
    const exact = lists.find(({ key }) => key === "categories") ?? lists.find(({ key }) => PLAN_FIELD.test(key));
    return (exact ?? lists.toSorted((a, b) => this.known(b.list) - this.known(a.list))[0])?.list;
  }

  /** Of a list; also where it holds no categories but lists of them, slate by slate, or one text with all of them. */
  private entries(list: readonly unknown[], depth: number): readonly unknown[] {
    const [only] = list;
    const words = list.length === 1 && typeof only === "string" ? this.listInWords(only, depth - 1) : undefined;
    if (words && this.known(words) > 1) return words;
    if (depth === 0 || this.known(list) > 0) return list;
    const inside = list.map((entry) => this.listIn(entry, depth - 1));
    return inside.every((entries) => entries === undefined) ? list : inside.flatMap((entries) => entries ?? []);
  }

  /** `2, 7, 9` in one string; not a sentence with commas. */
  private listInWords(text: string, depth: number): readonly unknown[] | undefined {
    if (depth < 0 || text.length > LONGEST_WORDS) return undefined;
    const [found] = jsonValues(text).values;
    if (found) return this.listIn(found.value, depth);
    const parts = text
      .split(/[;；]/.test(text) ? /[;；\n]+/ : /[,、，|>→\n]+/)
      .flatMap((part) => (this.names.find(part) === undefined ? part.split(/\s+(?:and|und|et|y)\s+/) : part))
      .filter((part) => part.trim() !== "");
    const isList = parts.every((part) => /^\s*\d+\s*$/.test(part) || this.names.find(part) !== undefined);
    if (isList && parts.length >= FEWEST_CATEGORIES) return parts;
    return /^[\d\s]+$/.test(text) ? text.trim().split(/\s+/) : undefined;
  }

  private known(list: readonly unknown[]): number {
    return this.resolve(list).categories.length;
  }

  private resolve(list: readonly unknown[]): { categories: readonly CategoryIndex[]; unknownIds: number } {
    const known = new Set<CategoryIndex>();
    let unknownIds = 0;
    for (const entry of list) {
      const index = this.names.find(entry);
      if (index === undefined || !this.candidates.has(index)) unknownIds++;
      else known.add(index);
    }
    return { categories: [...known], unknownIds };
  }
}

const unusable = (problem: string, unknownIds = 0): ParsedPlan => ({ problem, unknownIds });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isPlan = (value: unknown): boolean => isObject(value) && Object.keys(value).some((key) => PLAN_FIELD.test(key));

/** `notRecommended`, `not_recommended`: not recommended. */
const wordsOf = (key: string): string =>
  key
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ")
    .replace(/_/g, " ");

/** Unlike scores and shares. */
const isName = (value: unknown): boolean => typeof value !== "number" || Number.isInteger(value);

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
