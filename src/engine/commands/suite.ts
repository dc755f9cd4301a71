import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { Presets, SingleBar } from "cli-progress";
import { Command } from "commander";
import { compareRuns } from "../comparison/compare.ts";
import { formatComparison, type TableFormat, tableFormats } from "../comparison/tables.ts";
import { exitCodes } from "../exitCodes.ts";
import { shellWord } from "../shellWord.ts";
import { replaceFile } from "../store/files.ts";
import { readSuite } from "../suites/readSuite.ts";
import { runSuite, type SuiteOutcome, type SuiteProgress } from "../suites/runSuite.ts";
import { readOverride } from "./experimentFile.ts";
import { collect, countOption } from "./options.ts";
import { duration, paint } from "./terminal.ts";

interface SuiteOptions {
  readonly jobs: number;
  readonly set: readonly string[];
  readonly json?: boolean;
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
    new Command("run")
      .description(
        "Run every variant of a suite with every seed, then print the table. Ctrl+C stops it; the same command goes on.",
      )
      .argument("<file>", "suite file, *.suite.json")
      .option("--jobs <n>", "runs at once; by default one per processor", countOption, availableParallelism())
      .option("--set <path=value>", "override a setting of all variants; may be given again", collect, [])
      .option("--json", "print one JSON object a line, the comparison last")
      .action(async (file: string, options: SuiteOptions) => {
        process.exitCode = await run(file, options);
      }),
  );
  return command;
}

async function run(file: string, { jobs, set, json }: SuiteOptions): Promise<number> {
  const plan = await readSuite(file, set.map(readOverride));
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const display = json ? jsonDisplay() : process.stderr.isTTY ? barDisplay() : lineDisplay();
  const outcome = await runSuite(plan, {
    command: [process.argv[1] ?? ""],
    workspaceFolder: process.cwd(),
    jobs,
    threads: availableParallelism(),
    signal: abort.signal,
    progress: display.show,
    now: () => performance.now(),
  });
  display.end();
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  for (const { variant, seed, reason } of outcome.failures) {
    process.stderr.write(`${paint.error("error")} ${variant}, seed ${seed}: ${reason}\n`);
  }
  if (outcome.state === "interrupted") {
    process.stderr.write("Interrupted; finished runs are kept. The same command goes on.\n");
    return exitCodes.interrupted;
  }
  if (outcome.state === "done" || (await hasResults(outcome))) await printTable(outcome, json === true);
  return outcome.state === "done" ? exitCodes.done : exitCodes.failed;
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
    process.stdout.write(`${JSON.stringify({ type: "comparison", folder, ...comparison })}\n`);
    return;
  }
  process.stdout.write(formatComparison(comparison, "text"));
  const where = relative(process.cwd(), folder);
  process.stdout.write(
    `\n${paint.quiet(`Tables and runs are in ${where}; a page with curves: lerl report ${shellWord(where)}`)}\n`,
  );
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
  const bar = new SingleBar(
    { format: " {bar} {percentage}%  {text}", hideCursor: true, clearOnComplete: true, stream: process.stderr },
    Presets.shades_classic,
  );
  bar.start(1000, 0, { text: "" });
  return {
    show: (progress) => bar.update(Math.round(progress.fraction * 1000), { text: describe(progress) }),
    end: () => bar.stop(),
  };
}

/** A line for every finished run. */
function lineDisplay(): Display {
  let shown = -1;
  return {
    show: (progress) => {
      if (progress.done === shown) return;
      shown = progress.done;
      process.stderr.write(`${describe(progress)}\n`);
    },
    end: () => undefined,
  };
}

function jsonDisplay(): Display {
  return {
    show: (progress) => void process.stdout.write(`${JSON.stringify({ type: "progress", ...progress })}\n`),
    end: () => undefined,
  };
}
