/** Carries out the runs of a suite, several at a time. Finished ones are skipped, interrupted ones taken up again. */
import { basename, join } from "node:path";
import pLimit from "p-limit";
import { runFiles } from "../store/runFolder.ts";
import { RunLock } from "../store/runLock.ts";
import { makeBelow, storageFolder } from "../store/storage.ts";
import { sweepLeftovers } from "../wholeFile.ts";
import type { SuitePlan, SuiteRun } from "./readSuite.ts";
import { carryOut, isFinished, type RunSetting } from "./runProcess.ts";
import { renameOldFolder, suiteFolder, suiteRunFolder, writeSuiteRecord } from "./suiteFolder.ts";

export interface RunSuiteOptions
  extends Pick<RunSetting, "command" | "workspaceFolder" | "allowed" | "takeOver" | "signal"> {
  readonly jobs: number;
  /** Told which runs there are left, before anything is written. @throws InputError where one cannot be carried out */
  readonly settle: (runs: readonly SuiteRun[]) => Promise<void>;
  /** Of the processes of a run: with its keys, and no others. */
  readonly environment: (run: SuiteRun) => NodeJS.ProcessEnv;
  /** Processors to share among the jobs. */
  readonly threads: number;
  readonly progress: (progress: SuiteProgress) => void;
  readonly now: () => number;
}

export interface SuiteProgress {
  readonly done: number;
  readonly runs: number;
  readonly running: number;
  /** 0..1, with the share done of what is running. */
  readonly fraction: number;
  readonly secondsLeft?: number;
}

export interface SuiteOutcome {
  readonly folder: string;
  readonly state: "done" | "interrupted" | "failed";
  readonly failures: readonly { readonly variant: string; readonly seed: number; readonly reason: string }[];
}

interface Job {
  readonly variant: string;
  readonly run: SuiteRun;
}

/** @throws InputError `store.locked`, `store.locked-elsewhere` where another process works on the suite, or may */
export async function runSuite(plan: SuitePlan, options: RunSuiteOptions): Promise<SuiteOutcome> {
  const folder = await suiteFolder(options.workspaceFolder, { name: plan.suite.name, file: plan.file });
  await renameOldFolder(folder);
  const jobs = distinctJobs(plan);
  const waiting: Job[] = [];
  for (const job of jobs) {
    if (!(await isFinished(suiteRunFolder(folder, job.run.id), plan.suite.sessions))) waiting.push(job);
  }
  await options.settle(waiting.map(({ run }) => run));
  await makeBelow(storageFolder(options.workspaceFolder), "suites", basename(folder));
  // Between the processes of two of its runs the suite is somebody's too.
  const lock = await RunLock.acquire(join(folder, runFiles.lock), {
    now: () => new Date(),
    takeOver: options.takeOver,
    ifGone: "take the suite over: the same command with --take-over",
  });
  try {
    return await carryOutAll(plan, options, folder, jobs.length, waiting);
  } finally {
    await lock.release();
  }
}

/** @param total runs of the suite, those that are done included */
async function carryOutAll(
  plan: SuitePlan,
  options: RunSuiteOptions,
  folder: string,
  total: number,
  waiting: readonly Job[],
): Promise<SuiteOutcome> {
  await sweepLeftovers(folder, false);
  await writeSuiteRecord(folder, plan);
  const tracker = new Tracker(total, waiting, options);
  const failures: SuiteOutcome["failures"][number][] = [];
  /** Bad input fails every run alike: the first says it all. */
  let hopeless = false;
  const one = async ({ variant, run }: Job): Promise<void> => {
    if (options.signal.aborted || hopeless) return;
    tracker.begin(run);
    const outcome = await carryOut(run, suiteRunFolder(folder, run.id), {
      command: options.command,
      workspaceFolder: options.workspaceFolder,
      experimentFile: plan.experimentFile,
      environment: options.environment(run),
      sessions: plan.suite.sessions,
      allowed: options.allowed,
      takeOver: options.takeOver,
      threads: Math.max(1, Math.floor(options.threads / options.jobs)),
      signal: options.signal,
      progress: (fraction) => tracker.report(run, fraction),
    });
    tracker.end(run, outcome.state === "done");
    if (outcome.state !== "failed") return;
    failures.push({ variant, seed: run.seed, reason: outcome.reason });
    hopeless ||= outcome.badInput;
  };
  // The first run loads the data and, where need be, trains the user model; the others find both kept.
  const [first, ...others] = waiting;
  const alone = first !== undefined && first.run.experiment.dataset.kind !== "synthetic";
  if (alone) await one(first);
  const limit = pLimit(options.jobs);
  await Promise.all((alone ? others : waiting).map((job) => limit(() => one(job))));
  const state = options.signal.aborted ? "interrupted" : failures.length > 0 ? "failed" : "done";
  return { folder, state, failures };
}

/** Seed by seed, so that an interrupted suite has something of every variant. Equal runs are carried out once. */
function distinctJobs({ suite, variants }: SuitePlan): readonly Job[] {
  const jobs = new Map<string, Job>();
  for (const i of suite.seeds.keys()) {
    for (const { name, runs } of variants) {
      const run = runs[i];
      if (run && !jobs.has(run.id)) jobs.set(run.id, { variant: name, run });
    }
  }
  return [...jobs.values()];
}

/** How far a suite is, and how long it will take at the pace so far. */
class Tracker {
  /** Shares done of the runs under way. */
  private readonly fractions = new Map<string, number>();
  private readonly started: number;
  /** Cost of the runs this process has to carry out, and of those it has finished. */
  private readonly total: number;
  private worked = 0;
  private done: number;

  constructor(
    private readonly runs: number,
    waiting: readonly Job[],
    private readonly options: RunSuiteOptions,
  ) {
    this.done = runs - waiting.length;
    this.started = options.now();
    this.total = waiting.reduce((sum, { run }) => sum + cost(run), 0);
  }

  begin(run: SuiteRun): void {
    this.report(run, 0);
  }

  report(run: SuiteRun, fraction: number): void {
    this.fractions.set(run.id, fraction);
    this.show();
  }

  end(run: SuiteRun, finished: boolean): void {
    this.fractions.delete(run.id);
    if (finished) {
      this.done += 1;
      this.worked += cost(run);
    }
    this.show();
  }

  private show(): void {
    const underWay = [...this.fractions.values()].reduce((sum, fraction) => sum + fraction, 0);
    const seconds = (this.options.now() - this.started) / 1000;
    const share = this.total === 0 ? 1 : this.worked / this.total;
    this.options.progress({
      done: this.done,
      runs: this.runs,
      running: this.fractions.size,
      fraction: Math.min(1, (this.done + underWay) / this.runs),
      ...(share > 0 && { secondsLeft: (seconds / share) * (1 - share) }),
    });
  }
}

/** About how long a run takes beside others: iterations, and as much again as some for starting and evaluating. */
const cost = ({ experiment }: SuiteRun): number => experiment.training.iterations + 10;
