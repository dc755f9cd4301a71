/** The evaluation beside training, with its reference rows. */
import * as z from "zod";
import { asksModel } from "../../protocol/asksModel.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { answeredRoles, isMostlyStandIn } from "../../protocol/run/answeredRoles.ts";
import { modelVisits } from "../../protocol/run/modelCalls.ts";
import {
  type Episode,
  measuredSummarySchema,
  type ReferencePolicy,
  type ReferenceRow,
  type RunSummary,
  referenceRowSchema,
} from "../../protocol/run.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import { mean, normalisedScore } from "../metrics/statistics.ts";
import type { Plan } from "../planner/planner.ts";
import type { Policy } from "../policy/policy.ts";
import { AnswerTally } from "../serving/answerTally.ts";
import { type Contender, type ContenderParts, contenderOf, evaluationPlanner } from "../serving/contender.ts";
import { type EvaluationSetting, evaluate, evaluationSetting, meanScores } from "../serving/evaluate.ts";
import type { Players } from "../serving/players.ts";
import { policyIn } from "../serving/policies.ts";
import { referenceContenders, scaleContenders } from "../serving/references.ts";
import type { World } from "../serving/world.ts";
import type { Session } from "../simulator/session.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import type { DocumentInForce } from "./liveChanges.ts";

export interface PeriodicEvaluationOptions {
  /** Of evaluations. */
  readonly world: World;
  /** The same where evaluations have none of their own. */
  readonly trainingWorld: World;
  readonly engine: TensorEngine;
  /** A live change of the quit rule counts here too. */
  readonly document: DocumentInForce;
  readonly players: Pick<Players, "planner" | "offlinePlanner">;
  readonly policy: Policy;
  readonly pool: ReflectionPool;
  readonly signal: AbortSignal;
  /** Hears every plan of the run's own planner. */
  readonly planned: (plan: Plan, session: Session) => void;
  readonly reference: (row: ReferenceRow) => void;
  readonly progress: (phase: string, fraction: number) => void;
}

/** Numbers of one evaluation, by metric name. */
export type EvaluationValues = Readonly<
  Partial<
    Record<
      | "evalTInt"
      | "evalRCum"
      | "evalRSin"
      | "evalNormalised"
      | "evalModelTInt"
      | "evalModelRCum"
      | "evalTrainingRCum"
      | "evalTrainingNormalised"
      | "evalDrop",
      number
    >
  >
>;

const scoresSchema = z.strictObject({ tInt: z.number(), rCum: z.number(), rSin: z.number() }).readonly();
type Scores = z.output<typeof scoresSchema>;

/** What a checkpoint keeps (plain JSON). */
export const evaluationStateSchema = z
  .strictObject({
    references: z.array(referenceRowSchema).readonly().nullable(),
    summary: z.nullable(measuredSummarySchema),
    ended: z.array(scoresSchema).readonly(),
  })
  .readonly();
export type PeriodicEvaluationState = z.output<typeof evaluationStateSchema>;

export class PeriodicEvaluation {
  private readonly setting: EvaluationSetting;
  /** As the evaluations' world meets it. */
  private readonly policy: Pick<Policy, "evaluator">;
  private references: readonly ReferenceRow[] | undefined;
  private newest: Omit<RunSummary, "userSteps"> | undefined;
  /** Training sessions since the last measurement, under `evaluation: "training-means"`. */
  private ended: Scores[] = [];

  constructor(private readonly options: PeriodicEvaluationOptions) {
    const { document, engine, world, trainingWorld, policy } = options;
    const { experiment } = document;
    const quitRule = () => this.experiment.simulator.quit;
    this.setting = evaluationSetting(experiment, world);
    this.policy = world === trainingWorld ? policy : policyIn({ experiment, world, engine, quitRule }, policy);
  }

  get summary(): Omit<RunSummary, "userSteps"> | undefined {
    return this.newest;
  }

  /** Under another quit rule or other plans the references score otherwise: they are measured again when next needed. */
  referencesChanged(): void {
    this.references = undefined;
  }

  /** Sessions that ended in training: what `evaluation: "training-means"` reports means of. */
  observe(episodes: readonly Episode[]): void {
    if (!this.measuresTraining) return;
    this.ended.push(...episodes.map(({ tInt, rCum, rSin }) => ({ tInt, rCum, rSin })));
  }

