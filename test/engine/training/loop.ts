/** A training loop of real parts in a small world; a test casts the planner and the critic, and reads what was told. */
import type { Critic } from "../../../src/engine/critic/critic.ts";
import { OfflineCritic } from "../../../src/engine/critic/offline.ts";
import { ReflectionPool } from "../../../src/engine/critic/reflectionPool.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { itemNovelty } from "../../../src/engine/metrics/sessionMetrics.ts";
import { OfflinePlanner } from "../../../src/engine/planner/offline.ts";
import type { Planner } from "../../../src/engine/planner/planner.ts";
import { AnswerTally } from "../../../src/engine/serving/answerTally.ts";
import { RunControl } from "../../../src/engine/serving/control.ts";
import { createPolicy } from "../../../src/engine/serving/policies.ts";
import { Stepper } from "../../../src/engine/serving/stepper.ts";
import { FailureWatch } from "../../../src/engine/signatures/failureSignatures.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { EpisodeRecorder } from "../../../src/engine/training/episodes.ts";
import { LiveChanges } from "../../../src/engine/training/liveChanges.ts";
import { PeriodicEvaluation } from "../../../src/engine/training/periodicEvaluation.ts";
import { Place } from "../../../src/engine/training/place.ts";
import { type IterationWork, Trainer, type TrainingSink } from "../../../src/engine/training/trainer.ts";
import type { TrainerCheckpoint } from "../../../src/engine/training/trainerState.ts";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import type { Episode, MetricRow, ReferenceRow, TimelineEvent } from "../../../src/protocol/run.ts";
import { clickEnvironment, clickExperiment, clickWorld } from "../serving/clickWorld.ts";

/** One call of the sink. */
export type Told =
  | { readonly call: "metrics"; readonly row: MetricRow }
  | { readonly call: "event"; readonly event: TimelineEvent }
  | { readonly call: "episode"; readonly episode: Episode }
  | { readonly call: "pool" }
  | { readonly call: "iterationDone"; readonly iteration: number; readonly work: IterationWork }
  | { readonly call: "progress"; readonly iteration: number; readonly fraction: number };

export interface Cast {
  /** The offline planner by default. */
  readonly planner?: Planner;
  /** The offline critic by default; null: no critic. */
  readonly critic?: Critic | null;
  readonly now?: () => number;
  /** Hears every call of the sink, after it was noted. */
  readonly heard?: (told: Told) => void;
}

export type Loop = Awaited<ReturnType<typeof trainingLoop>>;

export async function trainingLoop(input: ExperimentInput, cast: Cast = {}) {
  // A cast planner stands for a model's: evaluations leave it alone, and every step asks it unless the test says otherwise.
  const asking = {
    planner: { provider: "openai", replanEvery: 1, ...input.planner },
    evaluation: { modelSessions: 0, ...input.evaluation },
  } as const;
  const experiment = clickExperiment(cast.planner ? { ...input, ...asking } : input);
  const world = clickWorld(experiment);
  const { dataset, interest, fidelity } = world;
  const backend = experiment.policy.kind === "ppo" ? "wasm" : "plain";
  // Without threads there is nothing to give back.
  const engine = await TensorEngine.create({ backend, workers: 0 });
  const environment = clickEnvironment(experiment, world);
  const document = { experiment };
  const pool = new ReflectionPool(experiment.reflections, new RandomStream(experiment.seed, "pool"));
  const slots = experiment.simulator.users;
  const policy = createPolicy({ experiment, world, engine, slots, quitRule: () => environment.quitRule });
  const offlinePlanner = new OfflinePlanner({ dataset, interest, ...experiment.planner });
  const planner = experiment.planner.enabled ? (cast.planner ?? offlinePlanner) : undefined;
  const critic = cast.critic === null ? undefined : (cast.critic ?? new OfflineCritic(dataset));
  const control = new RunControl(() => undefined);
  const place = new Place();

  const told: Told[] = [];
  const tell = (one: Told): void => {
    told.push(one);
    cast.heard?.(one);
  };
  /** By iteration: what a run would save. */
  const states = new Map<number, TrainerCheckpoint>();
  const sink: TrainingSink = {
    metrics: (row) => tell({ call: "metrics", row }),
    event: (event) => tell({ call: "event", event }),
    episode: (episode) => tell({ call: "episode", episode }),
    pool: () => tell({ call: "pool" }),
    iterationDone: async (iteration, work) => {
      states.set(iteration, trainer.state());
      tell({ call: "iterationDone", iteration, work });
    },
    progress: (iteration, fraction) => tell({ call: "progress", iteration, fraction }),
  };
  const references: ReferenceRow[] = [];
  const answers = new AnswerTally();
  const evaluation = new PeriodicEvaluation({
    world,
    trainingWorld: world,
    engine,
    document,
    players: { planner, offlinePlanner },
    policy,
    pool,
    signal: control.signal,
    planned: (plan) => answers.add("planner", plan),
    reference: (row) => references.push(row),
    progress: () => undefined,
  });
  const changes = new LiveChanges(document, place, {
    checkPrompt: () => undefined,
    changePrompt: () => ({ from: "", to: "" }),
    event: sink.event,
    setting: (path, changed) => {
      if (path.startsWith("simulator.quit")) {
        environment.quitRule = changed.simulator.quit;
        evaluation.referencesChanged();
      }
      if (path.startsWith("reflections.")) pool.config = changed.reflections;
    },
  });
  const responseModel = world.responseModels(slots);
  const trainer = new Trainer({
    dataset,
    environment,
    policy,
    stepper: new Stepper({
      dataset,
      environment,
      planner,
      masks: world.masks,
      policy,
      mode: "sample",
      sampleReflections: (session) => world.lessons.draw(pool, session),
      replanEvery: () => document.experiment.planner.replanEvery,
    }),
    players: { planner, critic, promptHashes: () => ({ critic: "critic-hash" }) },
    pool,
    episodes: new EpisodeRecorder(dataset, responseModel.feedbackTypes),
    tally: {
      diversity: { dataset, itemEncodings: responseModel.itemEncodings, novelty: itemNovelty(dataset) },
      pool,
      fidelity,
    },
    control,
    sink,
    progress: () => undefined,
    evaluation,
    watch: new FailureWatch(),
    now: cast.now ?? (() => 0),
    document,
    place,
    changes,
    answers,
  });
  return {
    trainer,
    place,
    pool,
    control,
    changes,
    policy,
    evaluation,
    told,
    states,
    references,
    get rows() {
      return told.flatMap((one) => (one.call === "metrics" ? [one.row] : []));
    },
    get events() {
      return told.flatMap((one) => (one.call === "event" ? [one.event] : []));
    },
    get episodes() {
      return told.flatMap((one) => (one.call === "episode" ? [one.episode] : []));
    },
  };
}

/** A loop that has run from its start to its end. */
export async function ranLoop(input: ExperimentInput, cast: Cast = {}): Promise<Loop> {
  const loop = await trainingLoop(input, cast);
  await loop.trainer.start();
  await loop.trainer.run();
  return loop;
}
