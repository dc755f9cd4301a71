/** What `lerl run` shows while it works: a progress bar, JSON lines, or nothing but the result. */

import { existsSync } from "node:fs";
import { relative } from "node:path";
import Table from "cli-table3";
import { asksModel } from "../../protocol/asksModel.ts";
import type { RunProgress } from "../../protocol/engine.ts";
import { type AnsweredRole, answeredRoles, isMostlyStandIn } from "../../protocol/run/answeredRoles.ts";
import type { ModelUse } from "../../protocol/run/modelUse.ts";
import { modelUseText } from "../../protocol/run/modelUseText.ts";
import type { PlanQuality } from "../../protocol/run/planQuality.ts";
import { planQualityText } from "../../protocol/run/planWords.ts";
import { standInKind } from "../../protocol/run/standInKind.ts";
import {
  type MetricRow,
  type ReferencePolicy,
  type ReferenceRow,
  type RunRecord,
  type RunSummary,
  referenceLabel,
  type TimelineEvent,
} from "../../protocol/run.ts";
import { whatCame } from "../llm/replyWatch.ts";
import { normalisedScore } from "../metrics/statistics.ts";
import type { RunListener } from "../runs/runHost.ts";
import { shellWord } from "../shellWord.ts";
import { duration, number, ProgressBar, paint, say, warn } from "./terminal.ts";

export interface RunDisplay {
  readonly listener: RunListener;
  readonly begin: (record: RunRecord, folder: string) => void;
  readonly end: (record: RunRecord, folder: string) => void;
}

/** Numbers a view needs for its last words. */
class Results {
  readonly references = new Map<string, ReferenceRow>();
  first: MetricRow | undefined;
  last: MetricRow | undefined;
  private userSteps = 0;
  private seconds = 0;

  readonly row: NonNullable<RunListener["row"]> = (_run, kind, row) => {
    if (kind === "references") this.references.set((row as ReferenceRow).policy, row as ReferenceRow);
    if (kind === "metrics") {
      const metrics = row as MetricRow;
      if (metrics.values.evalRCum !== undefined) {
        this.first ??= metrics;
        this.last = metrics;
      }
    }
    if (kind === "timing") {
      const { userSteps, values } = row as MetricRow;
      const served = userSteps - this.userSteps;
      this.seconds += served / (values.userStepsPerSecond ?? Number.POSITIVE_INFINITY);
      this.userSteps = userSteps;
    }
  };

  get userStepsPerSecond(): number {
    return this.seconds === 0 ? 0 : this.userSteps / this.seconds;
  }
}

/** For programs: one object a line, the last of type `summary`. */
export function jsonDisplay(): RunDisplay {
  const results = new Results();
  const print = (object: Record<string, unknown>): void => {
    say(`${JSON.stringify(object)}\n`);
  };
  return {
    listener: {
      row: (runId, kind, row) => {
        results.row(runId, kind, row);
        if (kind === "metrics" || kind === "timing") print({ type: kind, ...(row as MetricRow) });
        if (kind === "references") print({ type: "reference", ...(row as ReferenceRow) });
        if (kind === "events") {
          const { type, ...event } = row as { type: string };
          print({ type: "event", event: type, ...event });
        }
      },
      progress: ({ phase, fraction }) => {
        if (phase !== "Training") print({ type: "progress", phase, fraction });
      },
      log: (level, message) => print({ type: "log", level, message }),
    },
    begin: (record, folder) => print({ type: "run", id: record.id, folder, experiment: record.experiment }),
    end: (record, folder) => {
      const { state, reason } = record;
      print({ type: "summary", ...summaryOf(record, results), state, ...(reason && { reason }), folder });
    },
  };
}

export function quietDisplay(): RunDisplay {
  const results = new Results();
  const spoken = new SpokenEvents();
  const warnings = new Warnings();
  return {
    listener: {
      row: (runId, kind, row) => {
        results.row(runId, kind, row);
        const words = spoken.of(kind, row);
        if (words !== undefined) warnings.say(words);
      },
      log: (level, message) => {
        if (level === "warn") warnings.say(message);
      },
    },
    begin: () => undefined,
    end: (record, folder) => printResult(record, results, folder),
  };
}

