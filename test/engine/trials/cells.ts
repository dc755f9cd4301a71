/** Plans for moments, made from few words. */
import type { Assertions, Moments } from "../../../src/protocol/moments.ts";
import type { CellRow } from "../../../src/protocol/trial/cell.ts";

export const categories = [
  { id: 1, name: "Music" },
  { id: 2, name: "Sport" },
  { id: 5, name: "Food" },
  { id: 9, name: "" },
];

export interface MadeCell extends Partial<Omit<CellRow, "plan">> {
  readonly categories?: readonly number[];
}

/** The baseline's first plan for the moment "m", of Music and Sport, unless said otherwise. */
export function cell({ categories: planned = [1, 2], ...more }: MadeCell = {}): CellRow {
  return {
    contender: 0,
    moment: "m",
    repeat: 0,
    plan: { categories: [...planned], source: "model", reflections: [] },
    newCategories: 0,
    overlapWithLastSlate: 0,
    oracle: 1,
    inPlan: 0.5,
    stepsLost: 0,
    ...more,
  };
}

/** A document of moments at a visit's first step. @param expected what is asked of all */
export const momentsOf = (expected: Assertions | undefined, own: Readonly<Record<string, Assertions>>): Moments => ({
  ...(expected && { expect: expected }),
  moments: Object.entries(own).map(([name, expect]) => ({ name, user: "u", slates: [], reflections: [], expect })),
});
