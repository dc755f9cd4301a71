/** The Trials room: the commands on them, and what they tell on their own. Their rows are below their experiments. */
import type { Disposable } from "vscode";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { registerTrialCommands } from "./commands.ts";
import { TrialNotifications } from "./notifications.ts";
import { keepPlannerPromptsKey } from "./plannerPromptsKey.ts";
import type { TrialsServices } from "./services.ts";

export function registerTrials(services: TrialsServices): Disposable {
  const { log, files, trials, studio } = services;
  const owned = new DisposableStore();
  owned.addAll(
    ...registerTrialCommands(services),
    new TrialNotifications(trials, (experimentFile) => studio.shows(experimentFile)),
    trials.onDidChange(() => setContextKey("lerl.trialActive", trials.active.length > 0)),
    keepPlannerPromptsKey(files, log),
  );
  return owned;
}
