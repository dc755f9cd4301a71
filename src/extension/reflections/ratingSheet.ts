/** A sheet on which two people judge a sample of the reflections in sight. */
import { l10n, Uri, window, workspace } from "vscode";
import type { RunRecord } from "../../protocol/run.ts";
import { askText, showInformationMessage } from "../platform/dialogs.ts";
import type { ReflectionsServices } from "./services.ts";

const USUAL_SAMPLE = 40;
const SEED = 1;

export async function saveRatingSheet(
  { engine }: Pick<ReflectionsServices, "engine">,
  { id: runId, name, experimentFile }: RunRecord,
): Promise<void> {
  const { length } = await engine.request("reflections/list", { runId });
  // An empty pool is the engine's to refuse.
  const sample = length > 0 ? await askSample(name, length) : 1;
  if (sample === undefined) return;
  const { csv, drawn } = await engine.request("reflections/sheet", { runId, sample, seed: SEED });
  const target = await window.showSaveDialog({
    defaultUri: Uri.joinPath(Uri.file(experimentFile), "..", `ratings-${runId}.csv`),
    filters: { CSV: ["csv"] },
    saveLabel: l10n.t("Save Rating Sheet"),
  });
  if (!target) return;
  await workspace.fs.writeFile(target, Buffer.from(csv, "utf8"));
  void showInformationMessage(
    l10n.t(
      '{0} of {1} reflections are in {2}. Two people fill the columns "rater 1" and "rater 2", each without the other\'s; lerl reflections agreement {2} says how far they agree.',
      drawn,
      length,
      `"${workspace.asRelativePath(target, false)}"`,
    ),
  );
}

async function askSample(run: string, most: number): Promise<number | undefined> {
  const typed = await askText({
    prompt: l10n.t("Reflections of {0} to draw for two people to judge, of {1}", run, most),
    value: String(Math.min(USUAL_SAMPLE, most)),
    validateInput: (text) => (isSample(text, most) ? undefined : l10n.t("A whole number from 1 to {0}.", most)),
  });
  return typed !== undefined && isSample(typed, most) ? Number(typed) : undefined;
}

const isSample = (text: string, most: number): boolean =>
  /^\s*\d+\s*$/.test(text) && Number(text) >= 1 && Number(text) <= most;
