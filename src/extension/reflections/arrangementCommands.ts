/** The commands that group, sort and filter the view of reflections. */
import { type Disposable, type LogOutputChannel, l10n } from "vscode";
import { registerCommand } from "../platform/commands.ts";
import { askText, pickOne } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { type Order, orders } from "./arrangement.ts";
import type { ReflectionsView } from "./reflectionsView.ts";

export function registerArrangementCommands(log: LogOutputChannel, view: ReflectionsView): Disposable {
  const owned = new DisposableStore();
  owned.addAll(
    registerCommand(log, "lerl.groupReflectionsByScore", () => view.arrange({ grouping: "score" })),
    registerCommand(log, "lerl.groupReflectionsByPrompt", () => view.arrange({ grouping: "prompt" })),
    registerCommand(log, "lerl.groupReflectionsByEpisode", () => view.arrange({ grouping: "episode" })),
    registerCommand(log, "lerl.sortReflections", async () => {
      const order = await pickOrder(view.arranged.order);
      if (order) view.arrange({ order });
    }),
    registerCommand(log, "lerl.filterReflections", async () => {
      const filter = await askText({
        prompt: l10n.t("Show reflections that hold all of these words"),
        value: view.arranged.filter,
      });
      if (filter !== undefined) view.arrange({ filter: filter.trim() });
    }),
    registerCommand(log, "lerl.clearReflectionFilter", () => view.arrange({ filter: "" })),
  );
  return owned;
}

async function pickOrder(current: Order): Promise<Order | undefined> {
  const labels: Readonly<Record<Order, string>> = {
    score: l10n.t("Score"),
    probability: l10n.t("Probability"),
    timesSampled: l10n.t("Times sampled"),
    newest: l10n.t("Newest first"),
  };
  const items = orders.map((order) => ({
    label: labels[order],
    order,
    ...(order === current && { description: l10n.t("current") }),
  }));
  return (await pickOne(items, { placeHolder: l10n.t("Sort reflections by") }))?.order;
}
