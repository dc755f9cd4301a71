/** The Runs room: starting them, the tree, the commands on runs, status bar and notifications, and what a reload does. */
import { type Disposable, l10n, window } from "vscode";
import { resolveTarget } from "../experiments/target.ts";
import { registerCommand } from "../platform/commands.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { showInformationMessage } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { showError } from "../platform/errors.ts";
import { views } from "../platform/views.ts";
import { registerRunCommands } from "./commands.ts";
import { RunNotifications } from "./notifications.ts";
import { obeyRequestedStart } from "./requestedStart.ts";
import { resumeAfterReload } from "./resumeAfterReload.ts";
import { RunsTree } from "./runsTree.ts";
import type { RunsServices } from "./services.ts";
import { RunStatusBar } from "./statusBar.ts";

export function registerRuns(services: RunsServices): Disposable {
  const { context, log, engine, runs, files, launcher } = services;
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
    registerCommand(log, "lerl.run", async (target) => {
      const uri = await resolveTarget(target, "experiment", files);
      return uri && launcher.start(uri);
    }),
    registerCommand(log, "lerl.restartEngine", async () => {
      await engine.restart();
      void showInformationMessage(l10n.t("The engine runs."));
    }),
    registerCommand(log, "lerl.showLog", () => log.show()),
  );
  obeyRequestedStart({ environment: process.env, memory: context.workspaceState, launcher }).catch((error: unknown) =>
    showError(log, error),
  );
  return owned;
}
