import type { Dataset } from "../../data/dataset.ts";
import { RandomStream } from "../../math/random.ts";
import type { ActMode, ActRequest, Policy, PolicyOutcome, PolicyState } from "../policy.ts";
import { savedArray } from "../policy.ts";
import { topSlate } from "../slate.ts";
import { Baseline } from "./baseline.ts";
import { loggedItemClicks, overallClickRate } from "./loggedClicks.ts";

/** Share of slate positions that explore while training. */
const EPSILON = 0.1;
/** Exposures that the overall click rate of the log counts for in an item's estimate. */
const PRIOR_EXPOSURES = 10;

/**
 * A bandit with one arm per item: serves the items with the highest estimated click rate and, while training, replaces
 * each position by a random allowed item with probability epsilon. Estimates start from the log and follow every click.
 */
export class EpsilonGreedyPolicy extends Baseline {
  readonly name = "epsilon-greedy";
  /** [items] clicks and exposures, from the log and from serving */
  private clicks: Float32Array;
  private shown: Float32Array;

  constructor(
    private readonly dataset: Dataset,
    slateSize: number,
    private readonly seed: number,
    private readonly learns = true,
  ) {
    super(slateSize);
    const logged = loggedItemClicks(dataset);
    const prior = PRIOR_EXPOSURES * overallClickRate(logged);
    this.clicks = logged.clicks.map((clicks) => clicks + prior);
    this.shown = logged.shown.map((shown) => shown + PRIOR_EXPOSURES);
  }

  protected choose({ session, mask }: ActRequest, mode: ActMode, slate: Int32Array): void {
    const estimates = this.clicks.map((clicks, item) => clicks / (this.shown[item] as number));
    topSlate(estimates, mask, "infinity", slate);
    if (mode === "mean") return;
    const random = new RandomStream(this.seed, "epsilon-greedy", session.key, session.steps.length);
    // Exploring stays on the plan's own level: a completing item never takes a planned one's place.
    for (let position = 0; position < slate.length; position++) {
      if (random.uniform() >= EPSILON) continue;
      const level = mask?.[slate[position] as number];
      const drawn = random.integer(this.dataset.items);
      if (mask?.[drawn] === level && !slate.includes(drawn)) slate[position] = drawn;
    }
  }

  override observe(outcomes: readonly PolicyOutcome[]): void {
    if (!this.learns) return;
    for (const { session } of outcomes) {
      const step = session.steps.at(-1);
      step?.items.forEach((item, i) => {
        this.count(item, step.feedback[i] as number);
      });
    }
  }

  /** The copy does not go on learning: its sessions are to be comparable. */
  evaluator(): Policy {
    const copy = new EpsilonGreedyPolicy(this.dataset, this.slateSize, this.seed, false);
    copy.restore(this.state());
    return copy;
  }

  override state(): PolicyState {
    return { json: null, arrays: { clicks: this.clicks.slice(), shown: this.shown.slice() } };
  }

  override restore({ arrays }: PolicyState): void {
    this.clicks = savedArray(arrays, "clicks", this.clicks.length).slice();
    this.shown = savedArray(arrays, "shown", this.shown.length).slice();
  }

  private count(item: number, feedback: number): void {
    this.clicks[item] = (this.clicks[item] as number) + (feedback & 1);
    this.shown[item] = (this.shown[item] as number) + 1;
  }
}
