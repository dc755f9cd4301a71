/** The run under way in the status bar: iteration, R_cum, time left, calls and cost. A click opens it in the Studio. */
import { type Disposable, l10n, StatusBarAlignment, type StatusBarItem, window } from "vscode";
import type { RunProgress } from "../../protocol/engine.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";
import { commandLink } from "../platform/commands.ts";
import { setContextKey } from "../platform/contextKeys.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { formatCost, formatDuration, formatScore, formatShare } from "../platform/format.ts";
import { answeredTexts, runLabel, runTooltip } from "./runRow.ts";

export class RunStatusBar implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly item: StatusBarItem;

  constructor(private readonly runs: RunStore) {
    this.item = this.owned.add(window.createStatusBarItem("lerl.run", StatusBarAlignment.Left, 10));
    this.item.name = l10n.t("LERL run");
    this.owned.addAll(
      runs.onDidChange(() => this.update()),
      runs.onDidProgress(({ runId }) => runId === runs.active[0]?.id && this.update()),
    );
    this.update();
  }

  dispose(): void {
    this.owned.dispose();
  }

  private update(): void {
    const { active } = this.runs;
    const [record] = active;
    setContextKey("lerl.runActive", record !== undefined);
    setContextKey("lerl.runPaused", record?.state === "paused");
    if (!record) {
      this.item.hide();
      return;
    }
    const progress = this.runs.progress(record.id);
    this.item.text = statusText(record, progress, active.length - 1);
    this.item.tooltip = runTooltip(record, progress, new Date());
    this.item.command = commandLink("lerl.openRun", l10n.t("Open Run in the Studio"), { runId: record.id });
    this.item.accessibilityInformation = { label: runLabel(record, progress) };
    this.item.show();
  }
}

export function statusText(record: RunRecord, progress: RunProgress | undefined, others: number): string {
  const { state, iterations } = record;
  const icon = state === "paused" ? "$(debug-pause)" : "$(loading~spin)";
  const more = others > 0 ? ` +${others}` : "";
  if (state === "starting") {
    return `${icon} LERL ${progress ? `${progress.phase} ${formatShare(progress.fraction)}` : l10n.t("starting")}${more}`;
  }
  const iteration = progress?.iteration ?? record.iteration;
  const rCum = progress?.rCum ?? record.summary?.rCum;
  return [
    `${icon} LERL ${iteration}/${iterations}`,
    ...(rCum === undefined ? [] : [`R_cum ${formatScore(rCum)}`]),
    ...(state === "paused"
      ? [l10n.t("paused")]
      : progress?.secondsLeft === undefined
        ? []
        : [l10n.t("{0} left", formatDuration(progress.secondsLeft))]),
    ...(progress && progress.calls > 0
      ? [l10n.t("{0} calls", progress.calls) + (progress.cost > 0 ? ` ${formatCost(progress.cost)}` : "")]
      : []),
    ...answeredTexts(record).slice(0, 1),
  ]
    .join(" · ")
    .concat(more);
}
