import * as z from "zod";
import type { Dataset } from "../../data/dataset.ts";
import type { InterestRanking } from "../../simulator/interest.ts";
import type { Session } from "../../simulator/session.ts";
import type { ActMode, ActRequest, Diagnostics, Policy, PolicyOutcome, PolicyState } from "../policy.ts";
import { topSlate } from "../slate.ts";
import { Baseline } from "./baseline.ts";
import { loggedItemClicks, overallClickRate } from "./loggedClicks.ts";

/** Width of the confidence bound, in standard deviations of the estimate. */
const ALPHA = 0.5;
/** Exposures that the overall click rate counts for in an item's. */
const PRIOR_EXPOSURES = 10;
/** intercept, item's click rate, user's interest in its categories, their recent exposure, already shown */
const FEATURES = 5;

/** What `state().json` holds: A^-1 row by row, and b. */
const savedSchema = z.strictObject({
  inverse: z.array(z.number()).length(FEATURES * FEATURES),
  response: z.array(z.number()).length(FEATURES),
});

/**
 * LinUCB with one linear model shared by all items (Li et al. 2010): the click is estimated from features of session and
 * item; while training, an item's score is the estimate plus alpha times its uncertainty.
 */
export class LinUcbPolicy extends Baseline {
  readonly name = "linucb";
  /** [FEATURES, FEATURES] inverse of I + sum x x^T, kept by Sherman and Morrison's formula. */
  private inverse = identity(FEATURES);
  /** [FEATURES] sum of click * x */
  private response = new Float64Array(FEATURES);
  /** By slot: features of the slate last served there, [slate, FEATURES]. */
  private readonly served = new Map<number, Float64Array>();
  /** Features and click of what was served since the last `learn`. */
  private pending: { readonly features: Float64Array; readonly click: number }[] = [];
  private readonly clickRates: Float32Array;
  private readonly scores: Float32Array;
  /** [items, FEATURES] */
  private readonly features: Float64Array;

  constructor(
    private readonly dataset: Dataset,
    private readonly interest: InterestRanking,
    slateSize: number,
    private readonly learns = true,
  ) {
    super(slateSize);
    const logged = loggedItemClicks(dataset);
    const prior = PRIOR_EXPOSURES * overallClickRate(logged);
    this.clickRates = logged.clicks.map(
      (clicks, i) => (clicks + prior) / ((logged.shown[i] as number) + PRIOR_EXPOSURES),
    );
    this.scores = new Float32Array(dataset.items);
    this.features = new Float64Array(dataset.items * FEATURES);
  }

  protected choose({ session, mask }: ActRequest, mode: ActMode, slate: Int32Array): void {
    this.describe(session);
    const weights = multiply(this.inverse, this.response);
    const bonus = mode === "sample" ? ALPHA : 0;
    for (let item = 0; item < this.dataset.items; item++) {
      const row = item * FEATURES;
      let estimate = 0;
      for (let f = 0; f < FEATURES; f++) estimate += (weights[f] as number) * (this.features[row + f] as number);
      this.scores[item] = bonus === 0 ? estimate : estimate + bonus * Math.sqrt(this.variance(row));
    }
    topSlate(this.scores, mask, "infinity", slate);
    if (!this.learns) return;
    const kept = new Float64Array(slate.length * FEATURES);
    for (const [i, item] of slate.entries()) kept.set(this.featuresOf(item), i * FEATURES);
    this.served.set(session.slot, kept);
  }

  override observe(outcomes: readonly PolicyOutcome[]): void {
    if (!this.learns) return;
    for (const { session } of outcomes) {
      const kept = this.served.get(session.slot);
      session.steps.at(-1)?.feedback.forEach((bits, i) => {
        const features = kept?.subarray(i * FEATURES, (i + 1) * FEATURES);
        if (features) this.pending.push({ features, click: bits & 1 });
      });
    }
  }

  override async learn(): Promise<Diagnostics | undefined> {
    for (const { features, click } of this.pending) {
      addOuterProduct(this.inverse, features);
      for (let f = 0; f < FEATURES; f++)
        this.response[f] = (this.response[f] as number) + click * (features[f] as number);
    }
    this.pending = [];
    return {};
  }

  /** The copy does not go on learning: its sessions are to be comparable. */
  evaluator(): Policy {
    const copy = new LinUcbPolicy(this.dataset, this.interest, this.slateSize, false);
    copy.restore(this.state());
    return copy;
  }

  /** Taken between rollouts, when nothing is pending. */
  override state(): PolicyState {
    return { json: { inverse: [...this.inverse], response: [...this.response] }, arrays: {} };
  }

  override restore({ json }: PolicyState): void {
    const saved = savedSchema.parse(json);
    this.inverse = Float64Array.from(saved.inverse);
    this.response = Float64Array.from(saved.response);
  }

  /** Fills in the features of every item for a session. */
  private describe(session: Session): void {
    const { items, itemCategories } = this.dataset;
    const { logOdds, recent } = this.interest.profile(session);
    for (let item = 0; item < items; item++) {
      const start = itemCategories.offsets[item] as number;
      const end = itemCategories.offsets[item + 1] as number;
      let odds = 0;
      let exposure = 0;
      for (let k = start; k < end; k++) {
        const category = itemCategories.values[k] as number;
        odds += logOdds[category] as number;
        exposure += recent[category] as number;
      }
      const row = item * FEATURES;
      this.features[row] = 1;
      this.features[row + 1] = this.clickRates[item] as number;
      this.features[row + 2] = odds / (end - start);
      this.features[row + 3] = exposure / (end - start);
      this.features[row + 4] = 0;
    }
    for (const step of session.steps) for (const item of step.items) this.features[item * FEATURES + 4] = 1;
  }

  /** x^T A^-1 x of the features at `row`. */
  private variance(row: number): number {
    let sum = 0;
    for (let f = 0; f < FEATURES; f++) {
      let product = 0;
      for (let g = 0; g < FEATURES; g++) {
        product += (this.inverse[f * FEATURES + g] as number) * (this.features[row + g] as number);
      }
      sum += (this.features[row + f] as number) * product;
    }
    return sum;
  }

  private featuresOf(item: number): Float64Array {
    return this.features.subarray(item * FEATURES, (item + 1) * FEATURES);
  }
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Square matrix times vector. */
function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return vector.map((_, row) => dot(matrix.subarray(row * n, (row + 1) * n), vector));
}

/** Turns the inverse of A into that of A + x x^T, in place. */
function addOuterProduct(inverse: Float64Array, x: Float64Array): void {
  const n = x.length;
  const product = multiply(inverse, x);
  const scale = 1 / (1 + dot(x, product));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      inverse[i * n + j] = (inverse[i * n + j] as number) - scale * (product[i] as number) * (product[j] as number);
    }
  }
}
