import { randomInt } from "node:crypto";
import { relative, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { MOST_REPEATS, MOST_VISITS, USUAL_VISITS } from "../../protocol/trial/extent.ts";
import { contenderPlans, type TrialRecord } from "../../protocol/trial/record.ts";
import type { TrialProgress } from "../../protocol/trial/summary.ts";
import { estimateSentence, moneyText } from "../../protocol/trial/words.ts";
import { InputError } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import { StopSignal } from "../serving/control.ts";
import { shellWord } from "../shellWord.ts";
import { type Condition, judgeAll, parseCondition } from "../trials/gate.ts";
import { Trial } from "../trials/trial.ts";
import { isTrialFolder, readTrialRecord } from "../trials/trialFolder.ts";
import type { TrialHost } from "../trials/trialHost.ts";
import { formatTrial, type TrialFormat, trialFormats } from "../trials/trialReport.ts";
import { engineVersion } from "../version.ts";
import { reportFailure } from "./exit.ts";
import { fileAccess } from "./fileAccess.ts";
import { interruptible, stopAt } from "./interruption.ts";
import { environmentModels, type KeyOptions, keyOptions } from "./models.ts";
import { allowOutsideOption, atMost, collect, countOption, takeOverOption, wholeNumberOption } from "./options.ts";
import { duration, paint, say, sayAside, status } from "./terminal.ts";
import { limitsOf, type TrialOptions, trialStart } from "./trialStart.ts";

interface Options extends TrialOptions, KeyOptions {
  readonly format: TrialFormat;
  readonly estimate?: boolean;
  readonly takeOver?: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError(`"${text}" is no number > 0.`);
  return value;
};

export function trialCommand(): Command {
  return keyOptions(new Command("trial"))
    .description(
      `Try words: several planner prompts serve the same visits from one frozen policy, and are compared visit by visit.
The base as it is comes first and is the baseline. Models are asked; answers that are kept cost nothing. Ctrl+C keeps
what was paid for, and the same command with the trial's folder goes on.`,
    )
    .argument("<target>", "experiment (its newest run), run folder, *.trial.json, or a trial's folder to go on with")
    .option("--prompt <file>", "a planner prompt to try; may be given again", collect, [])
    .option("--version <hash>", "a planner prompt that the run has used; may be given again", collect, [])
    .option("--model <name>", "ask this model; with several, every prompt on each", collect, [])
    .option("--base-url <url>", "server of the models given")
    .addOption(
      new Option("--plan <who>", "a planner without words, for comparison; may be given again")
        .choices(contenderPlans)
        .argParser((who: string, before: readonly string[]) => {
          if (!contenderPlans.some((plan) => plan === who))
            throw new InvalidArgumentError(`Allowed choices are ${contenderPlans.join(", ")}.`);
          return collect(who, before);
        })
        .default([]),
    )
    .option("--no-own", "leave the base's own words out: the first given is the baseline")
    .option(
      "--sessions <n>",
      `visits planned, by default ${USUAL_VISITS}; 0: moments only`,
      atMost(MOST_VISITS, wholeNumberOption),
    )
    .option("--moments <file>", "moments that each contender plans too: *.moments.json")
    .option(
      "--repeats <n>",
      "times that each contender plans each moment, by default once",
      atMost(MOST_REPEATS, countOption),
    )
    .option(
      "--seed <n>",
      "seed of the visits, by default the experiment's evaluation.seed",
      atMost(0xffff_ffff, wholeNumberOption),
    )
    .option("--no-stop", "serve every visit, also where it is decided before")
    .option("--margin <reward>", "a difference of R_cum that counts as equal enough, by default 5 %", positive)
    .option("--max-calls <n>", "calls it may make, by default the experiment's models.maxCalls", countOption)
    .option("--max-tokens <n>", "tokens it may use, by default models.maxTokens", countOption)
    .option("--max-cost <usd>", "money it may spend, by default models.maxCost", positive)
    .option(...allowOutsideOption)
    .option("--no-cache", "ask the model also where the answer is kept")
    .option(
      "--fail-if <condition>",
      `end with exit code ${exitCodes.conditionHolds} where it holds, ${exitCodes.undecided} where it is undecided: "rCum < baseline", "fallbackPlans > 0.05"; may be given again`,
      collect,
      [],
    )
    .addOption(new Option("--format <format>", "how the result is printed").choices(trialFormats).default("text"))
    .option(...takeOverOption)
    .option("--estimate", "say what it would cost at most, and ask nothing")
    .action(async (target: string, options: Options) => {
      process.exitCode = await run(target, options);
    });
}

async function run(target: string, options: Options): Promise<number> {
  // A condition that cannot be read is no reason to pay for a trial.
  for (const condition of options.failIf) parseCondition(condition);
  const over = await finishedRecord(target, options);
  if (over) return conclude(resolve(target), over, undefined, options.format);
  const display = progressDisplay();
  return interruptible(async (signal) => {
    const trial = await begin(target, options, hostOf(target, options, display));
    stopAt(signal, trial.control);
    if (options.estimate) return estimate(trial);
    const record = await trial.execute();
    display.end();
    return conclude(trial.folder.path, record, trial.failure, options.format);
  });
}

async function estimate(trial: Trial): Promise<number> {
  try {
    say(`${estimateSentence(await trial.estimate())}\n`);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof StopSignal) return exitCodes.interrupted;
    throw error;
  }
}

