/** What moments ask of a plan, and why one falls short. */
import type { Assertions } from "../../protocol/moments.ts";
import type { CellRow } from "../../protocol/trial/cell.ts";
import type { Category } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import { namesOf } from "../metrics/planQuality.ts";
import { CategoryNames } from "../planner/categoryNames.ts";
import { uniqueNames } from "../prompts/categoryWords.ts";

/** A plan and what must be known to judge it. */
export interface JudgedPlan {
  readonly cell: CellRow;
  /** Of the cell, and of the baseline's on the same moment; undefined: not there yet. */
  readonly planValue: number;
  readonly baselineValue: number | undefined;
}

/** Everything a plan falls short of, in words; none: it passes. */
export function shortcomings(asked: Assertions, plan: JudgedPlan, categories: readonly Category[]): readonly string[] {
  const { cell } = plan;
  const held = new Set(cell.plan.categories);
  const nameOf = namesOf({ categories });
  const ids = (wanted: Assertions["includes"] = []) => wanted.map((category) => categoryId(category, categories));
  const names = (found: readonly number[]): string => found.map(nameOf).join(", ");
  const missing = ids(asked.includes).filter((id) => !held.has(id));
  const unwanted = ids(asked.excludes).filter((id) => held.has(id));
  const allOf = ids(asked.excludesAny);
  const { size, newCategories, overlapWithLastSlate: overlap, latencyMs, tokens } = asked;
  const count = cell.plan.categories.length;
  const reasons: (string | false)[] = [
    asked.valid !== false && cell.unusable !== undefined && `no usable reply: ${cell.unusable.cause}`,
    size?.min !== undefined && count < size.min && `${count} categories, fewer than ${size.min}`,
    size?.max !== undefined && count > size.max && `${count} categories, more than ${size.max}`,
    missing.length > 0 && `without ${names(missing)}`,
    unwanted.length > 0 && `with ${names(unwanted)}`,
    allOf.length > 0 && allOf.every((id) => held.has(id)) && `with all of ${names(allOf)}`,
    newCategories !== undefined &&
      cell.newCategories < newCategories.min &&
      `${cell.newCategories} new categories, fewer than ${newCategories.min}`,
    overlap !== undefined &&
      cell.overlapWithLastSlate > overlap.max &&
      `${percent(cell.overlapWithLastSlate)} as in the last slate, more than ${percent(overlap.max)}`,
    valueReason(asked, plan),
    latencyMs !== undefined &&
      cell.latencyMs !== undefined &&
      cell.latencyMs > latencyMs.max &&
      `${Math.round(cell.latencyMs)} ms, more than ${latencyMs.max}`,
    tokens !== undefined &&
      cell.tokens !== undefined &&
      cell.tokens > tokens.max &&
      `${cell.tokens} tokens, more than ${tokens.max}`,
  ];
  return reasons.filter((reason) => reason !== false);
}

function valueReason({ planValue: asked }: Assertions, { planValue, baselineValue }: JudgedPlan): string | false {
  if (!asked) return false;
  if (!asked.relative) return planValue < asked.min && `plan value ${planValue.toFixed(3)}, below ${asked.min}`;
  if (baselineValue === undefined || planValue - baselineValue >= asked.min) return false;
  return `plan value ${(planValue - baselineValue).toFixed(3)} from the baseline's, below ${asked.min}`;
}

/** What all plans and this moment's are asked; the moment's own go first. */
export const askedOf = (all: Assertions | undefined, own: Assertions | undefined): Assertions => ({ ...all, ...own });

/** @throws InputError where an assertion names a category that the data does not have */
export function checkCategories(asked: Assertions, where: string, categories: readonly Category[]): void {
  const named = [...(asked.includes ?? []), ...(asked.excludes ?? []), ...(asked.excludesAny ?? [])];
  for (const category of named) {
    if (findCategory(category, categories)) continue;
    const shown = uniqueNames(categories.slice(0, 8));
    throw new InputError(
      "moments.unknown",
      `${where}: there is no category ${JSON.stringify(category)}. Use a name or an id, for example ${shown.join(", ")}.`,
    );
  }
}

const findCategory = (wanted: string | number, categories: readonly Category[]): Category | undefined =>
  typeof wanted === "number"
    ? categories.find(({ id }) => id === wanted)
    : categories[new CategoryNames(categories, uniqueNames(categories)).find(wanted) ?? -1];

/** -1, which no category has, where `checkCategories` would have refused it. */
const categoryId = (wanted: string | number, categories: readonly Category[]): number =>
  findCategory(wanted, categories)?.id ?? -1;

const percent = (share: number): string => `${Math.round(100 * share)} %`;
