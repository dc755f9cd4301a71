/**
 * Files that a document names, and whether they lie in the workspace. A document may come from elsewhere, and a file of
 * the user's that has nothing to do with it could go to a model, into a run folder or into an error: it is read only
 * where a person has said so.
 */
import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { asksModel } from "../../protocol/asksModel.ts";
import { doneWith } from "../../protocol/engine/allowedPaths.ts";
import type { AllowedPaths, OutsideFile } from "../../protocol/engine/files.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import { dataFiles } from "../data/loadDataset.ts";
import { InputError } from "../errors.ts";

/** A file or a folder, absolute, and the setting that names it, for example `dataset.path`. */
export type NamedFile = OutsideFile;

/** Lets files be read, or written, or asks whoever may say so. @throws InputError `files.outside` */
export type FileAccess = (named: readonly NamedFile[]) => Promise<void>;

/**
 * Environment variable in which a process hands on what a person lets be read, a JSON list of real paths: from the editor to
 * a suite, from a suite to its runs. Neither writes outside.
 */
export const allowedFilesVariable = "LERL_ALLOWED_FILES";

/** Files outside the workspace that nobody has allowed yet. */
export class OutsideFilesError extends InputError {
  constructor(
    /** By their real paths. */
    readonly files: readonly NamedFile[],
    where: string,
    whatToDo: string,
  ) {
    const list = files.map(({ setting, path }) => `${setting}: ${path}`).join("; ");
    super("files.outside", `These lie outside ${where}, or in a hidden folder of it: ${list}. ${whatToDo}`);
  }
}

/**
 * What an experiment reads: its data, recorded answers, and the prompts of those who ask a model.
 * @param baseFolder relative paths start there
 */
export async function filesOf(experiment: Experiment, baseFolder: string): Promise<readonly NamedFile[]> {
  const asking = promptRoles.filter((role) => asksModel(experiment[role]));
  return [
    ...(await dataNamedBy(experiment, baseFolder)),
    ...promptFiles(experiment, baseFolder, asking),
    ...promptRoles.flatMap((role) => {
      const { replayFrom } = experiment[role];
      if (replayFrom === undefined) return [];
      return [{ setting: `${role}.replayFrom`, path: resolve(baseFolder, replayFrom, "llm.jsonl") }];
    }),
  ];
}

export const promptFiles = (
  experiment: Experiment,
  baseFolder: string,
  roles: readonly PromptRole[] = promptRoles,
): readonly NamedFile[] =>
  roles.map((role) => ({ setting: `${role}.prompt`, path: resolve(baseFolder, experiment[role].prompt) }));

/** The folder or the files of a data set; and what a link in the folder leads out of it to. */
export async function dataNamedBy(
  { dataset }: Pick<Experiment, "dataset">,
  baseFolder: string,
): Promise<readonly NamedFile[]> {
  if (dataset.kind === "synthetic") return [];
  if (dataset.kind === "csv") {
    const { interactions, items } = dataset;
    return [
      { setting: "dataset.interactions.path", path: resolve(baseFolder, interactions.path) },
      ...(items.path === undefined ? [] : [{ setting: "dataset.items.path", path: resolve(baseFolder, items.path) }]),
    ];
  }
  const setting = "dataset.path";
  const folder = resolve(baseFolder, dataset.path);
  // Files that are missing are reported by whoever reads them.
  const files = await dataFiles(dataset, baseFolder).catch(() => []);
  return [
    { setting, path: folder },
    ...(await outsideOf(
      files.map((path) => ({ setting, path })),
      [folder],
    )),
  ];
}

/** Those that lie in none of the folders, by their real paths, each once: symbolic links are followed before. */
export async function outsideOf(
  named: readonly NamedFile[],
  folders: readonly string[],
): Promise<readonly NamedFile[]> {
  const roots = await Promise.all(folders.map(realPath));
  const real = await Promise.all(named.map(async (file) => ({ ...file, path: await realPath(file.path) })));
  const outside = real.filter(({ path }) => !roots.some((root) => isOpenIn(root, path)));
  const isSame = (one: NamedFile, other: NamedFile) => one.path === other.path && one.written === other.written;
  return outside.filter((file, i) => outside.findIndex((other) => isSame(file, other)) === i);
}

/** Those that may not be read, or written, as it is meant. By their real paths. */
export const notAllowed = (files: readonly NamedFile[], allowed: AllowedPaths): readonly NamedFile[] =>
  files.filter((file) => !allowed[doneWith([file])].some((folder) => isIn(folder, file.path)));

/** Whether a path is the folder, or lies below it. Both are real. */
export function isIn(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return !isAbsolute(below) && below.split(sep)[0] !== "..";
}

/** Keys and settings of other programs lie in hidden files, also in a home folder and in a checkout; `.lerl` is our own. */
function isOpenIn(folder: string, path: string): boolean {
  const names = relative(folder, path).split(sep);
  return isIn(folder, path) && names.every((name) => !name.startsWith(".") || name === ".lerl");
}

/** Where a path leads; of what is not there, where it would be. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realPath(above), basename(path));
  }
}
