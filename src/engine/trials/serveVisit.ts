/** One visit, served by one contender: an environment of its own, so that visits need not wait for one another. */
import type { Judged, VisitRow } from "../../protocol/trial/visit.ts";
import { jaccard } from "../metrics/sessionMetrics.ts";
import type { Plan, Planner, ShownReflection } from "../planner/planner.ts";
import type { Policy } from "../policy/policy.ts";
import type { EvaluationSetting } from "../serving/evaluate.ts";
import { type PlanInForce, Stepper } from "../serving/stepper.ts";
import { Environment } from "../simulator/environment.ts";
import type { Session } from "../simulator/session.ts";
import { ListedSessions, type SessionStart } from "../simulator/sessionSource.ts";
import { EpisodeRecorder } from "../training/episodes.ts";
import { addJudged, NOTHING_JUDGED, type StepJudge } from "./stepJudge.ts";

/** Room for one visit at a time. `setting.responseModel` is its own. */
export interface Lane {
  readonly setting: Omit<EvaluationSetting, "sessions">;
  readonly policy: Policy;
  /** Undefined: what was lost is not asked. */
  readonly judge: StepJudge | undefined;
}

export interface ServingContender {
  readonly index: number;
  /** Undefined: everything is allowed at every step. @param repeat the same question asked again; 0 in visits */
  readonly planner: (lane: Lane, repeat: number) => Planner | undefined;
  readonly sampleReflections: (session: Session) => readonly ShownReflection[];
  readonly replanEvery: number;
}

/** @throws the signal's reason, and what the planner throws */
export async function serveVisit(
  lane: Lane,
  contender: ServingContender,
  start: SessionStart,
  signal: AbortSignal,
): Promise<VisitRow> {
  const { setting, policy, judge } = lane;
  const environment = new Environment({
    ...setting,
    sessions: new ListedSessions([start]),
    config: { ...setting.simulator, users: 1 },
  });
  environment.reset();
  const stepper = new Stepper({
    ...setting,
    environment,
    planner: contender.planner(lane, 0),
    policy,
    mode: "mean",
    sampleReflections: contender.sampleReflections,
    replanEvery: () => contender.replanEvery,
  });
  stepper.open();
  const recorder = new EpisodeRecorder(setting.dataset, setting.responseModel.feedbackTypes);
  const plans = new PlanTally();
  let judged = NOTHING_JUDGED;
  let expected = 0;
  for (;;) {
    signal.throwIfAborted();
    const due = stepper.prepare();
    await stepper.plan(due, signal);
    const outlook = due[0] && judge?.look(due[0].session);
    const [served] = stepper.serve();
    if (!served) throw new RangeError(`visit ${start.number} has no step`);
    const { result, plan } = served;
    expected += result.expectedReward;
    if (plan.made) plans.add(plan.made, plan);
    if (plan.made && judge && outlook) {
      const before = { ...result.session, steps: result.session.steps.slice(0, -1) };
      judged = addJudged(judged, judge.judge(outlook, before, plan.categories, result.expectedReward));
    }
    const episode = recorder.record(served, 0);
    if (episode) return rowOf(contender, start, expected, plans, judged, episode);
  }
}

const rowOf = (
  { index }: ServingContender,
  { number }: SessionStart,
  expected: number,
  { counts }: PlanTally,
  judged: Judged,
  episode: VisitRow["episode"],
): VisitRow => ({ contender: index, session: number, expected, plans: counts, judged, episode });

class PlanTally {
  counts: VisitRow["plans"] = { made: 0, size: 0, followed: 0, overlap: 0, invalid: 0, fallback: 0 };

  add({ categories, invalidReplies, source }: Plan, { previous }: Pick<PlanInForce, "previous">): void {
    const { made, size, followed, overlap, invalid, fallback } = this.counts;
    this.counts = {
      made: made + 1,
      size: size + categories.length,
      followed: followed + (previous ? 1 : 0),
      overlap: overlap + (previous ? jaccard(categories, previous) : 0),
      invalid: invalid + (invalidReplies > 0 ? 1 : 0),
      fallback: fallback + (source === "fallback" ? 1 : 0),
    };
  }
}
