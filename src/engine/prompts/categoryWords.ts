/** What categories are called in prompts, and in the plans that are asked for (docs/method.md, section 7). */
import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Category, Dataset } from "../data/dataset.ts";
import { perDataset } from "../data/perDataset.ts";

/**
 * `names`: a plan is made of names, and ids are not shown. `ids`: of ids, with names beside them. `bare-ids`: of ids, and
 * the planner is not told what they mean.
 */
export type CategoryWording = "names" | "ids" | "bare-ids";

/** @property label what a prompt's lists call it; @property name the same without an id beside it */
export type CategoryEntry = { readonly id: number; readonly name: string; readonly label: string };

/** Characters of a name that are shown. */
const LONGEST = 60;

/** `fidelity.plannerSees` goes before `planner.answer`: what is not shown cannot be named. */
export function plannerWording({ fidelity, planner }: Pick<Experiment, "fidelity" | "planner">): CategoryWording {
  return fidelityChoice(fidelity, "plannerSees") === "ids" ? "bare-ids" : planner.answer;
}

/** By index of the category. */
export function categoryEntries(dataset: Dataset, wording: CategoryWording): readonly CategoryEntry[] {
  return entriesOf[wording](dataset);
}

const entriesOf: Readonly<Record<CategoryWording, (dataset: Dataset) => readonly CategoryEntry[]>> = {
  names: perDataset(({ categories }) =>
    uniqueNames(categories).map((name, i) => ({ id: (categories[i] as Category).id, name, label: name })),
  ),
  ids: perDataset(({ categories }) => categories.map(numbered)),
  "bare-ids": perDataset(({ categories }) => categories.map(({ id }) => bare(id))),
};

const bare = (id: number): CategoryEntry => ({ id, name: String(id), label: String(id) });

function numbered({ id, name }: Category): CategoryEntry {
  if (name === "") return bare(id);
  const clean = oneLine(name);
  return { id, name: clean, label: `${id} (${clean})` };
}

/**
 * One name for each category, no two of which a reader could take for each other: on one line, cut where it is long, and
 * with the id behind it where another has the same.
 */
export function uniqueNames(categories: readonly Category[]): readonly string[] {
  let names = categories.map(({ id, name }) => (folded(visible(name)) && shortened(visible(name))) || `Category ${id}`);
  for (;;) {
    const held = new Map<string, number>();
    for (const name of names) held.set(folded(name), (held.get(folded(name)) ?? 0) + 1);
    if (held.size === names.length) return names;
    names = names.map((name, i) =>
      held.get(folded(name)) === 1 ? name : `${name} (${(categories[i] as Category).id})`,
    );
  }
}

/** Without regard to capitals, to the width of characters, and to what shows nothing. */
export const folded = (name: string): string =>
  oneLine(name.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "")).toLowerCase();

/** Data on one line, without control characters: it cannot look like a heading of the prompt's own. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}

/** Without halves of characters, and without what turns the direction of the text around it. */
const visible = (name: string): string =>
  oneLine(name.replace(/[\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ""));

/** Whole characters, as a reader counts them. */
function shortened(name: string): string {
  if (name.length <= LONGEST) return name;
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return characters.length <= LONGEST
    ? name
    : `${characters
        .slice(0, LONGEST - 1)
        .join("")
        .trimEnd()}…`;
}