/** Of a trial that is over, where nothing more is asked of it than its report. */
async function finishedRecord(target: string, options: Options): Promise<TrialRecord | undefined> {
  const { sessions = 0, stop, failIf, estimate: isEstimate } = options;
  if (isEstimate || fixedAtStart(options).length > 0 || !(await isTrialFolder(target))) return undefined;
  const record = await readTrialRecord(target);
  const isServed = stop || !record.stop || record.result?.n === record.sessions;
  if (record.state !== "done" || sessions > record.sessions || !isServed) return undefined;
  return failIf.length > 0 ? { ...record, failIf: [...failIf] } : record;
}

async function begin(target: string, options: Options, host: TrialHost): Promise<Trial> {
  if (!(await isTrialFolder(target))) {
    const start = await trialStart(target, options, host);
    for (const condition of start.failIf) parseCondition(condition);
    return Trial.create(start, host);
  }
  const { sessions, stop, failIf, takeOver } = options;
  const fixed = fixedAtStart(options);
  if (fixed.length > 0) {
    throw new InputError(
      "trial.contender",
      `${target}: a trial that has begun takes no ${fixed.join(", ")}. Start one with them; answers that are kept cost nothing.`,
    );
  }
  return Trial.reopen(target, host, {
    sessions,
    failIf,
    limits: limitsOf(options),
    takeOver,
    ...(!stop && { stop }),
  });
}

/** Options that say what a trial is; given, they belong to a new one. */
function fixedAtStart(options: Options): readonly string[] {
  const { prompt, version, model, plan, baseUrl, own, seed, margin, cache, moments, repeats } = options;
  const given = {
    "--prompt": prompt.length > 0,
    "--version": version.length > 0,
    "--model": model.length > 0,
    "--plan": plan.length > 0,
    "--base-url": baseUrl !== undefined,
    "--no-own": !own,
    "--seed": seed !== undefined,
    "--margin": margin !== undefined,
    "--no-cache": !cache,
    "--moments": moments !== undefined,
    "--repeats": repeats !== undefined,
  };
  return Object.entries(given).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
}

function hostOf(target: string, options: Options, display: ReturnType<typeof progressDisplay>): TrialHost {
  return {
    workspaceFolder: process.cwd(),
    engineVersion,
    now: () => new Date(),
    random: () => randomInt(2 ** 32) / 2 ** 32,
    models: environmentModels(options),
    // Beside a document or an experiment; a folder's own record names what it likes.
    files: fileAccess({ beside: target.endsWith(".json") ? [target] : [], allowOutside: options.allowOutside }),
    attended: false,
    progress: display.show,
    estimate: (estimated) => display.say(`Estimate: ${estimateSentence(estimated)}.`),
    log: (level, message) => display.say(level === "warn" ? `${paint.warning("warning")} ${message}` : message),
  };
}

function conclude(path: string, record: TrialRecord, failure: unknown, format: TrialFormat): number {
  const folder = relative(process.cwd(), path) || ".";
  const { result } = record;
  const conditions: readonly Condition[] = record.failIf.map(parseCondition);
  const judgement = conditions.length === 0 ? undefined : result ? judgeAll(conditions, result) : "undecided";
  say(formatTrial({ record, result, folder, conditions, judgement }, format));
  if (record.state === "failed") return reportFailure(failure);
  if (record.state !== "done") {
    const { reason = "Interrupted." } = record;
    const how = reason.includes("lerl trial") ? "" : ` Go on: lerl trial ${shellWord(folder)}`;
    sayAside(`${paint.error("stopped")} ${reason} What was paid for is kept.${how}\n`);
    return record.stoppedBy === "unusable" ? exitCodes.standIn : exitCodes.interrupted;
  }
  sayAside(`${paint.quiet(`Kept in ${folder}`)}\n`);
  if (result?.contenders.some(({ fallbackPlans = 0 }) => fallbackPlans > 0.5)) return exitCodes.standIn;
  if (judgement === "holds") return exitCodes.conditionHolds;
  return judgement === "undecided" ? exitCodes.undecided : exitCodes.done;
}

/** One line on standard error that is written over; on none but a terminal only what is said. */
function progressDisplay() {
  return {
    show: (progress: TrialProgress): void => status(progressLine(progress)),
    say: (message: string): void => {
      status("");
      sayAside(`${paint.quiet(message)}\n`);
    },
    end: (): void => status(""),
  };
}

function progressLine({ phase, fraction, n, sessions, secondsLeft, calls, cost }: TrialProgress): string {
  if (phase !== "Serving") return `${phase} ${Math.round(fraction * 100)}%`;
  const left = secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`];
  const paid = calls === 0 ? [] : [`${calls} calls`, ...(cost > 0 ? [moneyText(cost)] : [])];
  return [`${n} of ${sessions} visits`, ...left, ...paid].join("  ");
}
