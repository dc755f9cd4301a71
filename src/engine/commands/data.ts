import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import type { DatasetConfig } from "../../protocol/experiment/dataset.ts";
import { type FidelityChoice, fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { describeDataset } from "../data/describe.ts";
import { renderDescription } from "../data/describeText.ts";
import { detectDataset } from "../data/detect.ts";
import { loadDataset } from "../data/loadDataset.ts";
import { readingFindings } from "../data/readingText.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";
import { type ReadOptions, readExperimentFile } from "./experimentFile.ts";
import { loadingStatus } from "./loadingStatus.ts";
import { allowOutsideOption } from "./options.ts";
import { say, status, warn } from "./terminal.ts";

export function dataCommand(): Command {
  const command = new Command("data").description("Look at data sets.").helpCommand(false);
  command.addCommand(
    new Command("describe")
      .description(
        "The first rows as understood, counts, feedback rates, history lengths, popularity, items per category, and what was dropped and why.",
      )
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
          // The page is what tells where so much went.
          mayDrop: 1,
          onWarning: warn,
          onProgress: loadingStatus(),
        });
        status("");
        const description = describeDataset(dataset);
        for (const { message } of readingFindings(dataset)) warn(message);
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
