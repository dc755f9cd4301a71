import type { Dataset } from "../../data/dataset.ts";
import type { ActMode, ActRequest, Policy } from "../policy.ts";
import { topSlate } from "../slate.ts";
import { Baseline } from "./baseline.ts";
import { loggedItemClicks } from "./loggedClicks.ts";

/** The most clicked items of the log that the session has not been shown yet. */
export class PopularityPolicy extends Baseline {
  readonly name = "popularity";
  /** [items] clicks in the log */
  private readonly clicks: Float32Array;

  constructor(
    private readonly dataset: Dataset,
    slateSize: number,
  ) {
    super(slateSize);
    this.clicks = loggedItemClicks(dataset).clicks;
  }

  protected choose({ session, mask }: ActRequest, _mode: ActMode, slate: Int32Array): void {
    const scores = this.clicks.slice();
    for (const step of session.steps) for (const item of step.items) scores[item] = -1;
    topSlate(scores, mask, "infinity", slate);
  }

  evaluator(): Policy {
    return new PopularityPolicy(this.dataset, this.slateSize);
  }
}
