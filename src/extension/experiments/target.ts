/** Which file a command means: the one it was given, the one in the active editor, or the one the user picks. */
import { l10n, TabInputCustom, TabInputText, Uri, window, workspace } from "vscode";
import type { FileTarget } from "../platform/commands.ts";
import { executeCommand } from "../platform/commands.ts";
import { pickOne } from "../platform/dialogs.ts";
import { UserError } from "../platform/errors.ts";
import type { ExperimentIndex } from "./experimentIndex.ts";
import { type FileKind, fileKind } from "./experimentPaths.ts";
import { experimentsOf, usesOf } from "./promptUses.ts";

export const uriOf = (target: FileTarget): Uri => (target instanceof Uri ? target : target.uri);

/** The file of the active tab, whatever editor shows it. */
export function activeFile(): Uri | undefined {
  const input: unknown = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputText || input instanceof TabInputCustom ? input.uri : undefined;
}

/**
 * @returns undefined when the user picked none
 * @throws UserError where the workspace has no such file
 */
export async function resolveTarget(
  target: FileTarget | undefined,
  kind: FileKind,
  files: ExperimentIndex,
): Promise<Uri | undefined> {
  if (target) return uriOf(target);
  const active = activeFile();
  if (active && fileKind(active) === kind) return active;
  const known = (await files.all()).filter((file) => file.kind === kind);
  const named = kind === "experiment" && active?.path.endsWith(".lerl.md") ? experimentsOf(usesOf(known, active)) : [];
  const candidates = named.length > 0 ? named : known;
  if (candidates.length === 0) throw noSuchFile(kind);
  if (candidates.length === 1) return candidates[0]?.uri;
  const chosen = await pickOne(
    candidates.map(({ name, uri }) => ({ label: name, description: workspace.asRelativePath(uri), uri })),
    { placeHolder: kind === "experiment" ? l10n.t("Choose an experiment") : l10n.t("Choose a suite") },
  );
  return chosen?.uri;
}

function noSuchFile(kind: FileKind): UserError {
  const message =
    kind === "experiment"
      ? l10n.t("There is no experiment (*.lerl.json) in this workspace yet.")
      : l10n.t("There is no suite (*.suite.json) in this workspace yet.");
  return new UserError(message, [{ title: l10n.t("New Experiment"), run: () => executeCommand("lerl.newExperiment") }]);
}
