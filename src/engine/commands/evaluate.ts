import { relative } from "node:path";
import Table from "cli-table3";
import { Command, Option } from "commander";
import { answeredRoles, isMostlyStandIn } from "../../protocol/run/answeredRoles.ts";
import { referenceLabel } from "../../protocol/run.ts";
import { exitCodes } from "../exitCodes.ts";
import { pairedDifference, unpairedDifference } from "../metrics/differences.ts";
import { type Estimate, formatEstimate, normalisedScore } from "../metrics/statistics.ts";
import { evaluateRun } from "../runs/evaluateRun.ts";
import { type EvaluationSummary, evaluatedPolicies, readEvaluationRows } from "../runs/evaluationFiles.ts";
import { PhasePace } from "../runs/progress.ts";
import { StopSignal } from "../serving/control.ts";
import { fileAccess } from "./fileAccess.ts";
import { interruptible } from "./interruption.ts";
import { environmentModels, type KeyOptions, keyOptions } from "./models.ts";
import { allowOutsideOption, countOption, takeOverOption } from "./options.ts";
import { dropLine, sayModelUse, sayPlans, whoAnswered } from "./runDisplays.ts";
import { duration, number, paint, say, sayAside, status } from "./terminal.ts";

/** Sessions below which an evaluation is too noisy to be told to others (docs/method.md, section 13). */
const FEWEST_SESSIONS = 200;

interface EvaluateOptions extends KeyOptions {
  readonly sessions?: number;
  readonly planner?: "same" | "offline";
  readonly json?: boolean;
  /** `--no-cache` */
  readonly cache: boolean;
  readonly takeOver?: boolean;
  readonly allowOutside?: boolean;
}

export function evaluateCommand(): Command {
  return keyOptions(new Command("evaluate"))
    .description(
      "Evaluate what a run has learned: fixed users, common random numbers, mean action; beside the reference policies, from random to the oracle.",
    )
    .argument("<runDir>", "run folder, for example .lerl/runs/<id>")
    .option(
      "--sessions <n>",
      `sessions to evaluate, by default the experiment's; below ${FEWEST_SESSIONS} intervals are wide; with --planner same a model is asked at every plan of each`,
      countOption,
    )
    .addOption(
      new Option(
        "--planner <who>",
        "where the run's planner asks a model: same asks it (about a call per 4 user steps), offline plans without it; by default as the experiment says",
      ).choices(["same", "offline"]),
    )
    .option("--no-cache", "ask the model also where the answer is kept")
    .option(...takeOverOption)
    .option(...allowOutsideOption)
    .option("--json", "print one JSON object")
    .action(async (folder: string, options: EvaluateOptions) => {
      const { sessions, planner, json, cache, takeOver = false, allowOutside } = options;
      const pace = new PhasePace();
      const evaluation = await interruptible((signal) =>
        evaluateRun(folder, {
          workspaceFolder: process.cwd(),
          ...(sessions !== undefined && { sessions }),
          ...(planner !== undefined && { planner }),
          ...(!cache && { cache }),
          takeOver,
          models: environmentModels(options),
          files: fileAccess({ allowOutside }),
          signal,
          progress: (phase, fraction) => {
            if (json) return;
            const left = pace.secondsLeft(phase, fraction, performance.now() / 1000);
            status(`${phase} ${Math.round(fraction * 100)}%${left === undefined ? "" : `, ${duration(left)} left`}`);
          },
          log: (message) => sayAside(`${paint.quiet(message)}\n`),
        }).catch((error: unknown) => {
          if (error !== signal.reason && !(error instanceof StopSignal)) throw error;
          process.exitCode = endedBy(error);
          return undefined;
        }),
      );
      if (!evaluation) return;
      const { summary } = evaluation;
      if (answeredRoles(summary.answered).some(isMostlyStandIn)) process.exitCode = exitCodes.standIn;
      if (!json) status("");
      const differences = await differencesOf(folder);
      const drop = summary.trainingWorld && (await dropOf(folder));
      if (json) say(`${JSON.stringify({ folder, ...summary, differences, ...(drop && { drop }) })}\n`);
      else print(folder, summary, differences, drop);
    });
}

/** A signal, a model's budget or its replies. Returns the exit code. */
function endedBy(error: unknown): number {
  const isAsked = !(error instanceof StopSignal) || error.reason === undefined;
  status("");
  sayAside(
    `${isAsked ? paint.warning("interrupted.") : `${paint.error("error")} ${error.reason}`} The evaluation before, if any, was kept.\n`,
  );
  if (isAsked) return exitCodes.interrupted;
  return error.kind === "unusable" ? exitCodes.standIn : exitCodes.interrupted;
}

/** R_cum of the run minus that of each reference, paired by session. */
async function differencesOf(folder: string): Promise<Readonly<Record<string, Estimate>>> {
  const rows = await readEvaluationRows(folder);
  const scores = (policy: string) => rows.filter((row) => row.policy === policy).map(({ rCum }) => rCum);
  const own = scores("run");
  return Object.fromEntries(
    evaluatedPolicies.slice(1).map((policy) => [policy, pairedDifference([own], [scores(policy)])]),
  );
}

/** R_cum of the run in training's world minus that on what training never saw: other users, so that no sessions pair. */
async function dropOf(folder: string): Promise<Estimate> {
  const [training, evaluation] = [await readEvaluationRows(folder, "training"), await readEvaluationRows(folder)];
  const scores = (rows: typeof training) => rows.filter(({ policy }) => policy === "run").map(({ rCum }) => rCum);
  return unpairedDifference(scores(training), scores(evaluation));
}

function print(
  folder: string,
  summary: EvaluationSummary,
  differences: Readonly<Record<string, Estimate>>,
  drop: Estimate | undefined,
): void {
  const { run, references, sessions, iteration, trainingWorld } = summary;
  const table = new Table({
    head: ["", "T_int", "R_cum", "R_sin", "normalised", "run - this, R_cum by session"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  const [zero = 0, one = 0] = [references.random.metrics.rCum, references.oracle.metrics.rCum];
  for (const policy of evaluatedPolicies) {
    const metrics = (policy === "run" ? run : references[policy])?.metrics ?? {};
    const difference = differences[policy];
    table.push([
      policy === "run" ? "this run" : referenceLabel(policy),
      number(metrics.tInt, 2),
      number(metrics.rCum),
      number(metrics.rSin),
      number(normalisedScore(metrics.rCum ?? 0, zero, one)),
      difference ? formatEstimate(difference) : "",
    ]);
  }
  say(`${table.toString()}\n`);
  if (trainingWorld && drop) {
    const { run: own, random, oracle } = trainingWorld;
    const scored = (rCum = 0, from = 0, to = 0) => ({ rCum, normalised: normalisedScore(rCum, from, to) });
    const there = scored(own.rCum, random.rCum, oracle.rCum);
    say(`${dropLine(there, scored(run.metrics.rCum, zero, one), formatEstimate(drop))}\n`);
  }
  for (const answered of answeredRoles(summary.answered)) say(`${whoAnswered(answered)}\n`);
  sayPlans(summary.plans);
  sayModelUse(summary.models);
  const where = relative(process.cwd(), folder) || ".";
  say(`${sessions} sessions, weights of iteration ${iteration}; every session is kept in ${where}/evaluation.jsonl\n`);
  if (sessions < FEWEST_SESSIONS)
    say(`${paint.warning("warning")} fewer than ${FEWEST_SESSIONS} sessions: expect wide intervals.\n`);
}
