/** The evaluation beside training, with its reference rows: random, round-robin planning, and the oracle. */
import type { Experiment } from "../../protocol/experiment.ts";
import type { ReferencePolicy, ReferenceRow, RunSummary } from "../../protocol/run.ts";
import { ReflectionPool } from "../critic/reflectionPool.ts";
import {
  type Contender,
  type EvaluationSetting,
  evaluate,
  evaluationSlots,
  meanScores,
} from "../evaluation/evaluate.ts";
import { RandomStream } from "../math/random.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import type { Planner } from "../planner/planner.ts";
import type { Policy } from "../policy/policy.ts";
import type { ResponseModel } from "../simulator/responseModel.ts";
import { evaluationSessions, type SessionStart } from "../simulator/sessionSource.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import { createPolicy } from "./policies.ts";
import type { EvaluationValues } from "./trainer.ts";
import type { World } from "./world.ts";

export interface PeriodicEvaluationOptions {
  readonly world: World;
  readonly engine: TensorEngine;
  /** The document in force: a live change of the quit rule counts here too. */
  readonly experiment: () => Experiment;
  readonly planner: Planner | undefined;
  readonly policy: Policy;
  readonly pool: ReflectionPool;
  readonly signal: AbortSignal;
  readonly reference: (row: ReferenceRow) => void;
  readonly progress: (phase: string, fraction: number) => void;
}

export class PeriodicEvaluation {
  private readonly sessions: readonly SessionStart[];
  private readonly responseModel: ResponseModel;
  private references: readonly ReferenceRow[] | undefined;
  private newest: Omit<RunSummary, "userSteps"> | undefined;

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

  /** What was measured before a run was interrupted. */
  restore(references: readonly ReferenceRow[], summary: RunSummary | undefined): void {
    if (references.length > 0) this.references = references;
    this.newest = summary;
  }

  /** Scores of the policy as it is now, mean action, on the fixed users. */
  async measure(iteration: number): Promise<EvaluationValues> {
    const { world, experiment, planner, policy, signal } = this.options;
    if (world.fidelity("evaluation") === "training-means") return {};
    if (experiment().evaluation.references) this.references ??= await this.measureReferences(iteration);
    const rows = await evaluate(
      this.setting(),
      {
        planner,
        policy: (slots) => policy.evaluator(slots),
        sampleReflections: this.frozenPool(),
        replanEvery: experiment().planner.replanEvery,
      },
      signal,
    );
    const { tInt, rCum, rSin } = meanScores(rows);
    const normalised = this.normalise(rCum);
    this.newest = { tInt, rCum, rSin, ...(normalised !== undefined && { normalised }) };
    return {
      evalTInt: tInt,
      evalRCum: rCum,
      evalRSin: rSin,
      ...(normalised !== undefined && { evalNormalised: normalised }),
    };
  }

  /** The pool as it is, sampled by a stream of the evaluation's own: training does not notice. */
  private frozenPool(): NonNullable<Contender["sampleReflections"]> {
    const { pool, experiment } = this.options;
    const random = new RandomStream(experiment().evaluation.seed, "evaluation pool");
    const copy = new ReflectionPool(pool.config, random);
    copy.restore({ ...pool.state(), random: random.state() });
    return () => copy.sample();
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
    const { dataset, interest } = world;
    const document = experiment();
    const { categoriesPerPlan } = document.planner;
    const roundRobin = new OfflinePlanner({ dataset, interest, strategy: "round-robin", categoriesPerPlan });
    const policyOf = (kind: Experiment["policy"]["kind"]) => (slots: number) =>
      createPolicy({
        experiment: { ...document, policy: { ...document.policy, kind } },
        world,
        engine,
        slots,
        quitRule: () => document.simulator.quit,
      });
    const contenders: readonly (readonly [ReferencePolicy, Contender])[] = [
      ["random", { planner: undefined, policy: policyOf("random") }],
      // Round-robin planning over a policy that has learned nothing.
      ["round-robin", { planner: roundRobin, policy: policyOf("ppo") }],
      ["oracle", { planner: undefined, policy: policyOf("greedy") }],
    ];
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
