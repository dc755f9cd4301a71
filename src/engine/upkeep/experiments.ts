/** The experiments of a workspace: what is kept for them stays, before their first run too. */
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { LimitFunction } from "p-limit";
import type { Experiment } from "../../protocol/experiment.ts";
import { parseExperiment } from "../../protocol/parseExperiment.ts";
import { readText } from "../regularFile.ts";

/** Folders below the workspace's: experiments lie near their prompts, and a home folder may be large. */
const MAX_DEPTH = 4;
const EXPERIMENT = ".lerl.json";

export interface FoundExperiment {
  /** For a person. */
  readonly name: string;
  readonly experiment: Experiment;
  readonly experimentFile: string;
}

/** Those that can be read and have no errors. Links are not followed; hidden folders and packages are left out. */
export async function experimentsOf(
  workspaceFolder: string,
  limit: LimitFunction,
): Promise<readonly FoundExperiment[]> {
  const files = await experimentFiles(workspaceFolder, limit, MAX_DEPTH);
  const read = files.map(async (file): Promise<readonly FoundExperiment[]> => {
    const text = await limit(() => readText(file)).catch(() => "");
    const document = parseExperiment(text);
    const name = `the experiment ${relative(workspaceFolder, file)}`;
    return document.ok ? [{ name, experiment: document.value, experimentFile: file }] : [];
  });
  return (await Promise.all(read)).flat();
}

async function experimentFiles(folder: string, limit: LimitFunction, depth: number): Promise<readonly string[]> {
  const entries = await limit(() => readdir(folder, { withFileTypes: true })).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(EXPERIMENT));
  const folders = entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules");
  const inner = folders
    .filter((entry) => depth > 0 && entry.isDirectory())
    .map(({ name }) => experimentFiles(join(folder, name), limit, depth - 1));
  return [...files.map(({ name }) => join(folder, name)), ...(await Promise.all(inner)).flat()];
}
