import type { ResponseModel } from "../../simulator/responseModel.ts";
import type { Session } from "../../simulator/session.ts";
import { SlateSearch } from "../oracle.ts";
import type { ActMode, ActRequest, Policy, PolicyOutcome } from "../policy.ts";
import { Baseline } from "./baseline.ts";
import { expectedRewards, followSteps, type OracleDependencies } from "./truth.ts";

/**
 * The myopic oracle (section 9): at each step the slate that does not repeat and has the highest true click
 * probabilities, as it knows the response model, satiation included.
 */
export class GreedyPolicy extends Baseline {
  readonly name = "greedy";
  private readonly model: ResponseModel;
  private readonly search: SlateSearch;
  private readonly values: Float32Array;

  constructor(
    private readonly truth: OracleDependencies,
    slots: number,
  ) {
    super(truth.slateSize);
    this.model = truth.responseModels(slots);
    this.search = new SlateSearch({ ...truth, itemEncodings: this.model.itemEncodings });
    this.values = new Float32Array(truth.dataset.items);
  }

  override open(session: Session): void {
    this.model.open(session.slot, session.user, session.history);
    followSteps(this.model, session.slot, session.steps);
  }

  override observe(outcomes: readonly PolicyOutcome[]): void {
    for (const { session } of outcomes) followSteps(this.model, session.slot, session.steps.slice(-1));
  }

  protected choose({ session, mask }: ActRequest, _mode: ActMode, slate: Int32Array): void {
    expectedRewards(this.model, session.slot, this.truth.rewards, this.values);
    const shortlist = this.search.shortlist(this.values, mask);
    slate.set(this.search.fill(shortlist, this.truth.quitRule(), session.steps).items);
  }

  evaluator(slots: number): Policy {
    return new GreedyPolicy(this.truth, slots);
  }

  override async dispose(): Promise<void> {
    this.model.dispose();
  }
}
