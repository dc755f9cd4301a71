/** Clean Up: what is chosen of `.lerl` goes to the trash, but for what is in use. */

import { l10n, type Progress, ProgressLocation } from "vscode";
import type { StoredItem } from "../../protocol/engine/storage.ts";
import { bytesOf, outermost, withInner } from "../../protocol/engine/storedItems.ts";
import type { RunId } from "../../protocol/run.ts";
import { sizeText } from "../../protocol/sizeText.ts";
import { pickMany, showInformationMessage, showWarningMessage, withProgress } from "../platform/dialogs.ts";
import { ownItem } from "../platform/ownFolder.ts";
import { inProgress } from "../platform/progress.ts";
import { trashFolders } from "../platform/trash.ts";
import { requireTrust } from "../platform/trust.ts";
import type { UpkeepServices } from "./services.ts";
import { storedRows } from "./storedRows.ts";

/** Paths that a question names. */
const MAX_NAMED = 10;

export async function cleanUp(services: UpkeepServices): Promise<void> {
  requireTrust();
  const list = () => services.engine.request("storage/list", {});
  const chosen = await choose(await inProgress(l10n.t("Looking at what .lerl holds"), list));
  if (chosen.length === 0 || !(await isAgreed(chosen))) return;
  const gone = await remove(services, chosen);
  const said = l10n.t("Removed from .lerl: {0} of {1}, {2}.", gone.length, chosen.length, sizeOf(gone));
  void (gone.length === chosen.length ? showInformationMessage(said) : showWarningMessage(said));
}

async function choose(items: readonly StoredItem[]): Promise<readonly StoredItem[]> {
  const free = items.filter(mayGo);
  if (free.length === 0) {
    const nothing = items.length === 0 ? l10n.t("there is no .lerl here, or it is empty") : whyAllStays(items);
    void showInformationMessage(l10n.t("Nothing to clean up: {0}.", nothing));
    return [];
  }
  const rows = await pickMany(storedRows(items, new Date()), {
    title: l10n.t("Clean Up: .lerl holds {0}, {1} may go", sizeOf(items), sizeOf(free)),
    placeHolder: l10n.t("Choose what to move to the trash; what is in use stays"),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return withInner(
    rows.flatMap(({ item }) => (item && mayGo(item) ? [item] : [])),
    items,
  );
}

function whyAllStays(items: readonly StoredItem[]): string {
  const [first] = items;
  const example = l10n.t("{0} stays, {1}", first?.path ?? "", first?.stays ?? "");
  return l10n.t("all that .lerl holds is in use, {0} ({1})", sizeOf(items), example);
}

async function isAgreed(chosen: readonly StoredItem[]): Promise<boolean> {
  const remove = l10n.t("Move to Trash");
  const question =
    chosen.length === 1
      ? l10n.t('Move "{0}" to the trash, {1}?', chosen[0]?.name ?? "", sizeOf(chosen))
      : l10n.t("Move {0} items to the trash, {1}?", chosen.length, sizeOf(chosen));
  const named = chosen.slice(0, MAX_NAMED).map(async ({ path }) => (await ownItem(path)).fsPath);
  const paths = await Promise.all(named);
  const more = chosen.length - paths.length;
  const detail = [...paths, ...(more > 0 ? [l10n.t("and {0} more", more)] : [])].join("\n");
  return (await showWarningMessage(question, { modal: true, detail }, remove)) === remove;
}

/** Returns what is gone. What came into use since it was chosen stays: the trash takes no lock, so each is looked at just before. */
function remove(services: UpkeepServices, chosen: readonly StoredItem[]): Thenable<readonly StoredItem[]> {
  const options = { location: ProgressLocation.Notification, title: l10n.t("Cleaning up"), cancellable: true };
  return withProgress(options, async (progress: Progress<{ message?: string; increment?: number }>, token) => {
    const whole = outermost(chosen);
    const trash = trashFolders(l10n.t("What was chosen cannot be moved to the trash. Delete it permanently?"));
    const gone: StoredItem[] = [];
    for (const item of whole) {
      if (token.isCancellationRequested) break;
      progress.report({ message: item.name, increment: 100 / whole.length });
      const [now] = await services.engine.request("storage/list", { path: item.path });
      if (now?.path !== item.path || now.stays !== undefined) continue;
      if (!(await trash(await ownItem(item.path)))) continue;
      gone.push(...withInner([item], chosen));
      forget(services, item);
    }
    return gone;
  });
}

const mayGo = ({ stays }: StoredItem): boolean => stays === undefined;

const sizeOf = (items: readonly StoredItem[]): string => sizeText(bytesOf(items));

/** The trees and pages show it no more. */
function forget({ runs, trials }: UpkeepServices, { path, kind }: StoredItem): void {
  const id = path.slice(path.indexOf("/") + 1);
  if (kind === "runs") runs.forget(id as RunId);
  if (kind === "trials") trials.forget(id);
}
