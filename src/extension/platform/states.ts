/** How states of runs and trials look and are called. */
import { l10n, ThemeColor, ThemeIcon } from "vscode";
import type { RunState } from "../../protocol/run/states.ts";

const icons: Readonly<Record<RunState, readonly [icon: string, color?: string]>> = {
  starting: ["loading~spin"],
  running: ["loading~spin", "charts.blue"],
  paused: ["debug-pause", "charts.yellow"],
  done: ["pass", "testing.iconPassed"],
  stopped: ["debug-stop", "descriptionForeground"],
  failed: ["error", "list.errorForeground"],
  interrupted: ["debug-disconnect", "list.warningForeground"],
};

/** Of a run, or of a trial. */
export function stateIcon(state: RunState): ThemeIcon {
  const [icon, color] = icons[state];
  return new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
}

/** Of a run, or of a trial. */
export function stateName(state: RunState): string {
  const names: Readonly<Record<RunState, string>> = {
    starting: l10n.t("starting"),
    running: l10n.t("running"),
    paused: l10n.t("paused"),
    done: l10n.t("done"),
    stopped: l10n.t("stopped"),
    failed: l10n.t("failed"),
    interrupted: l10n.t("interrupted"),
  };
  return names[state];
}
