/** Sums up an iteration's steps as the training metrics of docs/method.md, section 12. */
import type { FidelityChoice, FidelitySwitch } from "../../protocol/experiment/fidelity.ts";
import type { MetricRow } from "../../protocol/run.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import {
  type DiversityContext,
  diversityOf,
  jaccard,
  type ServedSlate,
  servedSlate,
} from "../metrics/sessionMetrics.ts";
import type { ServedStep } from "../serving/stepper.ts";
import { sessionScores } from "../simulator/session.ts";

export interface TallyContext {
  readonly diversity: DiversityContext;
  readonly pool: ReflectionPool;
  /** The choice in force for a switch of section 10. */
  readonly fidelity: <S extends FidelitySwitch>(name: S) => FidelityChoice<S>;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export class IterationTally {
  private readonly served: ServedStep[] = [];
  private readonly slates: ServedSlate[] = [];

  constructor(private readonly context: TallyContext) {}

  add(step: ServedStep): void {
    this.served.push(step);
    // A running session grows: its newest slate is taken now.
    this.slates.push(servedSlate(step.result.session));
  }

  values(): MetricRow["values"] {
    const results = this.served.map(({ result }) => result);
    const ended = results.filter((result) => result.finished).map((result) => sessionScores(result.session));
    const { pool, diversity } = this.context;
    return {
      reward: mean(results.map((result) => result.reward)),
      sessions: ended.length,
      ...(ended.length > 0 && {
        tInt: mean(ended.map(({ tInt }) => tInt)),
        rCum: mean(ended.map(({ rCum }) => rCum)),
        rSin: mean(ended.map(({ rSin }) => rSin)),
      }),
      ...diversityOf(this.slates, diversity),
      ...this.plans(),
      poolSize: pool.size,
      poolScore: pool.meanScore,
    };
  }

  private plans(): MetricRow["values"] {
    const made = this.served.flatMap(({ plan }) => (plan.made ? [{ ...plan, made: plan.made }] : []));
    if (made.length === 0) return {};
    const overlaps = made.flatMap(({ made: { categories }, previous }) =>
      previous ? [jaccard(categories, previous)] : [],
    );
    const invalid = made.reduce((sum, plan) => sum + plan.made.invalidReplies, 0);
    const share = (event: string): number => made.filter((plan) => plan.event === event).length / made.length;
    return {
      planSize: mean(made.map((plan) => plan.made.categories.length)),
      planInvalid: invalid / made.length,
      planThin: share("plan.thin"),
      planEmpty: share("plan.empty"),
      ...(overlaps.length > 0 && { planOverlap: mean(overlaps) }),
    };
  }
}
