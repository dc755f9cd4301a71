/** The data set that a command is given: an experiment's, or a published one by its folder. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { DatasetConfig } from "../../protocol/experiment/dataset.ts";
import { type FidelityChoice, fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Dataset } from "../data/dataset.ts";
import { detectDataset } from "../data/detect.ts";
import { loadDataset } from "../data/loadDataset.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";
import { type ReadOptions, readExperimentFile } from "./experimentFile.ts";
import { loadingStatus } from "./loadingStatus.ts";
import { warn } from "./terminal.ts";

export interface NamedData {
  readonly config: DatasetConfig;
  /** What relative paths of the configuration start at. */
  readonly folder: string;
  /** The experiment's file; absolute. */
  readonly experimentFile?: string;
  readonly itemCategories?: FidelityChoice<"itemCategories">;
}

/** @param target experiment file, or a folder with a data set's published files */
export async function namedData(target: string, read: ReadOptions): Promise<NamedData> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory()) return { config: await detectDataset(resolve(target)), folder: process.cwd() };
  const { path, experiment, folder } = await readExperimentFile(target, read);
  return {
    config: experiment.dataset,
    folder,
    experimentFile: path,
    itemCategories: fidelityChoice(experiment.fidelity, "itemCategories"),
  };
}

/** However much of it is dropped: who looks at data wants to see where that went. */
export function loadNamed({ config, folder, itemCategories }: NamedData, signal?: AbortSignal): Promise<Dataset> {
  return loadDataset(config, {
    baseFolder: folder,
    cacheFolder: cacheFolder(storageFolder(process.cwd())),
    ...(itemCategories && { itemCategories }),
    mayDrop: 1,
    signal,
    onWarning: warn,
    onProgress: loadingStatus(),
  });
}
