import { randomInt } from "node:crypto";
import { Command, Option } from "commander";
import { answeredRoles, isMostlyStandIn } from "../../protocol/run/answeredRoles.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import { Run } from "../runs/run.ts";
import type { RunHost } from "../runs/runHost.ts";
import { engineVersion } from "../version.ts";
import { reportFailure } from "./exit.ts";
import { readExperimentFile, readOverride } from "./experimentFile.ts";
import { fileAccess } from "./fileAccess.ts";
import { interruptible, stopAt } from "./interruption.ts";
import { environmentModels, type KeyOptions, keyOptions, typedKeys } from "./models.ts";
import { allowOutsideOption, collect, takeOverOption, wholeNumberOption } from "./options.ts";
import { jsonDisplay, quietDisplay, type RunDisplay, terminalDisplay } from "./runDisplays.ts";

interface OutputOptions {
  readonly allowOutside?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface RunOptions extends OutputOptions, KeyOptions {
  readonly set: readonly string[];
  readonly seed?: number;
  readonly iterations?: number;
  readonly out?: string;
  /** `--no-cache` */
  readonly cache: boolean;
  /** `--set` comes from a file. */
  readonly setsAreData?: boolean;
}

interface ResumeOptions extends OutputOptions, KeyOptions {
  readonly set: readonly string[];
  readonly acceptLoss?: boolean;
  readonly takeOver?: boolean;
}

const sharedOptions = (command: Command): Command =>
  keyOptions(command)
    .option(...allowOutsideOption)
    .option("--json", "print one JSON object a line, the summary last")
    .option("--quiet", "print the summary only");

export function runCommand(): Command {
  return sharedOptions(
    new Command("run")
      .description(
        "Train an experiment. Ctrl+C and other signals keep a checkpoint (a second one ends at once), and so does a model budget that is used up; `lerl resume` goes\non from it. While a model server does not answer, the run waits for it. A model whose replies are of no use ends the run\nwith a checkpoint and exit code 3; so does an end at which the stand-in has answered for most of it.",
      )
      .argument("<file>", "experiment file, *.lerl.json")
      .option(
        "--set <path=value>",
        "override a setting, for example --set ppo.clip=0.1; may be given again",
        collect,
        [],
      )
      .option("--seed <n>", "seed of the run, as --set seed=<n>", wholeNumberOption)
      .option("--iterations <n>", "iterations to run, as --set training.iterations=<n>", wholeNumberOption)
      .option("--no-cache", "ask the model also where the answer is kept, as --set models.cache=false")
      .option("--out <dir>", "run folder to make, instead of .lerl/runs/<id> in the current folder")
      // Suites start their runs so: what a variant sets was not typed: it lets no key go, and no file be read.
      .addOption(new Option("--sets-are-data").hideHelp()),
  ).action(async (file: string, options: RunOptions) => {
    const sets = [
      ...options.set,
      ...(options.seed === undefined ? [] : [`seed=${options.seed}`]),
      ...(options.iterations === undefined ? [] : [`training.iterations=${options.iterations}`]),
      ...(options.cache ? [] : ["models.cache=false"]),
    ];
    const { allowOutside, setsAreData } = options;
    const { path, experiment, prompts, files } = await readExperimentFile(file, {
      set: sets,
      setsAreData,
      allowOutside,
    });
    const typed = setsAreData ? [] : typedKeys([experiment], sets.map(readOverride));
    await drive(options, { files, models: environmentModels(options, typed) }, (host) =>
      Run.create(
        { experimentFile: path, experiment, prompts, ...(options.out !== undefined && { folder: options.out }) },
        host,
      ),
    );
  });
}

export function resumeCommand(): Command {
  return sharedOptions(
    new Command("resume")
      .description("Go on with a run that was interrupted or stopped, from its checkpoint.")
      .argument("<runDir>", "run folder, for example .lerl/runs/<id>")
      .option(
        "--set <path=value>",
        "change a live setting from here on, for example --set models.maxCalls=2000 where a budget was used up",
        collect,
        [],
      )
      .option(
        "--accept-loss",
        "go on also where rows are missing that were there at the checkpoint; begin anew where the checkpoint is missing",
      )
      .option(...takeOverOption),
  ).action(async (folder: string, options: ResumeOptions) => {
    const changes = options.set.map(readOverride);
    const { acceptLoss = false, takeOver = false, allowOutside } = options;
    await drive(options, { files: fileAccess({ allowOutside }), models: environmentModels(options) }, (host) =>
      Run.reopen(folder, host, { changes, acceptLoss, takeOver }),
    );
  });
}

/** Runs to the end in view of the user; an interruption ends it with a checkpoint, from the moment its folder stands. */
async function drive(
  options: OutputOptions,
  access: Pick<RunHost, "files" | "models">,
  begin: (host: RunHost) => Promise<Run>,
): Promise<void> {
  const view = options.json ? jsonDisplay() : options.quiet ? quietDisplay() : terminalDisplay();
  await interruptible(async (signal) => {
    const run = await begin({
      workspaceFolder: process.cwd(),
      engineVersion,
      now: () => new Date(),
      random: () => randomInt(2 ** 32) / 2 ** 32,
      listener: view.listener,
      ...access,
      attended: false,
    });
    stopAt(signal, run.control);
    view.begin(run.current, run.folder.path);
    process.exitCode = conclude(view, await run.execute(), run);
  });
}

function conclude(view: RunDisplay, record: RunRecord, run: Run): number {
  view.end(record, run.folder.path);
  if (run.stoppedBy === "unusable") return exitCodes.standIn;
  if (record.state === "done")
    return answeredRoles(record.answered).some(isMostlyStandIn) ? exitCodes.standIn : exitCodes.done;
  if (record.state === "interrupted" || record.state === "stopped") return exitCodes.interrupted;
  return reportFailure(run.failure ?? new InputError("run.failed", record.reason ?? "The run failed."));
}
