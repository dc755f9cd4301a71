/** Which experiments of the workspace name a prompt, and the run that shows it at work. */
import type { Uri } from "vscode";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { IndexedFile } from "./experimentIndex.ts";
import { resolveBeside } from "./experimentPaths.ts";
import type { ExperimentsServices } from "./services.ts";

export interface PromptUse {
  readonly file: IndexedFile;
  readonly role: PromptRole;
}

export function usesOf(files: readonly IndexedFile[], prompt: Uri): readonly PromptUse[] {
  return files.flatMap((file) =>
    promptRoles
      .filter((role) => file.experiment && same(resolveBeside(file.uri, file.experiment[role].prompt), prompt))
      .map((role) => ({ file, role })),
  );
}

/** Each experiment once, also where it names the prompt in both roles. */
export const experimentsOf = (uses: readonly PromptUse[]): readonly IndexedFile[] => [
  ...new Map(uses.map(({ file }) => [file.uri.toString(), file])).values(),
];

/** An experiment that cannot be read may name any prompt. */
export const isUnused = (files: readonly IndexedFile[], prompt: Uri): boolean =>
  usesOf(files, prompt).length === 0 && files.every(({ problems }) => problems.length === 0);

/** The experiments that name a prompt, that of their newest run first, with this run. */
interface PromptInUse {
  readonly uses: readonly PromptUse[];
  readonly run: RunRecord | undefined;
}

export async function promptInUse(
  { files, runs }: Pick<ExperimentsServices, "files" | "runs">,
  prompt: Uri,
): Promise<PromptInUse> {
  const uses = usesOf(await files.all(), prompt);
  if (uses.length === 0) return { uses, run: undefined };
  await runs.load();
  const run = runs.all.find(({ experimentFile }) => uses.some(({ file }) => file.uri.fsPath === experimentFile));
  const first = uses.find(({ file }) => file.uri.fsPath === run?.experimentFile);
  return { uses: first ? [first, ...uses.filter((use) => use !== first)] : uses, run };
}

const same = (a: Uri, b: Uri): boolean => a.fsPath === b.fsPath;