/** For people: a bar where there is a terminal, a line now and then where there is none. */
export function terminalDisplay(): RunDisplay {
  const results = new Results();
  const spoken = new SpokenEvents();
  const warnings = new Warnings();
  const progress = process.stdout.isTTY ? bar() : lines();
  return {
    listener: {
      row: (runId, kind, row) => {
        results.row(runId, kind, row);
        const words = spoken.of(kind, row);
        if (words === undefined) return;
        progress.clear();
        warnings.say(words);
      },
      progress: progress.show,
      log: (level, message) => {
        progress.clear();
        if (level === "warn") warnings.say(message);
        else say(`${paint.quiet(message)}\n`);
      },
    },
    begin: (record, folder) => {
      say(
        `${paint.strong(record.name.replace(/\s+/g, " "))}  seed ${record.seed}  ${paint.quiet(relative(process.cwd(), folder) || ".")}\n`,
      );
    },
    end: (record, folder) => {
      progress.clear();
      printResult(record, results, folder);
    },
  };
}

interface ProgressDisplay {
  readonly show: (progress: RunProgress) => void;
  readonly clear: () => void;
}

function bar(): ProgressDisplay {
  const display = new ProgressBar();
  return {
    show: (progress) => display.show(progress.fraction, describe(progress)),
    clear: () => display.clear(),
  };
}

/** At most one line per phase and tenth of the way. */
function lines(): ProgressDisplay {
  let shown = "";
  return {
    show: (progress) => {
      const mark = `${progress.phase} ${Math.floor(progress.fraction * 10)}`;
      if (mark === shown) return;
      shown = mark;
      say(`${String(Math.round(progress.fraction * 100)).padStart(3)}%  ${describe(progress)}\n`);
    },
    clear: () => undefined,
  };
}

function describe({ phase, iteration, iterations, rCum, secondsLeft, calls, cost }: RunProgress): string {
  const left = secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`];
  if (phase !== "Training") return [phase, ...left].join("  ");
  return [
    `iteration ${iteration}/${iterations}`,
    ...(rCum === undefined ? [] : [`R_cum ${number(rCum, 2)}`]),
    ...(calls > 0 ? [`${calls} calls`] : []),
    ...(cost > 0 ? [`$${number(cost, 2)}`] : []),
    ...left,
  ].join("  ");
}

/** What of the timeline is said on the terminal too: pauses, and once each what a model leaves to the stand-in. */
class SpokenEvents {
  private readonly told = new Set<string>();

  of(kind: string, row: unknown): string | undefined {
    if (kind !== "events") return undefined;
    const event = row as TimelineEvent;
    if (event.type === "paused") return event.reason;
    if (event.type === "warning" && /^(model|data|user-model)\./.test(event.code)) return event.message;
    if (event.type !== "stand-in" || this.told.has(standInKind(event))) return undefined;
    const { role, episode, step } = event;
    this.told.add(standInKind(event));
    const where = step === undefined ? `session ${episode}` : `session ${episode}, step ${step}`;
    return `The ${role}'s model was of no use, the stand-in stood in (${where}): ${whatCame(event)}`;
  }
}

/** One thing that is wrong may be met by several that write; in a row it is said once. */
class Warnings {
  private last = "";

  say(message: string): void {
    if (message !== this.last) warn(message);
    this.last = message;
  }
}

