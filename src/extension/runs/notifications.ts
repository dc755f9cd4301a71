/** What a run tells the user on its own: progress that can be cancelled, its end, a pause that wants them, a crash. */
import { type Disposable, l10n, ProgressLocation } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId, RunRecord, RunState } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import { executeCommand } from "../platform/commands.ts";
import { showErrorMessage, showInformationMessage, showWarningMessage, withProgress } from "../platform/dialogs.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { type ErrorAction, offerActions, titles } from "../platform/errors.ts";
import { formatDuration, formatScore } from "../platform/format.ts";
import { setting } from "../platform/settings.ts";
import type { Launcher } from "./launcher.ts";

/** The engine's reason when a person pauses: they know. */
const PAUSED_BY_HAND = "Paused by hand.";

export class RunNotifications implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly states = new Map<RunId, RunState>();

  constructor(
    private readonly runs: Pick<
      RunStore,
      "all" | "get" | "isMine" | "onDidChange" | "onDidProgress" | "onDidInterrupt"
    >,
    private readonly launcher: Pick<Launcher, "resume">,
  ) {
    this.owned.addAll(
      runs.onDidChange(() => this.look()),
      runs.onDidInterrupt((lost) => this.tellInterrupted(lost)),
    );
  }

  dispose(): void {
    this.owned.dispose();
  }

  private look(): void {
    for (const record of this.runs.all) {
      if (!this.runs.isMine(record.id)) continue;
      const before = this.states.get(record.id);
      if (before === record.state) continue;
      this.states.set(record.id, record.state);
      const wasActive = before !== undefined && isActive(before);
      if (isActive(record.state) && !wasActive && setting("lerl.runNotification")) this.showProgress(record);
      else if (wasActive) this.tell(record);
    }
  }

  /** Open until the run ends; Cancel stops it, and a checkpoint is kept. */
  private showProgress({ id, name }: RunRecord): void {
    const options = { location: ProgressLocation.Notification, title: name, cancellable: true };
    void withProgress(options, (progress, token) => {
      const listening = new DisposableStore();
      let shown = 0;
      listening.add(
        this.runs.onDidProgress(({ runId, fraction, phase, iteration, iterations, rCum, secondsLeft }) => {
          if (runId !== id) return;
          const numbers = [
            iteration > 0 ? l10n.t("iteration {0} of {1}", iteration, iterations) : phase,
            ...(rCum === undefined ? [] : [`R_cum ${formatScore(rCum)}`]),
            ...(secondsLeft === undefined ? [] : [l10n.t("{0} left", formatDuration(secondsLeft))]),
          ];
          const share = phase === "Training" ? fraction * 100 : 0;
          progress.report({ message: numbers.join(" · "), increment: Math.max(0, share - shown) });
          shown = Math.max(shown, share);
        }),
      );
      listening.add(token.onCancellationRequested(() => void executeCommand("lerl.stop", { runId: id })));
      return new Promise<void>((resolve) => {
        listening.add(
          this.runs.onDidChange(() => {
            const record = this.runs.get(id);
            if (record && isActive(record.state)) return;
            listening.dispose();
            resolve();
          }),
        );
      });
    });
  }

  private tell(record: RunRecord): void {
    const { id, name, state, summary, reason = "" } = record;
    const open = action(l10n.t("Open Studio"), () => executeCommand("lerl.openRun", { runId: id }));
    const resume = action(l10n.t("Resume"), () => executeCommand("lerl.resume", { runId: id }));
    if (state === "done") {
      const numbers = summary
        ? l10n.t("R_cum {0}, T_int {1}", formatScore(summary.rCum), formatScore(summary.tInt))
        : "";
      const compare = action(l10n.t("Compare with Last Run"), () =>
        executeCommand("lerl.compareWithLast", { runId: id }),
      );
      const more = this.hasEarlier(record) ? [open, compare] : [open];
      ask(
        showInformationMessage,
        numbers ? l10n.t('"{0}" is done: {1}.', name, numbers) : l10n.t('"{0}" is done.', name),
        more,
      );
    } else if (state === "failed") {
      ask(showErrorMessage, l10n.t('"{0}" failed: {1}', name, reason), [open, showLog()]);
    } else if (state === "paused" && reason !== PAUSED_BY_HAND) {
      ask(showWarningMessage, l10n.t('"{0}" is paused: {1}', name, reason), [resume, open]);
    }
  }

  private tellInterrupted(lost: readonly RunRecord[]): void {
    const names = lost.map(({ name }) => `"${name}"`).join(", ");
    const resume = action(l10n.t("Resume"), async () => {
      for (const { id } of lost) await this.launcher.resume(id);
    });
    ask(
      showErrorMessage,
      l10n.t("The engine stopped while {0} was running. It can go on from its last checkpoint.", names),
      [resume, showLog()],
    );
  }

  private hasEarlier({ experimentFile, startedAt }: RunRecord): boolean {
    return this.runs.all.some((other) => other.experimentFile === experimentFile && other.startedAt < startedAt);
  }
}

const action = (title: string, run: () => unknown): ErrorAction => ({ title, run });

const showLog = (): ErrorAction => action(l10n.t("Show Log"), () => executeCommand("lerl.showLog"));

function ask(
  show: (message: string, ...items: string[]) => Thenable<string | undefined>,
  message: string,
  actions: readonly ErrorAction[],
): void {
  void offerActions(show(message, ...titles(actions)), actions);
}
