/** Everything a trial serves with: a frozen policy, lanes to serve visits in, and contenders that plan. */
import { dirname } from "node:path";
import type { Moment } from "../../protocol/moments.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import { type PlanSetting, planSetting } from "../metrics/planQuality.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import type { Planner, PlanRequest } from "../planner/planner.ts";
import { pairedPool } from "../serving/frozenPool.ts";
import { createPolicy, createTensorEngine } from "../serving/policies.ts";
import { buildWorld, type World } from "../serving/world.ts";
import { correlationPenaltyInForce } from "../simulator/correlation.ts";
import { rewardPerFeedback } from "../simulator/reward.ts";
import { evaluationSessions, type SessionStart } from "../simulator/sessionSource.ts";
import { storageFolder } from "../store/storage.ts";
import { takingOver } from "../training/trainerState.ts";
import type { Base } from "./base.ts";
import { experimentOf, poolOf } from "./contenders.ts";
import { momentRequest } from "./momentSession.ts";
import type { Lane, ServingContender } from "./serveVisit.ts";
import { StepJudge } from "./stepJudge.ts";

export interface StageOptions {
  readonly workspaceFolder: string;
  readonly progress: (phase: string, fraction: number) => void;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface Stage {
  readonly world: World;
  readonly sessions: readonly SessionStart[];
  readonly contenders: readonly ServingContender[];
  readonly lanes: readonly Lane[];
  readonly moments: readonly StagedMoment[];
  /** What plans are judged by. */
  readonly plans: PlanSetting;
  readonly dispose: () => Promise<void>;
}

export interface StagedMoment {
  readonly moment: Moment;
  readonly request: PlanRequest;
}

/** The planner of a contender that reads words; asked for by its index, and for each time that it is asked the same. */
export type WordsPlanner = (index: number, world: World, repeat: number) => Promise<Planner>;

/** @throws InputError where the base, its data or a contender cannot be used */
export async function openStage(
  record: TrialRecord,
  base: Base,
  words: WordsPlanner,
  options: StageOptions,
): Promise<Stage> {
  const { experiment } = record;
  const engine = await createTensorEngine(experiment, "use");
  const opened: (() => Promise<void> | void)[] = [() => engine.dispose()];
  const dispose = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const world = await buildWorld(experiment, {
      engine,
      baseFolder: dirname(record.base.experimentFile),
      storageFolder: storageFolder(options.workspaceFolder),
      ...options,
    });
    const { quit } = experiment.simulator;
    const begun = { ...experiment, simulator: { ...experiment.simulator, quit: record.base.run?.quit ?? quit } };
    const policy = createPolicy({ experiment: begun, world, engine, slots: 1, quitRule: () => quit });
    opened.push(() => policy.dispose());
    const { checkpoint } = base;
    if (checkpoint) {
      const { json, arrays } = checkpoint;
      takingOver(record.base.experimentFile, () => policy.restore({ json: json.policy, arrays }));
    }
    const contenders: ServingContender[] = [];
    for (const index of record.contenders.keys()) {
      contenders.push(await servingContender(index, record, base, world, words));
    }
    const lanes = Array.from({ length: laneCount(record) }, (): Lane => {
      const lane = openLane(record, world);
      const own = policy.evaluator(1);
      opened.push(async () => {
        await own.dispose();
        lane.setting.responseModel.dispose();
      });
      return { ...lane, policy: own };
    });
    const sessions = evaluationSessions(world.users, record.seed, record.sessions);
    const plans = planSetting(world.dataset, experiment);
    return { world, sessions, contenders, lanes, moments: stagedMoments(record, world), plans, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** @throws InputError where the data does not know what a moment holds */
function stagedMoments({ moments, experiment }: TrialRecord, world: World): readonly StagedMoment[] {
  const { simulator } = experiment;
  const { dataset, feedbackTypes } = world;
  const rewards = rewardPerFeedback(feedbackTypes, simulator.rewardWeights);
  const setting = { dataset, feedbackTypes, rewards, ...simulator, quitRule: simulator.quit };
  return (moments?.moments ?? []).map((moment) => ({ moment, request: momentRequest(moment, setting) }));
}

/** Visits side by side: while a model thinks, others are served. Without one, nothing waits. */
function laneCount({ contenders, experiment, sessions, moments, repeats }: TrialRecord): number {
  const asks = contenders.some(({ plans }) => plans === "model");
  const jobs = contenders.length * (sessions + (moments?.moments.length ?? 0) * repeats);
  return asks ? Math.min(experiment.models.concurrency, Math.max(1, jobs)) : 1;
}

function openLane({ experiment }: TrialRecord, world: World): Omit<Lane, "policy"> {
  const { dataset, masks, fidelity, feedbackTypes } = world;
  const { simulator } = experiment;
  const responseModel = world.responseModels(1);
  const correlation = fidelity("correlation");
  return {
    setting: { dataset, simulator, correlation, responseModel, masks },
    judge: new StepJudge({
      dataset,
      masks,
      responseModel,
      slateSize: simulator.slateSize,
      quitRule: simulator.quit,
      penalty: correlationPenaltyInForce(simulator.correlationPenalty, correlation),
      rewards: rewardPerFeedback(feedbackTypes, simulator.rewardWeights),
    }),
  };
}

async function servingContender(
  index: number,
  { contenders, experiment: document, seed, repeats }: TrialRecord,
  base: Base,
  world: World,
  words: WordsPlanner,
): Promise<ServingContender> {
  const contender = contenders[index];
  if (!contender) throw new RangeError(`contender ${index} of ${contenders.length}`);
  const experiment = experimentOf(contender, document);
  const { dataset, interest } = world;
  const { plans } = contender;
  const planner = async (): Promise<ServingContender["planner"]> => {
    if (plans === "none") return () => undefined;
    if (plans === "oracle") return oraclePlanner;
    if (plans !== "model") {
      const made = new OfflinePlanner({ dataset, interest, ...experiment.planner });
      return () => made;
    }
    const made: Planner[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) made.push(await words(index, world, repeat));
    return (_, repeat) => made[repeat];
  };
  return {
    index,
    planner: await planner(),
    replanEvery: experiment.planner.replanEvery,
    sampleReflections: pairedPool(experiment.reflections, poolOf(contender, base), world.lessons, seed),
  };
}

/** Plans the categories of the oracle's slate. */
const oraclePlanner = ({ judge }: Lane): Planner => ({
  plan: async (requests) =>
    requests.map(({ session }) => ({
      categories: judge?.oraclePlan(session) ?? [],
      source: "offline",
      unknownIds: 0,
      invalidReplies: 0,
    })),
  state: () => null,
  restore: () => undefined,
});
