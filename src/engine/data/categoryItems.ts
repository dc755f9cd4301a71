import type { Experiment } from "../../protocol/experiment.ts";
import type { CategoryIndex, Dataset, ItemIndex } from "./dataset.ts";

/** Which of an item's categories count: its first, or all. */
export type CategoryReading = "primary" | "any";

/** The items a planned category allows (`planner.mask`). */
export const maskReading = ({ planner, simulator }: Pick<Experiment, "planner" | "simulator">): CategoryReading =>
  planner.mask === "auto" ? simulator.quit.categories : planner.mask;

/** The items that a category stands for, by the reading in force (docs/method.md, section 1). */
export class CategoryItems {
  private readonly read = new Map<CategoryReading, readonly Int32Array[]>();

  /** @param reading asked every time: the quit rule it may follow can change while a run goes on */
  constructor(
    private readonly dataset: Dataset,
    private readonly reading: () => CategoryReading,
  ) {}

  /** [categories] items, ascending */
  get members(): readonly Int32Array[] {
    const reading = this.reading();
    const members = this.read.get(reading) ?? itemsByCategory(this.dataset, reading);
    this.read.set(reading, members);
    return members;
  }

  /** Categories that have items; the others can never be served. */
  get served(): readonly CategoryIndex[] {
    return [...this.members.keys()].filter((category) => (this.members[category] as Int32Array).length > 0);
  }
}

function itemsByCategory({ items, categories, itemCategories }: Dataset, reading: CategoryReading) {
  const { offsets, values } = itemCategories;
  const members: ItemIndex[][] = categories.map(() => []);
  for (let item = 0; item < items; item++) {
    const start = offsets[item] as number;
    const end = reading === "primary" ? start + 1 : (offsets[item + 1] as number);
    for (let k = start; k < end; k++) members[values[k] as number]?.push(item);
  }
  return members.map((own) => Int32Array.from(own));
}
