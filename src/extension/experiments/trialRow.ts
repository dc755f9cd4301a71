/** How a trial looks in a list: one line with its verdict, tooltip, and what a screen reader says. */
import { l10n, MarkdownString } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { ContenderResult, PairResult } from "../../protocol/trial/result.ts";
import type { TrialProgress, TrialSummary } from "../../protocol/trial/summary.ts";
import {
  billText,
  intervalText,
  pairSentence,
  signed,
  undecidedSentence,
  verdictText,
} from "../../protocol/trial/words.ts";
import { formatAge, formatDuration, formatShare } from "../platform/format.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import { stateName } from "../platform/states.ts";

/** The engine's phase in which visits are served. */
const SERVING = "Serving";

/** "better +0.42 [+0.11, +0.70]"; while it goes on "34 % · 34 of 100 visits · +0.42 [+0.11, +0.70]". */
export function trialNumbers(trial: TrialSummary, progress: TrialProgress | undefined): string {
  const { state } = trial;
  return [
    ...(state === "done" ? [] : [stateText(trial, progress)]),
    ...(isActive(state) && progress && progress.n > 0
      ? [l10n.t("{0} of {1} visits", progress.n, progress.sessions)]
      : []),
    ...verdictTexts(trial),
  ].join(" · ");
}

function stateText({ state }: TrialSummary, progress: TrialProgress | undefined): string {
  if (!isActive(state) || !progress) return stateName(state);
  const share = formatShare(progress.fraction);
  if (state === "paused") return `${stateName(state)} · ${share}`;
  // Before visits are served it is a share of what is loaded.
  return progress.phase === SERVING ? share : `${progress.phase} ${share}`;
}

/** What the trial says so far: of several contenders, the one that did best. */
function verdictTexts(trial: TrialSummary): readonly string[] {
  const { result, contenders } = trial;
  if (!result || result.n === 0) return [];
  const [best, ...others] = result.pairs.toSorted((a, b) => b.mean - a.mean);
  if (!best) return [];
  const text = verdictOf(best, trial);
  if (others.length === 0) return [text];
  const name = contenders[best.contender]?.name ?? "";
  return [l10n.t("{0} of {1}: {2}", name, contenders.length, text)];
}

function verdictOf({ verdict, mean, interval }: PairResult, { state, result }: TrialSummary): string {
  if (verdict === "identical") return verdictText(verdict);
  if (!interval) return l10n.t("{0}, too few visits for a verdict ({1})", signed(mean), result?.n ?? 0);
  const difference = `${signed(mean)} ${intervalText(interval)}`;
  // Undecided is a result at the end only.
  return isActive(state) && verdict === "undecided" ? difference : `${verdictText(verdict)} ${difference}`;
}

export function trialTooltip(trial: TrialSummary, progress: TrialProgress | undefined, now: Date): MarkdownString {
  const { name, state, reason, startedAt, activeSeconds, base, result, contenders, sessions } = trial;
  const tooltip = new MarkdownString("", true);
  tooltip.appendMarkdown(`**${escapeMarkdown(name)}** — ${stateName(state)}`);
  if (reason) tooltip.appendMarkdown(`\n\n${escapeMarkdown(reason)}`);
  for (const sentence of sentencesOf(trial)) tooltip.appendMarkdown(`\n\n${escapeMarkdown(sentence)}`);
  const bill = result && trialBill(result.contenders);
  const rows: readonly (readonly [string, string])[] = [
    [l10n.t("Contenders"), contenders.map((contender) => contender.name).join(", ")],
    [l10n.t("Visits"), l10n.t("{0} of {1}", progress?.n ?? result?.n ?? 0, sessions)],
    ...(bill === undefined ? [] : [[l10n.t("Paid"), bill] as const]),
    ...(progress?.secondsLeft === undefined
      ? []
      : [[l10n.t("Time left"), formatDuration(progress.secondsLeft)] as const]),
    [
      l10n.t("Base"),
      base.run
        ? l10n.t("{0}, iteration {1}", base.run.id, base.run.iteration)
        : l10n.t("a policy that has learned nothing"),
    ],
    [l10n.t("Started"), formatAge(startedAt, now)],
    ...(activeSeconds > 0 ? [[l10n.t("Took"), formatDuration(activeSeconds)] as const] : []),
  ];
  tooltip.appendMarkdown("\n\n| | |\n|---|---|\n");
  for (const [label, value] of rows) {
    tooltip.appendMarkdown(`| ${escapeMarkdown(label)} | ${escapeMarkdown(value)} |\n`);
  }
  return tooltip;
}

/** What the trial says of each contender that was tried, in the words of the report. */
function sentencesOf({ result, contenders, sessions, state }: TrialSummary): readonly string[] {
  if (!result || result.n === 0) return [];
  return result.pairs.flatMap((pair) => {
    const name = result.pairs.length > 1 ? `${contenders[pair.contender]?.name ?? ""}: ` : "";
    const missed = isActive(state) ? undefined : undecidedSentence(pair, sessions);
    return [`${name}${pairSentence(pair, result.n)}`, ...(missed === undefined ? [] : [missed])];
  });
}

/** Of all contenders; the price is unknown where that of one that was asked is. */
export function trialBill(contenders: readonly ContenderResult[]): string {
  const asked = contenders.filter(({ calls }) => calls > 0);
  const calls = asked.reduce((sum, contender) => sum + contender.calls, 0);
  const known = asked.every(({ cost }) => cost !== undefined);
  const cost = asked.reduce((sum, contender) => sum + (contender.cost ?? 0), 0);
  return billText({ calls, ...(known && { cost }) });
}

export function trialLabel(trial: TrialSummary, progress: TrialProgress | undefined): string {
  return l10n.t("Trial {0}, {1}, {2}", trial.name, stateName(trial.state), trialNumbers(trial, progress));
}
