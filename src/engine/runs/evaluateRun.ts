/**
 * Evaluates what a run has learned (docs/method.md, section 13): the weights and the pool of its checkpoint, mean action,
 * on the fixed users; the reference policies on the same sessions.
 */
import { dirname } from "node:path";
import type { Experiment } from "../../protocol/experiment.ts";
import { type RunRecord, referenceLabel } from "../../protocol/run.ts";
import { keysOf } from "../../protocol/wantedKeys.ts";
import { InputError } from "../errors.ts";
import { modelUse } from "../llm/budget.ts";
import { whatCame } from "../llm/replyWatch.ts";
import { askedPlan, PlanJudge, planSetting } from "../metrics/planQuality.ts";
import { diversityOf, itemNovelty, servedSlates } from "../metrics/sessionMetrics.ts";
import type { Plan } from "../planner/planner.ts";
import type { Policy } from "../policy/policy.ts";
import { AnswerTally } from "../serving/answerTally.ts";
import { CallLog } from "../serving/callLog.ts";
import { type Contender, contenderOf, evaluationPlanner } from "../serving/contender.ts";
import { RunControl } from "../serving/control.ts";
import {
  type EvaluationSetting,
  evaluate,
  evaluationSetting,
  meanScores,
  type SessionRow,
} from "../serving/evaluate.ts";
import { evaluationWorld } from "../serving/evaluationWorld.ts";
import type { ModelAccess } from "../serving/modelPool.ts";
import { type FileAccess, filesOf } from "../serving/namedFiles.ts";
import { createPlayers, type Players } from "../serving/players.ts";
import { createPolicy, createTensorEngine, policyIn } from "../serving/policies.ts";
import { referenceContenders, scaleContenders } from "../serving/references.ts";
import { buildWorld, type World } from "../serving/world.ts";
import { shellWord } from "../shellWord.ts";
import type { Session } from "../simulator/session.ts";
import { readRunRecord } from "../store/runDocuments.ts";
import type { RunFolder } from "../store/runFolder.ts";
import { storageFolder } from "../store/storage.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import { type TrainerCheckpoint, takingOver } from "../training/trainerState.ts";
import { engineVersion } from "../version.ts";
import { promptsLastUsed } from "./comeback.ts";
import {
  type EvaluatedPolicy,
  type EvaluationSummary,
  type PolicySummary,
  writeEvaluation,
} from "./evaluationFiles.ts";
import { plansAtMost, plansToCome } from "./evaluationPlans.ts";
import { openRun } from "./openRun.ts";
import { ownCheckpoint } from "./ownCheckpoint.ts";
import { categorySteps, rowsOf } from "./sessionRows.ts";

