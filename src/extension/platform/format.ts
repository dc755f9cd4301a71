/** Numbers and times as the trees, the status bar and the messages write them. */
import { l10n } from "vscode";

export const formatScore = (value: number): string => value.toFixed(2);

export const formatShare = (fraction: number): string => `${Math.floor(fraction * 100)} %`;

export const formatCost = (dollars: number): string => `$${dollars.toFixed(dollars < 1 ? 3 : 2)}`;

/** Two units at most: "48 s", "3 min 20 s", "2 h 5 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return l10n.t("{0} s", whole);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return parts(l10n.t("{0} min", minutes), whole % 60 && l10n.t("{0} s", whole % 60));
  return parts(l10n.t("{0} h", Math.floor(minutes / 60)), minutes % 60 && l10n.t("{0} min", minutes % 60));
}

/** "just now", "5 min ago", "3 h ago", else the date. */
export function formatAge(iso: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - Date.parse(iso)) / 60_000);
  if (minutes < 1) return l10n.t("just now");
  if (minutes < 60) return l10n.t("{0} min ago", minutes);
  if (minutes < 24 * 60) return l10n.t("{0} h ago", Math.floor(minutes / 60));
  return iso.slice(0, 10);
}

const parts = (...texts: readonly (string | 0)[]): string => texts.filter((text) => text !== 0).join(" ");
