import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Command } from "commander";
import type { DatasetConfig } from "../../protocol/experiment/dataset.ts";
import { type FidelityChoice, fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { describeDataset } from "../data/describe.ts";
import { renderDescription } from "../data/describeText.ts";
import { detectDataset } from "../data/detect.ts";
import { loadDataset } from "../data/loadDataset.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";
import { type ReadOptions, readExperimentFile } from "./experimentFile.ts";
import { allowOutsideOption } from "./options.ts";
import { say, status, warn } from "./terminal.ts";

export function dataCommand(): Command {
  const command = new Command("data").description("Look at data sets.").helpCommand(false);
  command.addCommand(
    new Command("describe")
      .description("Counts, density, feedback rates, items per category, and what was dropped and why.")
      .argument("<experiment|folder>", "experiment file, or a folder with a data set's published files")
      .option(
        "--set <path=value>",
        "override a setting of the experiment",
        (value: string, before: string[]) => [...before, value],
        [],
      )
      .option(...allowOutsideOption)
      .option("--json", "print one JSON object")
      .action(async (target: string, { json, ...read }: ReadOptions & { json?: boolean }) => {
        const { config, folder, itemCategories } = await configOf(target, read);
        const dataset = await loadDataset(config, {
          baseFolder: folder,
          cacheFolder: cacheFolder(storageFolder(process.cwd())),
          ...(itemCategories && { itemCategories }),
          onWarning: warn,
          onProgress: ({ doing, file, bytesRead, bytes }) => {
            status(`${doing} ${basename(file)} ${Math.round((100 * bytesRead) / bytes)}%`);
          },
        });
        status("");
        const description = describeDataset(dataset);
        say(json ? `${JSON.stringify(description)}\n` : `${renderDescription(description)}\n`);
      }),
  );
  return command;
}

interface Described {
  readonly config: DatasetConfig;
  readonly folder: string;
  readonly itemCategories?: FidelityChoice<"itemCategories">;
}

async function configOf(target: string, read: ReadOptions): Promise<Described> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory()) return { config: await detectDataset(resolve(target)), folder: process.cwd() };
  const { experiment, folder } = await readExperimentFile(target, read);
  return {
    config: experiment.dataset,
    folder,
    itemCategories: fidelityChoice(experiment.fidelity, "itemCategories"),
  };
}
