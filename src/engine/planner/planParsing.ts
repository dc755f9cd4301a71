/** From a model's reply to a plan (docs/method.md, section 7). */
import type { Category, CategoryIndex } from "../data/dataset.ts";
import { jsonCandidates } from "../llm/structured.ts";
import type { Finish, ReplySchema } from "../llm/types.ts";
import { oneLine } from "../prompts/shownSlates.ts";

/** A plan names more than one category (section 1). */
export const FEWEST_CATEGORIES = 2;

/** The id at the head of `12`, `12 (Dance)` or `12: Dance`; `80s hits`, `3 hits` and `1.5` begin with none. */
const LEADING_ID = /^-?\d+(?=\s*(?:$|[(:,;–-]|\.(?!\d)))/;

export type ParsedPlan =
  | { readonly categories: readonly CategoryIndex[]; readonly unknownIds: number }
  /** For the model: what was wrong with its reply. */
  | { readonly problem: string; readonly unknownIds: number };

/** The closed set as a schema: what servers with structured output hold a reply to. */
export function planReplySchema(categories: readonly Category[]): ReplySchema {
  return {
    name: "plan",
    schema: {
      type: "object",
      properties: { categories: { type: "array", items: { type: "integer", enum: categories.map(({ id }) => id) } } },
      required: ["categories"],
      additionalProperties: false,
    },
  };
}

export class PlanParser {
  private readonly byId: ReadonlyMap<number, CategoryIndex>;
  private readonly byName: ReadonlyMap<string, CategoryIndex>;

  constructor(categories: readonly Category[]) {
    this.byId = new Map(categories.map(({ id }, index) => [id, index]));
    this.byName = new Map(categories.map(({ name }, index) => [folded(name), index] as const).filter(([name]) => name));
  }

  parse(reply: string, finish: Finish): ParsedPlan {
    const lists = jsonCandidates(reply, finish)
      .map(listOf)
      .filter((list) => list !== undefined);
    if (lists.length === 0) {
      const problem =
        finish === "length"
          ? "it was cut off by the length limit before the list of category ids was complete"
          : "it holds no JSON array of category ids";
      return { problem, unknownIds: 0 };
    }
    const plans = lists.map((list) => this.resolve(list));
    const usable = plans.find(({ categories }) => categories.length >= FEWEST_CATEGORIES);
    if (usable) return usable;
    const { categories, unknownIds } = plans[0] as { categories: readonly CategoryIndex[]; unknownIds: number };
    const unknown = unknownIds > 0 ? `; ${unknownIds} of its entries are no id of a candidate category` : "";
    return {
      problem: `it names ${categories.length} candidate categories, at least 2 are needed${unknown}`,
      unknownIds,
    };
  }

  private resolve(list: readonly unknown[]): { categories: readonly CategoryIndex[]; unknownIds: number } {
    const known = new Set<CategoryIndex>();
    let unknownIds = 0;
    for (const entry of list) {
      const index = this.lookUp(entry);
      if (index === undefined) unknownIds++;
      else known.add(index);
    }
    return { categories: [...known], unknownIds };
  }

  /** An id, a name, an id as text, `12 (Dance)`, or an object with one of them. */
  private lookUp(entry: unknown): CategoryIndex | undefined {
    if (typeof entry !== "object" || entry === null) return this.named(entry);
    if ("id" in entry) return this.named(entry.id);
    return "name" in entry ? this.named(entry.name) : undefined;
  }

  private named(entry: unknown): CategoryIndex | undefined {
    if (typeof entry === "number") return this.byId.get(entry);
    if (typeof entry !== "string") return undefined;
    const id = LEADING_ID.exec(entry.trim())?.[0];
    return this.byName.get(folded(entry)) ?? (id === undefined ? undefined : this.byId.get(Number(id)));
  }
}

/** The array in a value: itself, the field `categories`, or else the first field that is an array. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if ("categories" in value && Array.isArray(value.categories)) return value.categories;
  return Object.values(value).find((field) => Array.isArray(field));
}

/** As prompts show a name, without regard to capitals. */
function folded(name: string): string {
  return oneLine(name).toLowerCase();
}