function summaryOf(record: RunRecord, results: Results) {
  const { tInt, rCum, rSin, normalised, planner, trainingWorld } = record.summary ?? {};
  return {
    tInt,
    rCum,
    rSin,
    ...(normalised !== undefined && { normalised }),
    ...(planner !== undefined && { planner }),
    ...(trainingWorld && { trainingWorld }),
    ...(record.answered && { answered: record.answered }),
    ...(record.summary?.plans && { plans: record.summary.plans }),
    ...(record.summary?.models && { models: record.summary.models }),
    ...(record.data && { data: record.data }),
    userSteps: record.summary?.userSteps ?? 0,
    userStepsPerSecond: Math.round(results.userStepsPerSecond),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function printResult(record: RunRecord, results: Results, folder: string): void {
  const { first, last, references } = results;
  const where = relative(process.cwd(), folder) || ".";
  if (record.state === "failed") {
    // It may have been moved away or deleted, which is why.
    if (existsSync(folder)) say(`${paint.quiet(`The run's files are in ${where}.`)}\n`);
    return;
  }
  if (last && first) {
    const table = new Table({
      head: ["", "T_int", "R_cum", "R_sin", "normalised"],
      colAligns: ["left", "right", "right", "right", "right"],
      style: { head: [], border: [] },
    });
    const row = (name: string, { values }: MetricRow): void => {
      table.push([
        name,
        number(values.evalTInt, 2),
        number(values.evalRCum),
        number(values.evalRSin),
        number(values.evalNormalised),
      ]);
    };
    row(`iteration ${first.iteration}`, first);
    if (last !== first) row(`iteration ${last.iteration}`, last);
    const rCumOf = (end: ReferencePolicy): number => references.get(end)?.rCum ?? Number.NaN;
    for (const { policy, tInt, rCum, rSin } of references.values()) {
      const normalised = normalisedScore(rCum, rCumOf("random"), rCumOf("oracle"));
      table.push([referenceLabel(policy), number(tInt, 2), number(rCum), number(rSin), number(normalised)]);
    }
    say(`${table.toString()}\n`);
    const { summary } = record;
    for (const { message } of record.data?.findings ?? []) say(`${paint.warning("warning")} ${message}\n`);
    if (summary?.trainingWorld) say(`${dropLine(summary.trainingWorld, summary)}\n`);
    const { planner } = record.experiment;
    if (asksModel(planner) && record.summary?.planner === "offline") say(policyOnly(record.summary));
  }
  for (const answered of answeredRoles(record.answered)) say(`${whoAnswered(answered)}\n`);
  sayPlans(record.summary?.plans);
  sayModelUse(record.summary?.models);
  const speed = results.userStepsPerSecond > 0 ? `, ${Math.round(results.userStepsPerSecond)} user steps/s` : "";
  say(
    `${record.state === "done" ? paint.good("done") : paint.warning(record.state)} in ${duration(record.activeSeconds)}${speed}; files in ${where}\n`,
  );
  if (record.state !== "interrupted" && record.state !== "stopped") return;
  if (record.reason !== undefined) say(`${record.reason}\n`);
  else say(`Go on with: lerl resume ${shellWord(where)}\n`);
}

/** Whose the table's numbers are, and the prompt's own beside them. */
function policyOnly({ model }: RunSummary): string {
  const prompt = model
    ? `With the model's plans, on ${model.visits} visits: T_int ${number(model.tInt, 2)}, R_cum ${number(model.rCum)}.\n`
    : "";
  const note =
    'The table is of the policy only, planned offline, without calls; evaluation.planner "same" asks the model.';
  return `${prompt}${paint.quiet(note)}\n`;
}

type Score = Pick<RunSummary, "rCum" | "normalised">;

/** `In training's world R_cum is 5.383, normalised 0.206. The drop to what training never saw is 0.817, normalised 0.044.` */
export function dropLine(training: Score, evaluation: Score, drop = number(training.rCum - evaluation.rCum)): string {
  const isScaled = training.normalised !== undefined && evaluation.normalised !== undefined;
  const normalised = (value: number | undefined) => (isScaled ? `, normalised ${number(value)}` : "");
  const lost = normalised((training.normalised ?? 0) - (evaluation.normalised ?? 0));
  const there = `In training's world R_cum is ${number(training.rCum)}${normalised(training.normalised)}`;
  return `${there}. The drop to what training never saw is ${drop}${lost}.`;
}

/** `Judged as plans: 97 % usable, 6.1 categories, 12 % from last slate`; nothing where no model planned. */
export function sayPlans(quality: PlanQuality | undefined): void {
  const text = planQualityText(quality);
  if (text !== undefined) say(`Judged as plans: ${text}.\n`);
}

/** `Models: 19 calls, 10,201 tokens`; nothing where none was asked. */
export function sayModelUse(use: ModelUse | undefined): void {
  if (use) say(`Models: ${modelUseText(use)}.\n`);
}

/** `Plans: 12 of 16 by the model, 4 by the stand-in.` */
export function whoAnswered(answered: AnsweredRole): string {
  const { role, model, total } = answered;
  const what = role === "planner" ? "Plans" : "Reflections";
  const line = `${what}: ${model} of ${total} by the model${model < total ? `, ${total - model} by the stand-in` : ""}.`;
  return isMostlyStandIn(answered) ? paint.warning(`${line} What came out is mostly not the model's work.`) : line;
}
