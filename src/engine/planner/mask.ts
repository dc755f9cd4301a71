/** From a plan's categories to the items it allows (docs/method.md, sections 1 and 5). */
import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { CategoryIndex, Dataset } from "../data/dataset.ts";
import type { InterestRanking } from "../simulator/interest.ts";
import type { CategoryMask, Session } from "../simulator/session.ts";

export interface CategoryMaskOptions {
  readonly dataset: Dataset;
  readonly interest: InterestRanking;
  readonly slateSize: number;
  /** Section 10: the authors' code never selects category 0. */
  readonly categoryZero: FidelityChoice<"categoryZero">;
}

export interface MaskedPlan {
  /** [items]; undefined: the plan was empty and everything is allowed. The caller's to keep. */
  readonly mask: CategoryMask | undefined;
  /** Items that the plan itself allows. */
  readonly allowed: number;
  readonly event: "plan.thin" | "plan.empty" | undefined;
}

const EXCLUDED = 0;
const COMPLETING = 1;
const PLANNED = 2;

export class CategoryMasks {
  constructor(private readonly options: CategoryMaskOptions) {}

  /** Levels as in `CategoryMask`: a thin plan is completed category by category from the user's next best ones. */
  build(session: Session, categories: readonly CategoryIndex[]): MaskedPlan {
    const { dataset, interest, slateSize } = this.options;
    const mask = new Uint8Array(dataset.items);
    let allowed = 0;
    for (const category of categories) if (this.selectable(category)) allowed += this.raise(mask, category, PLANNED);
    if (allowed === 0) return { mask: undefined, allowed, event: "plan.empty" };
    if (allowed >= slateSize) return { mask, allowed, event: undefined };

    let room = allowed;
    // Category 0 comes last where it is never selected: a slate must be filled even then.
    const ranking = [...interest.rank(session)].sort((a, b) => Number(this.selectable(b)) - Number(this.selectable(a)));
    for (const category of ranking) {
      if (room >= slateSize) break;
      room += this.raise(mask, category, COMPLETING);
    }
    return { mask, allowed, event: "plan.thin" };
  }

  private selectable(category: CategoryIndex): boolean {
    return category !== 0 || this.options.categoryZero === "selectable";
  }

  /** Lifts a category's excluded items to a level; how many there were. */
  private raise(mask: CategoryMask, category: CategoryIndex, level: number): number {
    let raised = 0;
    for (const item of this.options.interest.items.members[category] as Int32Array) {
      if (mask[item] !== EXCLUDED) continue;
      mask[item] = level;
      raised++;
    }
    return raised;
  }
}