export interface EvaluateRunOptions {
  /** The folder that holds `.lerl`: caches and trained user models are found there. */
  readonly workspaceFolder: string;
  /** The experiment's by default. */
  readonly sessions?: number;
  /** Who plans for a run whose planner asks a model: it, or the planner without one. The experiment's by default. */
  readonly planner?: Experiment["evaluation"]["planner"];
  /** Whether a model's answers that are kept count; the experiment's by default. */
  readonly cache?: boolean;
  /** How models are reached, where the run's planner asks one; without keys by default. */
  readonly models?: ModelAccess;
  /** Which files outside the workspace may be read. */
  readonly files: FileAccess;
  readonly signal?: AbortSignal;
  readonly progress?: (phase: string, fraction: number) => void;
  readonly log?: (message: string) => void;
  /** Also from an owner that cannot be judged from here, where it does not renew its lock. */
  readonly takeOver?: boolean;
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
  const folder = await openRun(
    path,
    () => new Date(),
    ({ message }) => options.log?.(message),
    { takeOver: options.takeOver, command: "evaluate" },
  );
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

type Chosen = "sessions" | "planner" | "cache";
type AllOptions = Required<Omit<EvaluateRunOptions, Chosen | "takeOver">> & Pick<EvaluateRunOptions, Chosen>;

async function evaluateFolder(folder: RunFolder, options: AllOptions): Promise<EvaluationSummary> {
  const record = await readRunRecord(folder.file("record"), ({ message }) => options.log(message));
  const checkpoint = await readCheckpoint(folder, record, options);
  await options.models.settle?.(keysOf(record.experiment));
  const experiment = documentFor(checkpoint, options);
  await options.files(await filesOf(experiment, dirname(record.experimentFile)));
  const opened: Closing[] = [];
  try {
    const run = await open(experiment, record, folder, options, opened);
    const { world, engine } = run;
    const setting = evaluationSetting(experiment, world);
    restore(run, experiment, checkpoint, folder.path);
    const contenders: Contenders = [
      ["run", ownContender(run, world, experiment, checkpoint)],
      ...referenceContenders(experiment, world, engine),
    ];
    const answers = new AnswerTally();
    const plans = new PlanJudge(planSetting(world.dataset, experiment));
    const most = plansAtMost(experiment);
    if (most > 0) options.log(plansToCome(experiment, most));
    let made = 0;
    const planned = (plan: Plan, session: Session): void => {
      if (most > 0) options.progress("Evaluating with the model's plans", ++made / most);
      answers.add("planner", plan);
      plans.add(askedPlan(world.dataset, session, plan, plans.setting, session.steps.length - 1));
      if (plan.unusable && answers.counts.planner?.standIn === 1)
        options.log(`The planner's model was of no use, the stand-in planned. ${whatCame(plan.unusable)}`);
    };
    const measured = await measure(setting, contenders, options, planned);
    const inTraining = await measureInTraining(run, experiment, checkpoint, options);
    const use = modelUse(run.players.models.budget.spending);
    const summary = {
      ...summarise(measured, world, setting, experiment, checkpoint.json.iteration),
      ...(answers.counts.planner && { answered: answers.counts, ...(plans.quality && { plans: plans.quality }) }),
      ...(use && { models: use }),
      ...(inTraining && { trainingWorld: trainingSummary(inTraining) }),
    };
    const rows = [
      ...[...measured].flatMap(([name, sessions]) => rowsOf(name, sessions, world.dataset)),
      ...[...(inTraining ?? [])].flatMap(([name, sessions]) => rowsOf(name, sessions, world.dataset, "training")),
    ];
    folder.assertOwned();
    await writeEvaluation(folder.path, summary, rows);
    return summary;
  } finally {
    await closeAll(opened);
  }
}

async function readCheckpoint(folder: RunFolder, record: RunRecord, { log }: AllOptions): Promise<TrainerCheckpoint> {
  const checkpoint = await ownCheckpoint(folder.path, record, ({ message }) => log(message));
  if (checkpoint) return checkpoint;
  throw new InputError(
    "evaluation.no-checkpoint",
    `${folder.path}: this run has no checkpoint yet, so there are no weights to evaluate. Resume it: lerl resume ${shellWord(folder.path)}.`,
  );
}

/** The run's document with the live changes made to it, and with what was asked of this evaluation. */
function documentFor({ json: { experiment } }: TrainerCheckpoint, options: AllOptions): Experiment {
  const { sessions, planner } = { ...experiment.evaluation, ...options };
  const { cache = experiment.models.cache } = options;
  return {
    ...experiment,
    models: { ...experiment.models, cache },
    evaluation: { ...experiment.evaluation, sessions, planner },
  };
}

type Closing = () => Promise<void>;

interface OpenRun {
  readonly engine: TensorEngine;
  /** Of evaluations. */
  readonly world: World;
  readonly trainingWorld: World;
  readonly players: Players;
  readonly policy: Policy;
}

/** @param opened receives what must be closed, also where opening fails midway */
async function open(
  experiment: Experiment,
  record: RunRecord,
  folder: RunFolder,
  options: AllOptions,
  opened: Closing[],
): Promise<OpenRun> {
  const { models, signal, progress, log } = options;
  const places = { baseFolder: dirname(record.experimentFile), storageFolder: storageFolder(options.workspaceFolder) };
  const engine = await createTensorEngine(experiment, "use");
  opened.push(() => engine.dispose());
  const calls = await CallLog.open(folder);
  opened.push(() => calls.close());
  const worldOptions = { engine, ...places, progress, log, signal };
  const world = await buildWorld(experiment, worldOptions);
  const players = await createPlayers(experiment, world, {
    ...places,
    prompts: promptsLastUsed(record),
    models,
    control: controlOf(signal, log),
    attended: false,
    record: (row) => calls.append(row),
    warn: log,
    promptInForce: () => undefined,
  });
  const quitRule = () => experiment.simulator.quit;
  const policy = createPolicy({ experiment: record.experiment, world, engine, slots: 1, quitRule });
  opened.push(() => policy.dispose());
  return {
    engine,
    world: await evaluationWorld(world, experiment, worldOptions),
    trainingWorld: world,
    players,
    policy,
  };
}

/** Gives the policy and the planner what the checkpoint holds of them. */
function restore(
  { players, policy }: OpenRun,
  experiment: Experiment,
  { json, arrays }: TrainerCheckpoint,
  folder: string,
): void {
  takingOver(folder, () => policy.restore({ json: json.policy, arrays }));
  if (evaluationPlanner(experiment) === "model") players.planner?.restore(json.planner);
}

/** The run's policy with the weights and the pool of its checkpoint, in one of the worlds. */
function ownContender(
  { players, policy, engine }: OpenRun,
  world: World,
  experiment: Experiment,
  { json: state }: TrainerCheckpoint,
): Contender {
  const pool = { config: experiment.reflections, state: state.pool };
  const quitRule = () => experiment.simulator.quit;
  return contenderOf({
    experiment,
    players,
    policy: policyIn({ experiment, world, engine, quitRule }, policy),
    pool,
    lessons: world.lessons,
  });
}

/** The run and the ends of its scale in training's world; undefined where the run would not measure them either. */
async function measureInTraining(
  run: OpenRun,
  experiment: Experiment,
  checkpoint: TrainerCheckpoint,
  options: AllOptions,
): Promise<Measured | undefined> {
  const { world, trainingWorld, engine } = run;
  if (trainingWorld === world || evaluationPlanner(experiment) === "model") return undefined;
  const { random, oracle } = scaleContenders(experiment, trainingWorld, engine);
  const contenders: Contenders = [
    ["run", ownContender(run, trainingWorld, experiment, checkpoint)],
    ["random", random],
    ["oracle", oracle],
  ];
  return measure(evaluationSetting(experiment, trainingWorld), contenders, options);
}

type Measured = ReadonlyMap<EvaluatedPolicy, readonly SessionRow[]>;
type Contenders = readonly (readonly [EvaluatedPolicy, Contender])[];

async function measure(
  setting: EvaluationSetting,
  contenders: Contenders,
  { progress, signal }: AllOptions,
  planned?: (plan: Plan, session: Session) => void,
): Promise<Measured> {
  const measured = new Map<EvaluatedPolicy, readonly SessionRow[]>();
  for (const [i, [name, contender]] of contenders.entries()) {
    progress(name === "run" ? "Evaluating" : `Evaluating: ${referenceLabel(name)}`, i / contenders.length);
    measured.set(name, await evaluate(setting, contender, signal, name === "run" ? planned : undefined));
  }
  return measured;
}

/** The last opened first, and each of them even where another fails. */
async function closeAll(opened: readonly (() => Promise<void>)[]): Promise<void> {
  const results: PromiseSettledResult<void>[] = [];
  for (const close of [...opened].reverse()) results.push(...(await Promise.allSettled([close()])));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

/** A model that cannot be reached makes the evaluation wait, as it makes a run wait. */
function controlOf(signal: AbortSignal, log: (message: string) => void): RunControl {
  const control = new RunControl((paused) => log(paused?.reason ?? "The model answers again."));
  signal.addEventListener("abort", () => control.stop("interrupted"), { once: true });
  return control;
}

function trainingSummary(measured: Measured): NonNullable<EvaluationSummary["trainingWorld"]> {
  const of = (name: EvaluatedPolicy) => meanScores(measured.get(name) ?? []);
  return { run: of("run"), random: of("random"), oracle: of("oracle") };
}

function summarise(
  measured: Measured,
  { dataset }: World,
  { responseModel }: EvaluationSetting,
  experiment: Experiment,
  iteration: number,
): EvaluationSummary {
  const diversity = { dataset, itemEncodings: responseModel.itemEncodings, novelty: itemNovelty(dataset) };
  const of = (name: EvaluatedPolicy): PolicySummary => {
    const sessions = measured.get(name) ?? [];
    const metrics = {
      ...meanScores(sessions),
      ...diversityOf(
        sessions.flatMap(({ session }) => servedSlates(session)),
        diversity,
      ),
    };
    return { metrics, categories: categorySteps(sessions, dataset) };
  };
  return {
    schemaVersion: 1,
    engineVersion,
    iteration,
    sessions: experiment.evaluation.sessions,
    seed: experiment.evaluation.seed,
    planner: evaluationPlanner(experiment),
    categoryNames: dataset.categories.map(({ name }) => name),
    run: of("run"),
    references: {
      random: of("random"),
      "random-in-plan": of("random-in-plan"),
      "round-robin": of("round-robin"),
      "not-personalised": of("not-personalised"),
      oracle: of("oracle"),
    },
  };
}
