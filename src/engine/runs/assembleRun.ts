/** Composition root of a run: chooses what stands behind the trainer's interfaces. */
import { asksModel } from "../../protocol/asksModel.ts";
import type { PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { ReflectionPool } from "../critic/reflectionPool.ts";
import { type Finding, readingLine } from "../data/readingText.ts";
import { RandomStream } from "../math/random.ts";
import { PlanJudge, planSetting } from "../metrics/planQuality.ts";
import { itemNovelty } from "../metrics/sessionMetrics.ts";
import type { Policy } from "../policy/policy.ts";
import { AnswerTally } from "../serving/answerTally.ts";
import type { RunControl } from "../serving/control.ts";
import { evaluationWorld } from "../serving/evaluationWorld.ts";
import type { ModelAccess, ModelPool } from "../serving/modelPool.ts";
import { createPlayers, type Players } from "../serving/players.ts";
import { createPolicy, createTensorEngine } from "../serving/policies.ts";
import type { PromptsInForceOptions } from "../serving/promptsInForce.ts";
import { Stepper } from "../serving/stepper.ts";
import { buildWorld, type World, type WorldOptions } from "../serving/world.ts";
import { FailureWatch } from "../signatures/failureSignatures.ts";
import { Environment } from "../simulator/environment.ts";
import type { ResponseModel } from "../simulator/responseModel.ts";
import { DrawnSessions } from "../simulator/sessionSource.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import { EpisodeRecorder } from "../training/episodes.ts";
import { type DocumentInForce, LiveChanges } from "../training/liveChanges.ts";
import { PeriodicEvaluation } from "../training/periodicEvaluation.ts";
import { Place } from "../training/place.ts";
import { Trainer, type TrainingSink } from "../training/trainer.ts";
import type { RunLog } from "./runLog.ts";

export interface AssembleOptions {
  /** The document in force, live changes included. */
  readonly experiment: Experiment;
  /** The one the run began with. */
  readonly begun: Experiment;
  readonly prompts: PromptTexts;
  readonly baseFolder: string;
  readonly storageFolder: string;
  readonly control: RunControl;
  readonly log: RunLog;
  readonly sink: TrainingSink;
  readonly models: ModelAccess;
  readonly progress: (phase: string, fraction: number) => void;
  readonly notify: (level: "info" | "warn", message: string) => void;
  /** A prompt is in force from an iteration on. */
  readonly promptInForce: PromptsInForceOptions["inForce"];
  readonly attended: boolean;
}

export interface Assembly {
  readonly trainer: Trainer;
  readonly place: Place;
  readonly pool: ReflectionPool;
  readonly changes: LiveChanges;
  readonly evaluation: PeriodicEvaluation;
  readonly models: ModelPool;
  readonly data: NonNullable<RunRecord["data"]>;
  readonly dispose: () => Promise<void>;
}

/** @throws InputError where the experiment, its data or its prompts cannot be used */
export async function assembleRun(options: AssembleOptions): Promise<Assembly> {
  const engine = await createTensorEngine(options.experiment, "learn");
  try {
    if (engine.tfjs) options.notify("info", `Updates are computed by ${engine.tfjs.text}.`);
    const stage = await setStage(engine, options);
    return { ...direct(stage, options), dispose: () => clear(stage) };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** Who plays, and in what: everything that a training loop is then built over. */
interface Stage {
  readonly engine: TensorEngine;
  readonly world: World;
  /** Where it is evaluated. */
  readonly evaluationWorld: World;
  readonly responseModel: ResponseModel;
  readonly environment: Environment;
  readonly players: Players;
  readonly policy: Policy;
  readonly pool: ReflectionPool;
  readonly place: Place;
  readonly document: DocumentInForce;
  /** What to know before trusting results. */
  readonly findings: readonly Finding[];
}

async function setStage(engine: TensorEngine, options: AssembleOptions): Promise<Stage> {
  const { experiment, begun, control, log } = options;
  const { simulator, seed } = experiment;
  const document: DocumentInForce = { experiment };
  const findings = new Map<string, Finding>();
  const worldOptions: WorldOptions = {
    engine,
    inForce: () => document.experiment,
    baseFolder: options.baseFolder,
    storageFolder: options.storageFolder,
    progress: options.progress,
    log: (message) => options.notify("info", message),
    warn: (finding) => void findings.set(finding.message, finding),
    signal: control.signal,
  };
  const world = await buildWorld(experiment, worldOptions);
  const responseModel = world.responseModels(simulator.users);
  const environment = new Environment({
    dataset: world.dataset,
    responseModel,
    sessions: new DrawnSessions(world.users, seed, simulator.users),
    config: simulator,
    correlation: world.fidelity("correlation"),
  });
  const place = new Place();
  const players = await createPlayers(experiment, world, {
    ...options,
    record: (row) => log.append("llm", row),
    warn: (message) => options.notify("warn", message),
    notice: (notice) => options.sink.event({ type: "warning", ...place.next, ...notice }),
  });
  const quitRule = () => environment.quitRule;
  const policy = createPolicy({ experiment: begun, world, engine, slots: simulator.users, quitRule });
  const pool = new ReflectionPool(experiment.reflections, new RandomStream(seed, "pool"));
  return {
    engine,
    world,
    evaluationWorld: await evaluationWorld(world, experiment, worldOptions),
    responseModel,
    environment,
    players,
    policy,
    pool,
    place,
    document,
    findings: [...findings.values()],
  };
}

async function clear({ policy, engine }: Stage): Promise<void> {
  await policy.dispose();
  await engine.dispose();
}

/** The training loop over a stage. */
function direct(stage: Stage, { control, log, sink, progress }: AssembleOptions): Omit<Assembly, "dispose"> {
  const { engine, world, evaluationWorld, responseModel, environment, players, policy, pool, place, document } = stage;
  const { dataset, fidelity } = world;
  const answers = new AnswerTally();
  const evaluation = new PeriodicEvaluation({
    world: evaluationWorld,
    trainingWorld: world,
    engine,
    document,
    players,
    policy,
    pool,
    signal: control.signal,
    planned: (plan, { number, steps }) => {
      answers.add("planner", plan);
      if (!plan.unusable) return;
      const where = { ...place.next, episode: `evaluation ${number}`, step: steps.length };
      sink.event({ type: "stand-in", role: "planner", ...where, ...plan.unusable });
    },
    reference: (row) => log.append("references", row),
    progress,
  });
  const changes = changesOf(stage, evaluation, sink);
  const stepper = new Stepper({
    dataset,
    environment,
    planner: players.planner,
    masks: world.masks,
    policy,
    mode: "sample",
    sampleReflections: (session) => world.lessons.draw(pool, session),
    replanEvery: () => document.experiment.planner.replanEvery,
  });
  const diversity = { dataset, itemEncodings: responseModel.itemEncodings, novelty: itemNovelty(dataset) };
  const trainer = new Trainer({
    dataset,
    environment,
    policy,
    stepper,
    players,
    pool,
    episodes: new EpisodeRecorder(dataset, responseModel.feedbackTypes),
    tally: { diversity, pool, fidelity },
    control,
    sink,
    progress,
    evaluation,
    watch: new FailureWatch(),
    now: () => performance.now(),
    document,
    place,
    changes,
    answers,
    plans: asksModel(document.experiment.planner)
      ? new PlanJudge(planSetting(dataset, document.experiment))
      : undefined,
  });
  const read = readingLine(dataset);
  const data = { ...(read !== undefined && { read }), findings: stage.findings };
  return { trainer, place, pool, changes, evaluation, models: players.models, data };
}

/** Takes each setting that may change live to whatever reads it. */
function changesOf(stage: Stage, evaluation: PeriodicEvaluation, sink: TrainingSink): LiveChanges {
  const { environment, players, policy, pool, place, document } = stage;
  return new LiveChanges(document, place, {
    checkPrompt: players.checkPrompt,
    changePrompt: players.changePrompt,
    event: (event) => sink.event(event),
    setting: (path, changed) => {
      if (path.startsWith("simulator.quit")) environment.quitRule = changed.simulator.quit;
      if (path.startsWith("reflections.")) pool.config = changed.reflections;
      if (path.startsWith("simulator.quit") || path.startsWith("planner.")) {
        players.configure(changed);
        evaluation.referencesChanged();
      }
      if (path.startsWith("models.")) players.models.setLimits(changed.models);
      policy.configure(changed);
    },
  });
}
