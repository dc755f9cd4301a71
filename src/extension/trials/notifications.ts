/** A trial that ends while no Studio shows it tells what it found. */
import { type Disposable, l10n } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { TrialSummary } from "../../protocol/trial/summary.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import { trialNumbers } from "../experiments/trialRow.ts";
import { executeCommand } from "../platform/commands.ts";
import { showErrorMessage, showInformationMessage, showWarningMessage } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { type ErrorAction, offerActions, titles } from "../platform/errors.ts";

type Show = (message: string, ...items: string[]) => Thenable<string | undefined>;

export class TrialNotifications implements Disposable {
  private readonly owned = new DisposableStore();
  /** Trials of this window that go on, each with the reason it is paused for. */
  private readonly serving = new Map<string, string | undefined>();

  constructor(
    private readonly trials: Pick<TrialStore, "all" | "isMine" | "onDidChange">,
    /** Whether a page of this experiment can be seen. */
    private readonly isShown: (experimentFile: string) => boolean,
  ) {
    this.owned.add(trials.onDidChange(() => this.look()));
  }

  dispose(): void {
    this.owned.dispose();
  }

  private look(): void {
    for (const trial of this.trials.all) {
      const { id, state, base, reason } = trial;
      const goesOn = isActive(state);
      const waits = state === "paused" ? reason : undefined;
      if (goesOn && !this.trials.isMine(id)) continue;
      const isNews = this.serving.has(id) && (!goesOn || (waits !== undefined && this.serving.get(id) !== waits));
      if (goesOn) this.serving.set(id, waits);
      else this.serving.delete(id);
      if (isNews && !this.isShown(base.experimentFile)) this.tell(trial);
    }
  }

  private tell(trial: TrialSummary): void {
    const { id, name, state, reason = "" } = trial;
    const open = { title: l10n.t("Open"), run: () => executeCommand("lerl.openTrial", { trialId: id }) };
    const log = { title: l10n.t("Show Log"), run: () => executeCommand("lerl.showLog") };
    if (state === "done") {
      const found = trialNumbers(trial, undefined);
      ask(showInformationMessage, found ? l10n.t('"{0}" is done: {1}.', name, found) : l10n.t('"{0}" is done.', name), [
        open,
      ]);
    } else if (state === "failed") {
      ask(showErrorMessage, l10n.t('"{0}" failed: {1}', name, reason), [open, log]);
    } else if (state === "paused") {
      ask(showWarningMessage, l10n.t('"{0}" is paused: {1}', name, reason), [open]);
    } else if (state === "interrupted") {
      const text = l10n.t('"{0}" was interrupted. What was paid for is kept, and it can go on.', name);
      ask(showWarningMessage, reason ? `${text} ${reason}` : text, [open]);
    }
  }
}

function ask(show: Show, message: string, actions: readonly ErrorAction[]): void {
  void offerActions(show(message, ...titles(actions)), actions);
}