  /** Scores of the policy as it is now, mean action, on the fixed users; or the means of training (section 10, `evaluation`). */
  async measure(iteration: number): Promise<EvaluationValues> {
    if (this.measuresTraining) return this.trainingMeans();
    const { world, players, pool, signal, planned } = this.options;
    if (this.experiment.evaluation.references) this.references ??= await this.measureReferences(iteration);
    const { experiment } = this;
    const parts = {
      experiment,
      players,
      policy: this.policy,
      pool: { config: pool.config, state: pool.state() },
      lessons: world.lessons,
    };
    const scores = meanScores(await evaluate(this.settingInForce(), contenderOf(parts), signal, planned));
    const normalised = this.normalise(scores.rCum);
    const model = await this.measureModel(parts, iteration);
    const trainingWorld = await this.measureInTraining(parts, iteration);
    this.newest = {
      ...scores,
      ...(normalised !== undefined && { normalised }),
      planner: evaluationPlanner(experiment),
      ...(model && { model }),
      ...(trainingWorld && { trainingWorld }),
    };
    return {
      ...evaluationValues(scores),
      ...(normalised !== undefined && { evalNormalised: normalised }),
      ...(model && { evalModelTInt: model.tInt, evalModelRCum: model.rCum }),
      ...(trainingWorld && { evalTrainingRCum: trainingWorld.rCum, evalDrop: trainingWorld.rCum - scores.rCum }),
      ...(trainingWorld?.normalised !== undefined && { evalTrainingNormalised: trainingWorld.normalised }),
    };
  }

  /**
   * What the prompt's own plans make of the policy, on few visits. Undefined where nobody reads it, all visits had them,
   * training has served too few to spend calls on it, or most of them turned out to be the stand-in's.
   */
  private async measureModel(parts: ContenderParts, iteration: number): Promise<RunSummary["model"]> {
    const { experiment, players } = parts;
    const isAsked = asksModel(experiment.planner) && evaluationPlanner(experiment) === "offline";
    const visits = isAsked ? modelVisits(experiment, iteration) : 0;
    if (visits === 0) return undefined;
    const { signal, planned, progress } = this.options;
    progress("Evaluating the prompt", 0);
    const setting = this.settingInForce();
    const sessions = setting.sessions.slice(0, visits);
    const contender = { ...contenderOf(parts), planner: players.planner, replanEvery: experiment.planner.replanEvery };
    const tally = new AnswerTally();
    const rows = await evaluate({ ...setting, sessions }, contender, signal, (plan, session) => {
      tally.add("planner", plan);
      planned(plan, session);
    });
    if (answeredRoles(tally.counts).some(isMostlyStandIn)) return undefined;
    return { ...meanScores(rows), visits: sessions.length };
  }

  /**
   * The same in the world that trained it, once at the end: how much of the score is lost on strangers. Undefined where
   * there is no other world, or a model plans every visit, which would cost its calls again.
   */
  private async measureInTraining(parts: ContenderParts, iteration: number): Promise<RunSummary["trainingWorld"]> {
    const { experiment } = parts;
    const { world, trainingWorld, engine, policy, signal, progress } = this.options;
    const isLast = iteration === experiment.training.iterations;
    if (trainingWorld === world || !isLast || evaluationPlanner(experiment) === "model") return undefined;
    progress("Evaluating in training's world", 0);
    const setting = evaluationSetting(experiment, trainingWorld);
    const scoreOf = async (contender: Contender) => meanScores(await evaluate(setting, contender, signal));
    try {
      const scores = await scoreOf(contenderOf({ ...parts, policy }));
      if (!experiment.evaluation.references) return scores;
      const { random, oracle } = scaleContenders(experiment, trainingWorld, engine);
      const normalised = normalisedScore(scores.rCum, (await scoreOf(random)).rCum, (await scoreOf(oracle)).rCum);
      return { ...scores, ...(normalised !== undefined && { normalised }) };
    } finally {
      setting.responseModel.dispose();
    }
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

  private get experiment(): Experiment {
    return this.options.document.experiment;
  }

  private settingInForce(): EvaluationSetting {
    return { ...this.setting, simulator: this.experiment.simulator };
  }

  private async measureReferences(iteration: number): Promise<readonly ReferenceRow[]> {
    const { world, engine, signal, reference, progress } = this.options;
    const contenders = referenceContenders(this.experiment, world, engine);
    const rows: ReferenceRow[] = [];
    for (const [i, [policy, contender]] of contenders.entries()) {
      progress("Measuring reference policies", i / contenders.length);
      const scores = meanScores(await evaluate(this.settingInForce(), contender, signal));
      const row = { policy, iteration, ...scores, sessions: this.setting.sessions.length };
      rows.push(row);
      reference(row);
    }
    return rows;
  }

  private normalise(rCum: number): number | undefined {
    const score = (policy: ReferencePolicy) => this.references?.find((row) => row.policy === policy)?.rCum;
    const random = score("random");
    const oracle = score("oracle");
    if (random === undefined || oracle === undefined) return undefined;
    return normalisedScore(rCum, random, oracle);
  }
}

const evaluationValues = ({ tInt, rCum, rSin }: Scores): EvaluationValues => ({
  evalTInt: tInt,
  evalRCum: rCum,
  evalRSin: rSin,
});
