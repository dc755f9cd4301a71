/** Which experiments of the workspace name a prompt, and the run that shows it at work. */
import type { Uri } from "vscode";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import { normalisedPrompt } from "../../protocol/promptText.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { PromptHistoryEntry } from "../../protocol/studio.ts";
import { type ExperimentFile, resolveBeside } from "../experiments/experimentFiles.ts";
import type { Services } from "../services.ts";
import { promptHistory } from "../studio/promptHistory.ts";

export interface PromptUse {
  readonly file: ExperimentFile;
  readonly role: PromptRole;
}

export function usesOf(files: readonly ExperimentFile[], prompt: Uri): readonly PromptUse[] {
  return files.flatMap((file) =>
    promptRoles
      .filter((role) => file.experiment && same(resolveBeside(file.uri, file.experiment[role].prompt), prompt))
      .map((role) => ({ file, role })),
  );
}

/** Each experiment once, also where it names the prompt in both roles. */
export const experimentsOf = (uses: readonly PromptUse[]): readonly ExperimentFile[] => [
  ...new Map(uses.map(({ file }) => [file.uri.toString(), file])).values(),
];

/** An experiment that cannot be read may name any prompt. */
export const isUnused = (files: readonly ExperimentFile[], prompt: Uri): boolean =>
  usesOf(files, prompt).length === 0 && files.every(({ problems }) => problems.length === 0);

/** The experiments that name a prompt, that of their newest run first, with this run. */
export interface PromptInUse {
  readonly uses: readonly PromptUse[];
  readonly run: RunRecord | undefined;
}

export async function promptInUse(
  { files, runs }: Pick<Services, "files" | "runs">,
  prompt: Uri,
): Promise<PromptInUse> {
  const uses = usesOf(await files.all(), prompt);
  if (uses.length === 0) return { uses, run: undefined };
  await runs.load();
  const run = runs.all.find(({ experimentFile }) => uses.some(({ file }) => file.uri.fsPath === experimentFile));
  const first = uses.find(({ file }) => file.uri.fsPath === run?.experimentFile);
  return { uses: first ? [first, ...uses.filter((use) => use !== first)] : uses, run };
}

/** The newest version of the prompt that a run used and whose text is another than the one given. */
export function previousVersion(
  uses: readonly PromptUse[],
  runs: readonly RunRecord[],
  prompt: Uri,
  text: string,
): PromptHistoryEntry | undefined {
  const roles = new Set(uses.map(({ role }) => role));
  const current = normalisedPrompt(text);
  return [...roles]
    .flatMap((role) => promptHistory(runs, role, prompt.fsPath))
    .find((version) => normalisedPrompt(version.text) !== current);
}

const same = (a: Uri, b: Uri): boolean => a.fsPath === b.fsPath;
