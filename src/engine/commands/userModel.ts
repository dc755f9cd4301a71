import { Command } from "commander";
import { fidelityChoice, userModelReshapes } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { loadDataset } from "../data/loadDataset.ts";
import { exitCodes } from "../exitCodes.ts";
import { createTensorEngine } from "../serving/policies.ts";
import { defaultTrainedConfig, openUserModel, type UserModel } from "../simulator/trained/userModel.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import { type ReadOptions, readExperimentFile } from "./experimentFile.ts";
import { interruptible } from "./interruption.ts";
import { allowOutsideOption, collect } from "./options.ts";
import { number, paint, say, sayAside, status, warn } from "./terminal.ts";

export function userModelCommand(): Command {
  const command = new Command("user-model").description("The simulated user's response model.").helpCommand(false);
  command.addCommand(
    new Command("train")
      .description(
        "Train the response model of an experiment and report its AUC on the hold-out. Kept and reused by runs.",
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
            if (model) return print(model, json === true);
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
    itemCategories: fidelityChoice(fidelity, "itemCategories"),
  });
  const { responseModel } = simulator;
  return openUserModel(dataset, responseModel.kind === "trained" ? responseModel : defaultTrainedConfig, {
    engine,
    storageFolder: storageFolder(process.cwd()),
    signal,
    reshaped: userModelReshapes(fidelity),
    progress: (phase, fraction) => status(`${phase} ${Math.round(fraction * 100)}%`),
    log: (message) => {
      status("");
      sayAside(`${paint.quiet(message)}\n`);
    },
  });
}

function print({ report, folder, reused }: UserModel, json: boolean): void {
  status("");
  if (json) {
    say(`${JSON.stringify({ ...report, folder, reused })}\n`);
    return;
  }
  for (const [feedbackType, auc] of Object.entries(report.auc)) {
    say(`${feedbackType.padEnd(12)} AUC ${auc === null ? "–" : number(auc)}\n`);
  }
  const { trainingRows, testRows, droppedUsers } = report;
  say(`trained on ${trainingRows} interactions, measured on ${testRows}; ${droppedUsers} users with too short a log\n`);
  say(`${reused ? "reused from" : "kept in"} ${folder}\n`);
}
