import { SlateSearch } from "../oracle.ts";
import type { ActMode, ActRequest, Policy } from "../policy.ts";
import { topSlate } from "../slate.ts";
import { Baseline } from "./baseline.ts";
import type { OracleDependencies } from "./truth.ts";

/** One ranking of the items for everybody, by what they earn on average: the best allowed ones, again and again. */
export class FixedRankingPolicy extends Baseline {
  readonly name = "fixed-ranking";

  /** @param values [items] mean expected reward (`meanRewards`) */
  constructor(
    private readonly values: Float32Array,
    slateSize: number,
  ) {
    super(slateSize);
  }

  protected choose({ mask }: ActRequest, _mode: ActMode, slate: Int32Array): void {
    topSlate(this.values, mask, "infinity", slate);
  }

  evaluator(): Policy {
    return this;
  }
}

/**
 * What is to be had without telling users apart (section 9): it knows what every item earns on average, the correlation
 * penalty and the quit rule, and nothing of the user it serves. Greedy, as the oracle is.
 */
export class NotPersonalisedPolicy extends Baseline {
  readonly name = "not-personalised";
  private readonly search: SlateSearch;

  /** @param values [items] mean expected reward (`meanRewards`) */
  constructor(
    private readonly values: Float32Array,
    private readonly truth: OracleDependencies,
  ) {
    super(truth.slateSize);
    const model = truth.responseModels(1);
    this.search = new SlateSearch({ ...truth, itemEncodings: model.itemEncodings });
    model.dispose();
  }

  protected choose({ session, mask }: ActRequest, _mode: ActMode, slate: Int32Array): void {
    const shortlist = this.search.shortlist(this.values, mask);
    slate.set(this.search.fill(shortlist, this.truth.quitRule(), session.steps).items);
  }

  evaluator(): Policy {
    return this;
  }
}
