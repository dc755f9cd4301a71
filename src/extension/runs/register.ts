/** The Runs room: the tree, the commands on runs, status bar and notifications, and what happens after a reload. */
import { type Disposable, l10n, window } from "vscode";
import { registerCommand } from "../platform/commands.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { views } from "../platform/views.ts";
import type { Services } from "../services.ts";
import { registerRunCommands } from "./commands.ts";
import { RunNotifications } from "./notifications.ts";
import { resumeAfterReload } from "./resumeAfterReload.ts";
import { RunsTree } from "./runsTree.ts";
import { RunStatusBar } from "./statusBar.ts";

export function registerRuns(services: Services): Disposable {
  const { context, log, engine, runs, launcher } = services;
  const owned = new DisposableStore();
  const tree = owned.add(new RunsTree(runs));
  const view = owned.add(
    window.createTreeView(views.runs, { treeDataProvider: tree, canSelectMany: true, showCollapseAll: true }),
  );
  owned.addAll(
    registerRunCommands(services, view),
    new RunStatusBar(runs),
    new RunNotifications(runs, launcher),
    resumeAfterReload({ memory: context.workspaceState, runs, launcher, log, now: () => new Date() }),
    engine.onDidChangeState(({ state }) => setContextKey("lerl.engineUnavailable", state === "unavailable")),
    registerCommand(log, "lerl.restartEngine", async () => {
      await engine.restart();
      void window.showInformationMessage(l10n.t("The engine runs."));
    }),
    registerCommand(log, "lerl.showLog", () => log.show()),
  );
  return owned;
}
