/** What `.lerl` holds as rows to choose from, by kind, the kind with most first. */

import { l10n, type QuickPickItem, QuickPickItemKind, ThemeIcon } from "vscode";
import type { StoredItem } from "../../protocol/engine/storage.ts";
import { byKind, bytesOf, type StoredKind } from "../../protocol/engine/storedItems.ts";
import { sizeText } from "../../protocol/sizeText.ts";
import { formatAge } from "../platform/format.ts";

export interface StoredRow extends QuickPickItem {
  /** Undefined: the heading of a kind. */
  readonly item?: StoredItem;
}

export function storedRows(items: readonly StoredItem[], now: Date): readonly StoredRow[] {
  return byKind(items).flatMap(({ kind, of }) => [heading(kind, of), ...of.map((item) => rowOf(item, now))]);
}

const heading = (kind: StoredKind, items: readonly StoredItem[]): StoredRow => ({
  label: l10n.t("{0}: {1}", nameOf(kind), sizeText(bytesOf(items))),
  kind: QuickPickItemKind.Separator,
});

/** One that stays says why: choosing it has no effect. */
function rowOf(item: StoredItem, now: Date): StoredRow {
  const { name, path, bytes, changedAt, stays } = item;
  const size = `${sizeText(bytes)} · ${formatAge(changedAt, now)}`;
  return {
    item,
    label: name,
    description: stays === undefined ? size : l10n.t("{0} · stays: {1}", size, stays),
    detail: path,
    ...(stays !== undefined && { iconPath: new ThemeIcon("lock") }),
  };
}

function nameOf(kind: StoredKind): string {
  switch (kind) {
    case "runs":
      return l10n.t("Runs");
    case "trials":
      return l10n.t("Trials");
    case "suites":
      return l10n.t("Suites");
    case "models":
      return l10n.t("Trained user models");
    case "cache":
      return l10n.t("Caches");
    case "reports":
      return l10n.t("Reports");
    case "leftovers":
      return l10n.t("Left over by processes that were killed");
    case "other":
      return l10n.t("Other files");
  }
}
