/**
 * Evaluates what a run has learned (docs/method.md, section 13): the weights and the pool of its checkpoint, mean action,
 * on the fixed users; random, round-robin and oracle on the same sessions.
 */
import { dirname } from "node:path";
import type { Experiment } from "../../protocol/experiment.ts";
import type { ReferencePolicy } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import type { CallRow } from "../llm/types.ts";
import { diversityOf, itemNovelty, servedSlates } from "../metrics/sessionMetrics.ts";
import { mean } from "../metrics/statistics.ts";
import { RunControl } from "../serving/control.ts";
import {
  type Contender,
  type EvaluationSetting,
  evaluate,
  evaluationSlots,
  type SessionRow,
} from "../serving/evaluate.ts";
import { frozenPool } from "../serving/frozenPool.ts";
import type { ModelAccess } from "../serving/modelPool.ts";
import { createPlayers } from "../serving/players.ts";
import { createPolicy, createTensorEngine } from "../serving/policies.ts";
import { referenceContenders } from "../serving/references.ts";
import { buildWorld, type World } from "../serving/world.ts";
import { evaluationSessions } from "../simulator/sessionSource.ts";
import { CheckpointStore } from "../store/checkpoint.ts";
import { JsonLinesWriter } from "../store/jsonLines.ts";
import { readRunRecord } from "../store/runDocuments.ts";
import { RunFolder } from "../store/runFolder.ts";
import { storageFolder } from "../store/storage.ts";
import type { TrainerState } from "../training/trainer.ts";
import { engineVersion } from "../version.ts";
import {
  type EvaluatedPolicy,
  type EvaluationSummary,
  type PolicySummary,
  writeEvaluation,
} from "./evaluationFiles.ts";
import { promptsInForce } from "./run.ts";
import { categorySteps, rowsOf } from "./sessionRows.ts";

export interface EvaluateRunOptions {
  /** The folder that holds `.lerl`: caches and trained user models are found there. */
  readonly workspaceFolder: string;
  /** The experiment's by default. */
  readonly sessions?: number;
  /** Who plans for a run whose planner asks a model: it, or the planner without one. The experiment's by default. */
  readonly planner?: Experiment["evaluation"]["planner"];
  /** How models are reached, where the run's planner asks one; without keys by default. */
  readonly models?: ModelAccess;
  readonly signal?: AbortSignal;
  readonly progress?: (phase: string, fraction: number) => void;
  readonly log?: (message: string) => void;
}

/** Means over the sessions of the run's own policy, and everything else that was measured. */
export interface RunEvaluation {
  readonly tInt: number;
  readonly rCum: number;
  readonly rSin: number;
  readonly sessions: number;
  readonly summary: EvaluationSummary;
}

/**
 * Evaluates a run that is not running and keeps the result in its folder (`evaluationFiles.ts`).
 *
 * @throws InputError where the folder is no run, its run is running, or it has no checkpoint yet
 */
export async function evaluateRun(path: string, options: EvaluateRunOptions): Promise<RunEvaluation> {
  const folder = await RunFolder.open(path, () => new Date());
  try {
    const summary = await evaluateFolder(folder, {
      models: { apiKey: () => undefined },
      signal: new AbortController().signal,
      progress: () => undefined,
      log: () => undefined,
      ...options,
    });
    const { tInt = 0, rCum = 0, rSin = 0 } = summary.run.metrics;
    return { tInt, rCum, rSin, sessions: summary.sessions, summary };
  } finally {
    await folder.release();
  }
}

type Chosen = "sessions" | "planner";
type AllOptions = Required<Omit<EvaluateRunOptions, Chosen>> & Pick<EvaluateRunOptions, Chosen>;

