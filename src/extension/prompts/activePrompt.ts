/** Which prompt a command means: the one it was given, else the one of the active editor, also where it is a preview. */
import { l10n, type Uri } from "vscode";
import { activeFile } from "../experiments/target.ts";
import { UserError } from "../platform/errors.ts";
import { promptOf } from "./preview.ts";

/** @throws UserError where no prompt is open */
export function activePrompt(given: Uri | undefined): Uri {
  if (given) return promptOf(given);
  const uri = activeFile();
  if (uri?.path.endsWith(".lerl.md") || uri?.query.endsWith(".lerl.md")) return promptOf(uri);
  throw new UserError(l10n.t("Open a prompt file (*.lerl.md) first."));
}
