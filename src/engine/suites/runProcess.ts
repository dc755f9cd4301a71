/**
 * One run of a suite in processes of its own: `lerl run` (or `resume` where it was interrupted), then `lerl evaluate`.
 * What is done already is read from the run's folder, so that it can be taken up at any moment.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { answeredRoles, isMostlyStandIn } from "../../protocol/run/answeredRoles.ts";
import { messageOf } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import { readEvaluation } from "../runs/evaluationFiles.ts";
import { allowedFilesVariable } from "../serving/namedFiles.ts";
import { readRunRecord } from "../store/runDocuments.ts";
import { isRunFolder, runFiles } from "../store/runFolder.ts";
import type { SuiteRun } from "./readSuite.ts";

export interface RunSetting {
  /** Arguments of Node that start the command line. */
  readonly command: readonly string[];
  /** Current folder of the processes: it holds `.lerl`. */
  readonly workspaceFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly experimentFile: string;
  readonly sessions: number;
  /** Threads of each process. */
  readonly threads: number;
  /** Real paths outside the workspace that the suite was let read, and so may its runs; nothing else. */
  readonly allowed: readonly string[];
  /** Goes on also with runs of owners that cannot be judged from here. */
  readonly takeOver: boolean;
  /** Aborting interrupts the process: it keeps a checkpoint and ends. */
  readonly signal: AbortSignal;
  /** Done so far, 0..1. */
  readonly progress: (fraction: number) => void;
}

export type RunOutcome =
  | { readonly state: "done" | "interrupted" }
  | { readonly state: "failed"; readonly reason: string; readonly badInput: boolean };

/** Share of a run's time that its training takes; the rest is the evaluation. For progress only. */
const TRAINING_SHARE = 0.9;

/** Whether a run's folder holds its evaluation. A damaged one counts as none. */
export async function isFinished(folder: string, sessions: number): Promise<boolean> {
  const evaluation = await readEvaluation(folder).catch(() => undefined);
  const isStandIns = answeredRoles(evaluation?.answered).some(isMostlyStandIn);
  return evaluation?.sessions === sessions && !isStandIns;
}

export async function carryOut(run: SuiteRun, folder: string, setting: RunSetting): Promise<RunOutcome> {
  const trained = await train(run, folder, setting);
  const isByPerson = trained.state === "interrupted" && setting.signal.aborted;
  const isRecorded = trained.state !== "failed" && !isByPerson;
  const unaided = isRecorded ? await withoutModel(folder).catch(() => undefined) : undefined;
  if (unaided || trained.state !== "done") return unaided ?? trained;
  setting.progress(TRAINING_SHARE);
  const evaluate = ["evaluate", folder, "--sessions", String(setting.sessions), ...takingOver(setting), "--json"];
  return lerl(evaluate, setting, () => undefined);
}

const takingOver = ({ takeOver }: RunSetting): readonly string[] => (takeOver ? ["--take-over"] : []);

/** Why a model was of no use is in the run's record. */
const TRAINED = [exitCodes.done, exitCodes.standIn];

async function train(run: SuiteRun, folder: string, setting: RunSetting): Promise<RunOutcome> {
  const report = (line: string): void => {
    const { type, iteration } = parsed(line);
    if (type !== "metrics" || typeof iteration !== "number") return;
    setting.progress((iteration / run.experiment.training.iterations) * TRAINING_SHARE);
  };
  if (!(await isRunFolder(folder))) {
    const sets = [...run.set, { path: "policy.workers", value: setting.threads }].flatMap(({ path, value }) => [
      "--set",
      `${path}=${JSON.stringify(value)}`,
    ]);
    const args = ["run", setting.experimentFile, ...sets, "--sets-are-data", "--out", folder, "--json"];
    return lerl(args, setting, report, TRAINED);
  }
  const record = await readRunRecord(join(folder, runFiles.record)).catch((error: unknown) => messageOf(error));
  // One run that cannot be read must not end the others.
  if (typeof record === "string") return { state: "failed", reason: record, badInput: false };
  return record.state === "done"
    ? { state: "done" }
    : lerl(["resume", folder, ...takingOver(setting), "--json"], setting, report, TRAINED);
}

/** A run that its model or its budget ended, or that is mostly its stand-in's work, is not compared with others. */
async function withoutModel(folder: string): Promise<RunOutcome | undefined> {
  const { state, reason, answered } = await readRunRecord(join(folder, runFiles.record));
  const [mostly] = answeredRoles(answered).filter(isMostlyStandIn);
  if (state === "interrupted" && reason !== undefined) return { state: "failed", reason, badInput: false };
  if (state === "failed" || mostly === undefined) return undefined;
  const { role, model, total } = mostly;
  const what = `${role}: the model answered for ${model} of ${total}, the stand-in for the rest.`;
  return {
    state: "failed",
    reason: `${what} Correct the model or the prompt, and delete ${folder} to run it again.`,
    badInput: false,
  };
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Characters of what a process said last, for the reason why it failed. */
const LAST_WORDS = 4000;

/** Runs a command of ours to its end; `line` hears what it prints. */
function lerl(
  args: readonly string[],
  setting: RunSetting,
  line: (text: string) => void,
  done: readonly number[] = [exitCodes.done],
): Promise<RunOutcome> {
  const { command, workspaceFolder, environment, allowed, signal } = setting;
  if (signal.aborted) return Promise.resolve({ state: "interrupted" });
  return new Promise((resolve) => {
    // In a process group of its own: an interrupt typed at the terminal reaches it once, through `signal`. The channel tells
    // it, on every system, and also when this process is killed.
    const child: ChildProcess = spawn(process.execPath, [...command, ...args], {
      cwd: workspaceFolder,
      env: { ...environment, [allowedFilesVariable]: JSON.stringify(allowed) },
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const interrupt = (): void => void (child.connected && child.send("interrupt", () => undefined));
    signal.addEventListener("abort", interrupt, { once: true });
    let words = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-LAST_WORDS);
    });
    if (child.stdout) createInterface({ input: child.stdout }).on("line", line);
    const end = (outcome: RunOutcome): void => {
      signal.removeEventListener("abort", interrupt);
      resolve(outcome);
    };
    child.once("error", (error) => end({ state: "failed", reason: messageOf(error), badInput: false }));
    child.once("close", (code, killedBy) => {
      if (code !== null && done.includes(code)) end({ state: "done" });
      else if (signal.aborted || code === exitCodes.interrupted) end({ state: "interrupted" });
      else {
        const reason = words.trim() || `ended with ${killedBy ?? `exit code ${code}`}`;
        end({ state: "failed", reason, badInput: code === exitCodes.badInput });
      }
    });
  });
}
