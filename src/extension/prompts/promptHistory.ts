/** The versions of a prompt that runs have used, from the run records. */
import { dirname, resolve } from "node:path";
import type { Uri } from "vscode";
import { normalisedPrompt } from "../../protocol/promptText.ts";
import { scoreOf } from "../../protocol/run/score.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { PromptHistoryEntry, PromptRole } from "../../protocol/studio.ts";
import type { PromptUse } from "../experiments/promptUses.ts";

/** Newest first; within a run the version used last comes first. `file` is the prompt file's path. */
export function promptHistory(
  runs: readonly RunRecord[],
  role: PromptRole,
  file: string,
): readonly PromptHistoryEntry[] {
  return runs.flatMap((run) => {
    const versions = run.prompts
      .filter((version) => version.role === role && resolve(dirname(run.experimentFile), version.file) === file)
      .toSorted((a, b) => b.since - a.since);
    return versions.map(({ hash, since, text }, i): PromptHistoryEntry => {
      // A run's result is its last version's: what earlier ones were worth nobody has measured.
      const score = i === 0 ? scoreOf(run) : undefined;
      // Where the model was left out, nothing has been measured of its prompt.
      const rCum = score?.of === "policy" ? undefined : score?.rCum;
      return { hash, runId: run.id, runName: run.name, since, text, ...(rCum !== undefined && { rCum }) };
    });
  });
}

/** The prompt a run used last. */
export function lastPrompt(run: RunRecord, role: PromptRole): RunRecord["prompts"][number] | undefined {
  return run.prompts.filter((version) => version.role === role).toSorted((a, b) => b.since - a.since)[0];
}

/** The newest version of the prompt that a run used and whose text is another than the one given. */
export function previousVersion(
  uses: readonly PromptUse[],
  runs: readonly RunRecord[],
  prompt: Uri,
  text: string,
): PromptHistoryEntry | undefined {
  const roles = new Set(uses.map(({ role }) => role));
  // Line ends do not make a version.
  const current = normalisedPrompt(text);
  return [...roles]
    .flatMap((role) => promptHistory(runs, role, prompt.fsPath))
    .find((version) => normalisedPrompt(version.text) !== current);
}