async function evaluateFolder(folder: RunFolder, options: AllOptions): Promise<EvaluationSummary> {
  const { workspaceFolder, signal, progress, log } = options;
  const record = await readRunRecord(folder.file("record"));
  const checkpoint = await new CheckpointStore(folder.path, ({ message }) => log(message)).load();
  if (!checkpoint) {
    throw new InputError(
      "evaluation.no-checkpoint",
      `${folder.path}: this run has no checkpoint yet, so there are no weights to evaluate. Resume it: lerl resume ${folder.path}.`,
    );
  }
  const state = checkpoint.json as TrainerState;
  const { sessions, planner } = { ...state.experiment.evaluation, ...options };
  // The document with the live changes made to it.
  const experiment: Experiment = {
    ...state.experiment,
    evaluation: { ...state.experiment.evaluation, sessions, planner },
  };
  const baseFolder = dirname(record.experimentFile);
  const storage = storageFolder(workspaceFolder);
  const opened: (() => Promise<void>)[] = [];
  try {
    const engine = await createTensorEngine(experiment, "use");
    opened.push(() => engine.dispose());
    const calls = JsonLinesWriter.open<CallRow>(folder.file("llm"));
    opened.push(() => calls.close());
    const world = await buildWorld(experiment, { engine, baseFolder, storageFolder: storage, progress, log, signal });
    const players = await createPlayers(experiment, world, {
      prompts: promptsInForce(record),
      storageFolder: storage,
      baseFolder,
      models: options.models,
      control: controlOf(signal, log),
      attended: false,
      record: (row) => calls.append(row),
      promptInForce: () => undefined,
    });
    const asksModel = experiment.planner.provider !== "offline" && planner === "same";
    const ownPlanner = asksModel ? players.planner : players.offlinePlanner;
    if (asksModel) ownPlanner?.restore(state.planner);
    const policy = createPolicy({ experiment, world, engine, slots: 1, quitRule: () => experiment.simulator.quit });
    opened.push(() => policy.dispose());
    policy.restore({ json: state.policy, arrays: checkpoint.arrays });
    const own: Contender = {
      planner: ownPlanner,
      policy: (slots) => policy.evaluator(slots),
      sampleReflections: frozenPool(experiment.reflections, state.pool, experiment.evaluation.seed),
      // As beside training: a stand-in for a model plans anew at every step.
      replanEvery: asksModel || experiment.planner.provider === "offline" ? experiment.planner.replanEvery : 1,
    };
    const contenders: readonly (readonly [EvaluatedPolicy, Contender])[] = [
      ["run", own],
      ...referenceContenders(experiment, world, engine),
    ];
    const setting = settingOf(experiment, world);
    const measured = new Map<EvaluatedPolicy, readonly SessionRow[]>();
    for (const [i, [name, contender]] of contenders.entries()) {
      progress(name === "run" ? "Evaluating" : `Evaluating: ${name}`, i / contenders.length);
      measured.set(name, await evaluate(setting, contender, signal));
    }
    const summary = summarise(measured, world, setting, experiment, state.iteration);
    const rows = [...measured].flatMap(([name, sessions]) => rowsOf(name, sessions, world.dataset));
    await writeEvaluation(folder.path, summary, rows);
    return summary;
  } finally {
    await closeAll(opened);
  }
}

/** The last opened first, and each of them even where another fails. */
async function closeAll(opened: readonly (() => Promise<void>)[]): Promise<void> {
  const results: PromiseSettledResult<void>[] = [];
  for (const close of [...opened].reverse()) results.push(...(await Promise.allSettled([close()])));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

function settingOf(experiment: Experiment, world: World): EvaluationSetting {
  const { seed, sessions } = experiment.evaluation;
  return {
    dataset: world.dataset,
    simulator: experiment.simulator,
    correlation: world.fidelity("correlation"),
    responseModel: world.responseModels(evaluationSlots(sessions)),
    sessions: evaluationSessions(world.users, seed, sessions),
    masks: world.masks,
  };
}

/** A model that cannot be reached makes the evaluation wait, as it makes a run wait. */
function controlOf(signal: AbortSignal, log: (message: string) => void): RunControl {
  const control = new RunControl((paused) => log(paused?.reason ?? "The model answers again."));
  signal.addEventListener("abort", () => control.stop("interrupted"), { once: true });
  return control;
}

function summarise(
  measured: ReadonlyMap<EvaluatedPolicy, readonly SessionRow[]>,
  { dataset }: World,
  { responseModel }: EvaluationSetting,
  experiment: Experiment,
  iteration: number,
): EvaluationSummary {
  const diversity = { dataset, itemEncodings: responseModel.itemEncodings, novelty: itemNovelty(dataset) };
  const of = (name: EvaluatedPolicy): PolicySummary => {
    const sessions = measured.get(name) ?? [];
    const metrics = {
      tInt: mean(sessions.map(({ tInt }) => tInt)),
      rCum: mean(sessions.map(({ rCum }) => rCum)),
      rSin: mean(sessions.map(({ rSin }) => rSin)),
      ...diversityOf(
        sessions.flatMap(({ session }) => servedSlates(session)),
        diversity,
      ),
    };
    return { metrics, categories: categorySteps(sessions, dataset) };
  };
  const references: Record<ReferencePolicy, PolicySummary> = {
    random: of("random"),
    "round-robin": of("round-robin"),
    oracle: of("oracle"),
  };
  return {
    schemaVersion: 1,
    engineVersion,
    iteration,
    sessions: experiment.evaluation.sessions,
    seed: experiment.evaluation.seed,
    planner: !experiment.planner.enabled
      ? "none"
      : experiment.planner.provider !== "offline" && experiment.evaluation.planner === "same"
        ? "model"
        : "offline",
    categoryNames: dataset.categories.map(({ name }) => name),
    run: of("run"),
    references,
  };
}
