/** Where the reward of a step is lost: by the plan, or by the policy inside it (docs/trials.md). */
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import { stepsLeft } from "../../protocol/run/modelCalls.ts";
import type { Judged } from "../../protocol/trial/visit.ts";
import type { CategoryIndex, Dataset } from "../data/dataset.ts";
import { primaryCategory } from "../data/dataset.ts";
import type { CategoryMasks } from "../planner/mask.ts";
import { expectedRewards } from "../policy/baselines/truth.ts";
import { SlateSearch, type SlateSearchOptions } from "../policy/oracle.ts";
import { judgeSlate } from "../simulator/quitRule.ts";
import type { ResponseModel } from "../simulator/responseModel.ts";
import type { Session } from "../simulator/session.ts";

export interface StepJudgeOptions extends Omit<SlateSearchOptions, "itemEncodings"> {
  readonly dataset: Dataset;
  /** The one that the judged sessions run in. */
  readonly responseModel: ResponseModel;
  readonly masks: CategoryMasks;
  readonly quitRule: QuitRule;
  /** [feedbackTypes] (`rewardPerFeedback`) */
  readonly rewards: Float64Array;
}

export const NOTHING_JUDGED: Judged = { steps: 0, oracle: 0, inPlan: 0, served: 0, stepsLost: 0 };

/** The best that could be served at the step to come. */
interface Outlook {
  readonly slate: readonly number[];
  readonly value: number;
}

export class StepJudge {
  private readonly search: SlateSearch;
  /** [items] expected reward of every item at the step to come */
  private readonly values: Float32Array;

  constructor(private readonly options: StepJudgeOptions) {
    this.search = new SlateSearch({ ...options, itemEncodings: options.responseModel.itemEncodings });
    this.values = new Float32Array(options.dataset.items);
  }

  /** The oracle's slate for a session's next step; before it is served. */
  look(session: Session): Outlook {
    const { responseModel, rewards, quitRule } = this.options;
    expectedRewards(responseModel, session.slot, rewards, this.values);
    const { items, value } = this.search.fill(this.search.shortlist(this.values, undefined), quitRule, session.steps);
    return { slate: items, value };
  }

  /** Categories of the oracle's slate, the first place's first. */
  oraclePlan(session: Session): readonly CategoryIndex[] {
    const { slate } = this.look(session);
    return [...new Set(slate.map((item) => primaryCategory(this.options.dataset, item)))];
  }

  /**
   * What a plan was worth at the step that `look` was last asked for.
   * @param session as it was then
   * @param served expected reward of the slate that was served
   */
  judge(outlook: Outlook, session: Session, plan: readonly CategoryIndex[], served: number): Judged {
    const { masks, quitRule, dataset } = this.options;
    const { mask } = masks.build(session, plan);
    const best = this.search.fill(this.search.shortlist(this.values, mask), quitRule, session.steps);
    const patience = session.steps.at(-1)?.patience;
    const temper = quitRule.rule === "temper" ? patience : undefined;
    const verdict = judgeSlate(quitRule, dataset.itemCategories, session.steps, Int32Array.from(best.items), temper);
    const before = stepsLeft(quitRule, patience);
    const lost = verdict.repeated ? before - 1 - leftAfter(quitRule, verdict.patience, verdict.ended) : 0;
    // A moment may be kept from a visit that by now would have ended before.
    const stepsLost = Math.max(0, lost);
    return { steps: 1, oracle: outlook.value, inPlan: best.value, served, stepsLost };
  }
}

/** Steps that can still be served after a verdict. */
const leftAfter = (rule: QuitRule, patience: number, ended: string | undefined): number =>
  ended === undefined ? stepsLeft(rule, patience) : 0;

export const addJudged = (a: Judged, b: Judged): Judged => ({
  steps: a.steps + b.steps,
  oracle: a.oracle + b.oracle,
  inPlan: a.inPlan + b.inPlan,
  served: a.served + b.served,
  stepsLost: a.stepsLost + b.stepsLost,
});
