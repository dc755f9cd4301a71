import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { Command } from "commander";
import type { Override } from "../../protocol/overrides.ts";
import { keysOf } from "../../protocol/wantedKeys.ts";
import { compareRuns } from "../comparison/compare.ts";
import { formatComparison, type TableFormat, tableFormats } from "../comparison/tables.ts";
import { exitCodes } from "../exitCodes.ts";
import { type NamedFile, outsideOf } from "../serving/namedFiles.ts";
import { shellWord } from "../shellWord.ts";
import { replaceFile } from "../store/files.ts";
import { readSuite, withFirstSeeds } from "../suites/readSuite.ts";
import { runSuite, type SuiteOutcome, type SuiteProgress } from "../suites/runSuite.ts";
import { begunRuns } from "../suites/suiteFolder.ts";
import { readOverride } from "./experimentFile.ts";
import { fileAccess } from "./fileAccess.ts";
import { interruptible } from "./interruption.ts";
import { environmentModels, type KeyOptions, keyOptions, typedKeys } from "./models.ts";
import { allowOutsideOption, collect, countOption, takeOverOption } from "./options.ts";
import { duration, ProgressBar, paint, say, sayAside } from "./terminal.ts";

interface SuiteOptions extends KeyOptions {
  readonly jobs: number;
  readonly seeds?: number;
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly takeOver?: boolean;
  readonly allowOutside?: boolean;
}

/** The table's files in the suite's folder. */
const tableFiles: Readonly<Record<TableFormat, string>> = {
  text: "table.txt",
  markdown: "table.md",
  json: "table.json",
  csv: "table.csv",
};

export function suiteCommand(): Command {
  const command = new Command("suite").description("Run many experiments and compare them.").helpCommand(false);
  command.addCommand(
    keyOptions(new Command("run"))
      .description(
        "Run every variant of a suite with every seed, then print the table. Ctrl+C stops it; the same command goes on.",
      )
      .argument("<file>", "suite file, *.suite.json")
      .option("--jobs <n>", "runs at once; by default one per processor", countOption, availableParallelism())
      .option(
        "--seeds <n>",
        "the suite's first n seeds only, for a quick look; without it the same runs go on",
        countOption,
      )
      .option("--set <path=value>", "override a setting of all variants; may be given again", collect, [])
      .option(...takeOverOption)
      .option(...allowOutsideOption)
      .option("--json", "print one JSON object a line, the comparison last")
      .action(async (file: string, options: SuiteOptions) => {
        process.exitCode = await run(file, options);
      }),
  );
  return command;
}

async function run(file: string, options: SuiteOptions): Promise<number> {
  const { jobs, seeds, set, json, takeOver, allowOutside } = options;
  const sets = set.map(readOverride);
  const mayRead = fileAccess({ beside: [file], typed: sets.map(({ path }) => path), allowOutside });
  const read: NamedFile[] = [];
  const access = async (named: readonly NamedFile[]): Promise<void> => {
    await mayRead(named);
    read.push(...named);
  };
  const whole = await readSuite(file, sets, access, (suite) => begunRuns(process.cwd(), suite));
  const plan = seeds === undefined ? whole : withFirstSeeds(whole, seeds);
  if (plan.asBegun.length > 0) sayAside(`${goesOnAsBegun(plan.asBegun)}\n`);
  const outside = await outsideOf(read, [process.cwd()]);
  const experiments = plan.variants.flatMap(({ runs }) => runs.map(({ experiment }) => experiment));
  const models = environmentModels(options, typedKeys(experiments, sets));
  const display = json ? jsonDisplay() : process.stderr.isTTY ? barDisplay() : lineDisplay();
  const outcome = await interruptible((signal) =>
    runSuite(plan, {
      command: [process.argv[1] ?? ""],
      workspaceFolder: process.cwd(),
      jobs,
      threads: availableParallelism(),
      settle: (runs) => models.settle(runs.flatMap(({ experiment }) => keysOf(experiment))),
      environment: ({ experiment }) => models.environmentFor(keysOf(experiment)),
      allowed: outside.map(({ path }) => path),
      takeOver: takeOver === true,
      signal,
      progress: display.show,
      now: () => performance.now(),
    }),
  );
  display.end();
  for (const { variant, seed, reason } of outcome.failures) {
    sayAside(`${paint.error("error")} ${variant}, seed ${seed}: ${reason}\n`);
  }
  if (outcome.state === "interrupted") {
    sayAside("Interrupted; finished runs are kept. The same command goes on.\n");
    return exitCodes.interrupted;
  }
  if (outcome.state === "done" || (await hasResults(outcome))) await printTable(outcome, json === true);
  return outcome.state === "done" ? exitCodes.done : exitCodes.failed;
}

/** Which world an older suite stays in, and how to leave it. */
function goesOnAsBegun(settings: readonly Override[]): string {
  const shown = settings
    .map(({ path, value }) => `${path} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
  return `The suite was begun before there was a choice of some settings and goes on as it was: ${shown}. To run it anew with today's defaults, give it another name.`;
}

async function hasResults({ folder }: SuiteOutcome): Promise<boolean> {
  return compareRuns([folder]).then(
    () => true,
    () => false,
  );
}

async function printTable({ folder }: SuiteOutcome, json: boolean): Promise<void> {
  const comparison = await compareRuns([folder]);
  for (const format of tableFormats) {
    await replaceFile(join(folder, tableFiles[format]), formatComparison(comparison, format));
  }
  if (json) {
    say(`${JSON.stringify({ type: "comparison", folder, ...comparison })}\n`);
    return;
  }
  say(formatComparison(comparison, "text"));
  const where = relative(process.cwd(), folder);
  say(`\n${paint.quiet(`Tables and runs are in ${where}; a page with curves: lerl report ${shellWord(where)}`)}\n`);
}

interface Display {
  readonly show: (progress: SuiteProgress) => void;
  readonly end: () => void;
}

function describe({ done, runs, running, secondsLeft }: SuiteProgress): string {
  const left = secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`];
  return [`${done}/${runs} runs`, `${running} running`, ...left].join("  ");
}

function barDisplay(): Display {
  const bar = new ProgressBar();
  return {
    show: (progress) => bar.show(progress.fraction, describe(progress)),
    end: () => bar.clear(),
  };
}

/** A line for every finished run. */
function lineDisplay(): Display {
  let shown = -1;
  return {
    show: (progress) => {
      if (progress.done === shown) return;
      shown = progress.done;
      sayAside(`${describe(progress)}\n`);
    },
    end: () => undefined,
  };
}

function jsonDisplay(): Display {
  return {
    show: (progress) => say(`${JSON.stringify({ type: "progress", ...progress })}\n`),
    end: () => undefined,
  };
}
