import Table from "cli-table3";
import { Command } from "commander";
import { evaluationApart } from "../../protocol/evaluationApart.ts";
import { fidelityChoice, simulatesCalibrated, userModelReshapes } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { loadDataset } from "../data/loadDataset.ts";
import { readingFindings, readingLine } from "../data/readingText.ts";
import { exitCodes } from "../exitCodes.ts";
import { createTensorEngine } from "../serving/policies.ts";
import type { Calibration, Reliability } from "../simulator/trained/calibration.ts";
import type { Personalisation } from "../simulator/trained/personalisation.ts";
import type { UserModelReport } from "../simulator/trained/report.ts";
import { defaultTrainedConfig, openUserModel, type UserModel } from "../simulator/trained/userModel.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import { type ReadOptions, readExperimentFile } from "./experimentFile.ts";
import { interruptible } from "./interruption.ts";
import { loadingStatus } from "./loadingStatus.ts";
import { allowOutsideOption, collect } from "./options.ts";
import { number, paint, say, sayAside, status, warn } from "./terminal.ts";

export function userModelCommand(): Command {
  const command = new Command("user-model").description("The simulated user's response model.").helpCommand(false);
  command.addCommand(
    new Command("train")
      .description(
        "Train the response model of an experiment and report how well it ranks, how far its probabilities hold and how much it tells users apart. Kept and reused by runs.",
      )
      .argument("<experiment>", "experiment file, *.lerl.json")
      .option("--set <path=value>", "override a setting", collect, [])
      .option(...allowOutsideOption)
      .option("--json", "print one JSON object")
      .action(async (file: string, { json, ...read }: ReadOptions & { json?: boolean }) => {
        const { experiment, folder } = await readExperimentFile(file, read);
        const engine = await createTensorEngine(experiment, "use");
        try {
          await interruptible(async (signal) => {
            const model = await open(experiment, folder, engine, signal).catch((error: unknown) => {
              if (error !== signal.reason) throw error;
            });
            if (model) return print(model, json === true, evaluationApart(experiment).responseModel);
            sayAside(`${paint.warning("interrupted.")} Nothing was kept; the next start trains it anew.\n`);
            process.exitCode = exitCodes.interrupted;
          });
        } finally {
          await engine.dispose();
        }
      }),
  );
  return command;
}

async function open(
  { dataset: config, simulator, fidelity }: Experiment,
  baseFolder: string,
  engine: TensorEngine,
  signal: AbortSignal,
): Promise<UserModel> {
  const dataset = await loadDataset(config, {
    baseFolder,
    signal,
    cacheFolder: cacheFolder(storageFolder(process.cwd())),
    onWarning: warn,
    onProgress: loadingStatus(),
    itemCategories: fidelityChoice(fidelity, "itemCategories"),
  });
  status("");
  const read = readingLine(dataset);
  if (read !== undefined) sayAside(`${paint.quiet(read)}\n`);
  for (const { message } of readingFindings(dataset)) warn(message);
  const { responseModel } = simulator;
  return openUserModel(dataset, responseModel.kind === "trained" ? responseModel : defaultTrainedConfig, {
    engine,
    storageFolder: storageFolder(process.cwd()),
    signal,
    reshaped: userModelReshapes(fidelity),
    itemTags: simulator.itemTags === "all",
    calibrated: simulatesCalibrated(simulator.calibrated, fidelity),
    progress: (phase, fraction) => status(`${phase} ${Math.round(fraction * 100)}%`),
    warn: ({ message }) => {
      status("");
      warn(message);
    },
    log: (message) => {
      status("");
      sayAside(`${paint.quiet(message)}\n`);
    },
  });
}

/** @param another whether evaluations have a model of their own */
function print({ report, folder, reused }: UserModel, json: boolean, another: boolean): void {
  status("");
  if (json) {
    say(`${JSON.stringify({ ...report, folder, reused })}\n`);
    return;
  }
  say(`${byFeedback(report)}\n\n`);
  const [[click, clicks] = []] = Object.entries(report.calibration);
  if (clicks?.reliability) {
    say(`${click} by tenth of the test rows, the least probable first\n${byDecile(clicks.reliability)}\n\n`);
  }
  if (report.exposure !== "logged") say(`${exposures[report.exposure]}\n`);
  for (const [type, { fitted }] of Object.entries(report.calibration)) {
    if (fitted !== "both") say(`${paint.warning(type)}: ${notFitted[fitted]}\n`);
  }
  if (report.personalisation) say(ofUsers(report.personalisation));
  const { trainingRows, testRows, droppedUsers } = report;
  say(`trained on ${trainingRows} interactions, measured on ${testRows}; ${droppedUsers} users with too short a log\n`);
  say(`${reused ? "reused from" : "kept in"} ${folder}\n`);
  if (!another) return;
  const note = "Evaluations have a model of their own; the first run trains it, which takes as long again.";
  say(`${paint.quiet(note)}\n`);
}

const exposures = {
  random: "calibrated and measured on the rows whose item was drawn at random",
  weighted: "calibrated and measured by inverse propensity, so that every item counts the same",
};

const notFitted: Readonly<Record<Exclude<Calibration["fitted"], "both">, string>> = {
  "one-label": "the validation rows hold one kind of response only, so its base rate was fitted and no slope",
  nothing: "no validation row records it, so its probabilities are as the network gives them",
};

/** Probabilities as the network gives them (raw) and calibrated, beside what was observed, on the test rows. */
function byFeedback({ auc, calibration }: UserModelReport): string {
  const table = tableOf(["", "AUC", "observed", "raw", "calibrated", "ECE raw", "ECE calibrated"]);
  for (const [type, area] of Object.entries(auc)) {
    const { observed, raw, predicted, rawError, error } = calibration[type]?.reliability ?? {};
    table.push([type, ...[area ?? undefined, observed, raw, predicted, rawError, error].map((n) => number(n))]);
  }
  return table.toString();
}

function byDecile({ deciles }: Reliability): string {
  const table = tableOf(["", "rows", "observed", "raw", "calibrated"]);
  deciles.forEach(({ rows, observed, raw, predicted }, i) => {
    table.push([String(i + 1), String(rows), number(observed), number(raw), number(predicted)]);
  });
  return table.toString();
}

function ofUsers({ overlap, best, items, uniformClick, pairs }: Personalisation): string {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return `two users share ${percent(overlap)} of their best ${best} items of ${items} (mean of ${pairs} pairs; by chance ${percent(best / items)})\nan item drawn uniformly is clicked with probability ${number(uniformClick)} (calibrated)\n`;
}

const tableOf = (head: string[]): Table.Table =>
  new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (i === 0 ? "left" : "right")),
  });
