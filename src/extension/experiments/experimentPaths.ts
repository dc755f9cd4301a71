/** Experiment and suite files by their names, and the files that stand beside them. */
import { Uri } from "vscode";

export type FileKind = "experiment" | "suite";

/** Both kinds, as a glob. */
export const EXPERIMENT_FILES = "**/*.{lerl,suite}.json";

/** Where no file of a person's is looked for, as a glob. */
export const EXCLUDED_FILES = "{**/node_modules/**,**/.lerl/**,**/.git/**}";

/** The kind of a file by its name; undefined: neither. */
export function fileKind(uri: Uri): FileKind | undefined {
  if (uri.path.endsWith(".lerl.json")) return "experiment";
  return uri.path.endsWith(".suite.json") ? "suite" : undefined;
}

/** The Uri of a file that an experiment names, relative to it or absolute. */
export function resolveBeside(experimentFile: Uri, path: string): Uri {
  const absolute = path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
  return absolute ? Uri.file(path) : Uri.joinPath(experimentFile, "..", path);
}
