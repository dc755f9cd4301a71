/** How a run looks in a list: icon, one line of numbers, tooltip, and what a screen reader says. */
import { l10n, MarkdownString } from "vscode";
import type { RunProgress } from "../../protocol/engine.ts";
import { answeredRoles } from "../../protocol/run/answeredRoles.ts";
import { planQualityText } from "../../protocol/run/planWords.ts";
import { scoreOf } from "../../protocol/run/score.ts";
import type { RunRecord, RunSummary } from "../../protocol/run.ts";
import { formatAge, formatCost, formatDuration, formatScore, formatShare } from "../platform/format.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import { stateName } from "../platform/states.ts";

/** Whose work a run that asks a model is: "12 of 16 plans by the model"; nothing where no model has been asked. */
export const answeredTexts = ({ answered }: RunRecord): readonly string[] =>
  answeredRoles(answered).map(({ role, model, total }) =>
    role === "planner"
      ? l10n.t("{0} of {1} plans by the model", model, total)
      : l10n.t("{0} of {1} reflections by the model", model, total),
  );

/** The line beside a run's name, most telling first: "42 % · R_cum 8.31 · T_int 12.40 · 3 min 20 s". */
export function runNumbers(record: RunRecord, progress: RunProgress | undefined): string {
  const { state, iteration, iterations, activeSeconds } = record;
  const ended = state === "done";
  const score = scoreOf(record);
  const rCum = score?.rCum ?? progress?.rCum;
  return [
    ...(ended ? [] : [progressText(record, progress)]),
    ...(rCum === undefined ? [] : [`R_cum ${formatScore(rCum)}`]),
    ...(score ? [`T_int ${formatScore(score.tInt)}`] : []),
    ...(score?.of === "policy" ? [l10n.t("policy only")] : []),
    ...(activeSeconds > 0 ? [formatDuration(activeSeconds)] : []),
    ...answeredTexts(record),
    ...(ended && iteration < iterations ? [formatShare(iteration / iterations)] : []),
  ].join(" · ");
}

function progressText({ state, iteration, iterations }: RunRecord, progress: RunProgress | undefined): string {
  if (state === "starting" && progress) return `${progress.phase} ${formatShare(progress.fraction)}`;
  const share = formatShare(progress?.fraction ?? iteration / iterations);
  return state === "running" ? share : `${stateName(state)} · ${share}`;
}

/** Whose R_cum the evaluation's is. */
const policyLabel = ({ planner }: RunSummary): string =>
  planner === "offline" ? l10n.t("R_cum, policy only, planned offline") : "R_cum";

export function runTooltip(record: RunRecord, progress: RunProgress | undefined, now: Date): MarkdownString {
  const { name, note, state, reason, iteration, iterations, seed, startedAt, summary, experimentFile } = record;
  const plans = planQualityText(summary?.plans);
  const tooltip = new MarkdownString("", true);
  tooltip.appendMarkdown(`**${escapeMarkdown(name)}** — ${stateName(state)}`);
  if (reason) tooltip.appendMarkdown(`\n\n${escapeMarkdown(reason)}`);
  if (note) tooltip.appendMarkdown(`\n\n$(note) ${escapeMarkdown(note)}`);
  const rows: readonly (readonly [string, string])[] = [
    [l10n.t("Iteration"), `${iteration} / ${iterations}`],
    ...(summary?.model
      ? ([
          [l10n.t("R_cum of the prompt, {0} visits", summary.model.visits), formatScore(summary.model.rCum)],
          [l10n.t("T_int of the prompt"), formatScore(summary.model.tInt)],
        ] as const)
      : []),
    ...(summary
      ? ([
          [scoreOf(record)?.of === "run" ? "R_cum" : policyLabel(summary), formatScore(summary.rCum)],
          ["T_int", formatScore(summary.tInt)],
          ["R_sin", formatScore(summary.rSin)],
        ] as const)
      : []),
    ...(summary?.trainingWorld
      ? ([
          [l10n.t("R_cum in training's world"), formatScore(summary.trainingWorld.rCum)],
          [l10n.t("Drop from there"), formatScore(summary.trainingWorld.rCum - summary.rCum)],
        ] as const)
      : []),
    ...(progress?.secondsLeft === undefined
      ? []
      : [[l10n.t("Time left"), formatDuration(progress.secondsLeft)] as const]),
    ...(progress && progress.calls > 0
      ? [[l10n.t("Model calls"), `${progress.calls}, ${formatCost(progress.cost)}`] as const]
      : []),
    ...answeredTexts(record).map((text) => [l10n.t("Answered"), text] as const),
    ...(plans === undefined ? [] : [[l10n.t("Judged as plans"), plans] as const]),
    [l10n.t("Seed"), String(seed)],
    [l10n.t("Started"), formatAge(startedAt, now)],
    [l10n.t("Experiment"), experimentFile],
  ];
  tooltip.appendMarkdown("\n\n| | |\n|---|---|\n");
  for (const [label, value] of rows) {
    tooltip.appendMarkdown(`| ${escapeMarkdown(label)} | ${escapeMarkdown(value)} |\n`);
  }
  return tooltip;
}

export function runLabel(record: RunRecord, progress: RunProgress | undefined): string {
  return l10n.t("Run {0}, {1}, {2}", record.name, stateName(record.state), runNumbers(record, progress));
}
