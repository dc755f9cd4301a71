/** The evaluation beside training, with its reference rows: random, round-robin planning, and the oracle. */
import type { Experiment } from "../../protocol/experiment.ts";
import type { Episode, ReferencePolicy, ReferenceRow, RunSummary } from "../../protocol/run.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import { mean } from "../metrics/statistics.ts";
import type { Planner } from "../planner/planner.ts";
import type { Policy } from "../policy/policy.ts";
import { type Contender, type EvaluationSetting, evaluate, evaluationSlots, meanScores } from "../serving/evaluate.ts";
import { frozenPool } from "../serving/frozenPool.ts";
import { referenceContenders } from "../serving/references.ts";
import type { World } from "../serving/world.ts";
import type { ResponseModel } from "../simulator/responseModel.ts";
import { evaluationSessions, type SessionStart } from "../simulator/sessionSource.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import type { EvaluationValues } from "./trainer.ts";

export interface PeriodicEvaluationOptions {
  readonly world: World;
  readonly engine: TensorEngine;
  /** The document in force: a live change of the quit rule counts here too. */
  readonly experiment: () => Experiment;
  /** The run's own planner, and the one that stands in for it where `evaluation.planner` says so. */
  readonly planner: Planner | undefined;
  readonly offlinePlanner: Planner | undefined;
  readonly policy: Policy;
  readonly pool: ReflectionPool;
  readonly signal: AbortSignal;
  readonly reference: (row: ReferenceRow) => void;
  readonly progress: (phase: string, fraction: number) => void;
}

type Scores = { readonly tInt: number; readonly rCum: number; readonly rSin: number };

/** What a checkpoint keeps (plain JSON). */
export interface PeriodicEvaluationState {
  readonly references: readonly ReferenceRow[] | null;
  readonly summary: Omit<RunSummary, "userSteps"> | null;
  readonly ended: readonly Scores[];
}

export class PeriodicEvaluation {
  private readonly sessions: readonly SessionStart[];
  private readonly responseModel: ResponseModel;
  private references: readonly ReferenceRow[] | undefined;
  private newest: Omit<RunSummary, "userSteps"> | undefined;
  /** Training sessions since the last measurement, under section 10's `training-means`. */
  private ended: Scores[] = [];

  constructor(private readonly options: PeriodicEvaluationOptions) {
    const { world, experiment } = options;
    const { seed, sessions } = experiment().evaluation;
    this.sessions = evaluationSessions(world.users, seed, sessions);
    this.responseModel = world.responseModels(evaluationSlots(sessions));
  }

  get summary(): Omit<RunSummary, "userSteps"> | undefined {
    return this.newest;
  }

  /** Under another quit rule the reference policies score otherwise: they are measured again when next needed. */
  quitRuleChanged(): void {
    this.references = undefined;
  }

  /** Sessions that ended in training: what the reference reports means of. */
  observe(episodes: readonly Episode[]): void {
    if (!this.measuresTraining) return;
    this.ended.push(...episodes.map(({ tInt, rCum, rSin }) => ({ tInt, rCum, rSin })));
  }

  /** Scores of the policy as it is now, mean action, on the fixed users; or the means of training (switch 14). */
  async measure(iteration: number): Promise<EvaluationValues> {
    if (this.measuresTraining) return this.trainingMeans();
    const { experiment, policy, pool, signal } = this.options;
    if (experiment().evaluation.references) this.references ??= await this.measureReferences(iteration);
    const contender: Contender = {
      ...this.planning(),
      policy: (slots) => policy.evaluator(slots),
      sampleReflections: frozenPool(pool.config, pool.state(), experiment().evaluation.seed),
    };
    const scores = meanScores(await evaluate(this.setting(), contender, signal));
    const normalised = this.normalise(scores.rCum);
    const planner = contender.planner === undefined ? "none" : this.asksModel ? "model" : "offline";
    this.newest = { ...scores, ...(normalised !== undefined && { normalised }), planner };
    return { ...evaluationValues(scores), ...(normalised !== undefined && { evalNormalised: normalised }) };
  }

  state(): PeriodicEvaluationState {
    return { references: this.references ?? null, summary: this.newest ?? null, ended: this.ended };
  }

  restore({ references, summary, ended }: PeriodicEvaluationState): void {
    this.references = references ?? undefined;
    this.newest = summary ?? undefined;
    this.ended = [...ended];
  }

  private get measuresTraining(): boolean {
    return this.options.world.fidelity("evaluation") === "training-means";
  }

  private trainingMeans(): EvaluationValues {
    if (this.ended.length === 0) return {};
    const scores = {
      tInt: mean(this.ended.map(({ tInt }) => tInt)),
      rCum: mean(this.ended.map(({ rCum }) => rCum)),
      rSin: mean(this.ended.map(({ rSin }) => rSin)),
    };
    this.ended = [];
    this.newest = scores;
    return evaluationValues(scores);
  }

  /** Whether a model plans in evaluations. */
  private get asksModel(): boolean {
    const { planner, evaluation } = this.options.experiment();
    return planner.enabled && planner.provider !== "offline" && evaluation.planner === "same";
  }

  /** The stand-in plans anew at every step: its plans cost nothing. */
  private planning(): Pick<Contender, "planner" | "replanEvery"> {
    const { planner, offlinePlanner, experiment } = this.options;
    const { provider, replanEvery } = experiment().planner;
    if (provider === "offline" || this.asksModel) return { planner, replanEvery };
    return { planner: offlinePlanner, replanEvery: 1 };
  }

  private setting(): EvaluationSetting {
    const { world, experiment } = this.options;
    return {
      dataset: world.dataset,
      simulator: experiment().simulator,
      correlation: world.fidelity("correlation"),
      responseModel: this.responseModel,
      sessions: this.sessions,
      masks: world.masks,
    };
  }

  private async measureReferences(iteration: number): Promise<readonly ReferenceRow[]> {
    const { world, engine, experiment, signal, reference, progress } = this.options;
    const contenders = referenceContenders(experiment(), world, engine);
    const rows: ReferenceRow[] = [];
    for (const [i, [policy, contender]] of contenders.entries()) {
      progress("Measuring reference policies", i / contenders.length);
      const scores = meanScores(await evaluate(this.setting(), contender, signal));
      const row = { policy, iteration, ...scores, sessions: this.sessions.length };
      rows.push(row);
      reference(row);
    }
    return rows;
  }

  private normalise(rCum: number): number | undefined {
    const score = (policy: ReferencePolicy) => this.references?.find((row) => row.policy === policy)?.rCum;
    const random = score("random");
    const oracle = score("oracle");
    if (random === undefined || oracle === undefined || oracle === random) return undefined;
    return (rCum - random) / (oracle - random);
  }
}

const evaluationValues = ({ tInt, rCum, rSin }: Scores): EvaluationValues => ({
  evalTInt: tInt,
  evalRCum: rCum,
  evalRSin: rSin,
});
