/** Composition root of a run: chooses what stands behind the trainer's interfaces. */
import type { PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import { ReflectionPool } from "../critic/reflectionPool.ts";
import { RandomStream } from "../math/random.ts";
import { itemNovelty } from "../metrics/sessionMetrics.ts";
import type { RunControl } from "../serving/control.ts";
import type { ModelAccess, ModelPool } from "../serving/modelPool.ts";
import { createPlayers, type PromptInForce } from "../serving/players.ts";
import { createPolicy, createTensorEngine } from "../serving/policies.ts";
import { Stepper } from "../serving/stepper.ts";
import { buildWorld, type World } from "../serving/world.ts";
import { FailureWatch } from "../signatures/failureSignatures.ts";
import { Environment } from "../simulator/environment.ts";
import { DrawnSessions } from "../simulator/sessionSource.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import { EpisodeRecorder } from "../training/episodes.ts";
import { LiveChanges } from "../training/liveChanges.ts";
import { PeriodicEvaluation } from "../training/periodicEvaluation.ts";
import { Trainer, type TrainingSink } from "../training/trainer.ts";
import type { RunLog } from "./runLog.ts";

export interface AssembleOptions {
  readonly experiment: Experiment;
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
  readonly promptInForce: (role: PromptRole, prompt: PromptInForce, since: number) => void;
  readonly attended: boolean;
}

export interface Assembly {
  readonly world: World;
  readonly trainer: Trainer;
  readonly pool: ReflectionPool;
  readonly changes: LiveChanges;
  readonly evaluation: PeriodicEvaluation;
  readonly models: ModelPool;
  readonly dispose: () => Promise<void>;
}

/** @throws InputError where the experiment, its data or its prompts cannot be used */
export async function assemble(options: AssembleOptions): Promise<Assembly> {
  const engine = await createTensorEngine(options.experiment, "learn");
  try {
    return await assembleOn(engine, options);
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

async function assembleOn(engine: TensorEngine, options: AssembleOptions): Promise<Assembly> {
  const { experiment, control, log, sink } = options;
  const { simulator, seed } = experiment;
  if (engine.tfjs) options.notify("info", `Updates are computed by ${engine.tfjs.text}.`);
  const world = await buildWorld(experiment, {
    engine,
    baseFolder: options.baseFolder,
    storageFolder: options.storageFolder,
    progress: options.progress,
    log: (message) => options.notify("info", message),
    signal: control.signal,
  });
  const { dataset, fidelity } = world;
  const responseModel = world.responseModels(simulator.users);
  const environment = new Environment({
    dataset,
    responseModel,
    sessions: new DrawnSessions(world.users, seed, simulator.users),
    config: simulator,
    correlation: fidelity("correlation"),
  });
  const players = await createPlayers(experiment, world, {
    ...options,
    record: (row) => log.append("llm", row),
  });
  const policy = createPolicy({
    experiment,
    world,
    engine,
    slots: simulator.users,
    quitRule: () => environment.quitRule,
  });
  const pool = new ReflectionPool(experiment.reflections, new RandomStream(seed, "pool"));
  const changes = new LiveChanges(experiment, {
    checkPrompt: players.checkPrompt,
    prompt: players.changePrompt,
    event: sink.event,
    next: () => trainer.next,
    setting: (path, changed) => {
      if (path.startsWith("simulator.quit")) {
        environment.quitRule = changed.simulator.quit;
        evaluation.quitRuleChanged();
      }
      if (path.startsWith("reflections.")) pool.config = changed.reflections;
      if (path.startsWith("planner.")) players.configure(changed);
      if (path.startsWith("models.")) players.models.setLimits(changed.models);
      if (path.startsWith("ppo.") && "configure" in policy) policy.configure(changed.ppo);
    },
  });
  const stepper = new Stepper({
    dataset,
    environment,
    planner: players.planner,
    masks: world.masks,
    policy,
    mode: "sample",
    sampleReflections: () => pool.sample(),
    replanEvery: () => changes.experiment.planner.replanEvery,
  });
  const evaluation = new PeriodicEvaluation({
    world,
    engine,
    experiment: () => changes.experiment,
    planner: players.planner,
    offlinePlanner: players.offlinePlanner,
    policy,
    pool,
    signal: control.signal,
    reference: (row) => log.append("references", row),
    progress: options.progress,
  });
  const trainer = new Trainer({
    experiment,
    stepper,
    planner: players.planner,
    critic: players.critic,
    promptHashes: players.promptHashes,
    pool,
    episodes: new EpisodeRecorder(dataset, responseModel.feedbackTypes),
    tally: {
      diversity: { dataset, itemEncodings: responseModel.itemEncodings, novelty: itemNovelty(dataset) },
      pool,
      fidelity,
    },
    control,
    sink,
    evaluation,
    watch: new FailureWatch(),
    changes,
    now: () => performance.now(),
  });
  return {
    world,
    trainer,
    pool,
    changes,
    evaluation,
    models: players.models,
    dispose: async () => {
      await policy.dispose();
      await engine.dispose();
    },
  };
}
