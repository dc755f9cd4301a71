/** A reflection and the session it was written about, as a Markdown document. */
import { l10n } from "vscode";
import type { EpisodeDetail } from "../../protocol/engine/sessions.ts";
import type { ModelCall, PooledReflection } from "../../protocol/engine.ts";
import type { Episode, EpisodeStep } from "../../protocol/run.ts";
import { formatScore } from "../platform/format.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import { formatGain, formatProbability, marks } from "./wording.ts";

interface ReflectionDocument {
  readonly runName: string;
  readonly reflection: PooledReflection;
  /** Absent where the session is not in the run's log. */
  readonly session?: EpisodeDetail;
}

export function reflectionMarkdown({ runName, reflection, session }: ReflectionDocument): string {
  const { id, text, score, iteration, timesSampled, probability, source } = reflection;
  const gain = formatGain(reflection);
  const facts: readonly (readonly [string, string])[] = [
    [l10n.t("Score"), formatScore(score)],
    ...(gain === undefined ? [] : [[l10n.t("Above what this user was expected to give"), gain] as const]),
    [l10n.t("Probability of the next place in a plan's sample"), formatProbability(probability)],
    [l10n.t("Shown to the planner"), timesSampled === 1 ? l10n.t("once") : l10n.t("{0} times", timesSampled)],
    [l10n.t("Marks"), marks(reflection).join(", ") || l10n.t("none")],
    [l10n.t("Written by"), writerName(source)],
    [l10n.t("Iteration"), String(iteration)],
    [l10n.t("Run"), escapeMarkdown(runName)],
  ];
  return [
    `# ${l10n.t("Reflection {0}", escapeMarkdown(id))}`,
    `> ${escapeMarkdown(text)}`,
    ["|  |  |", "|---|---|", ...facts.map(([name, value]) => `| ${name} | ${value} |`)].join("\n"),
    ...(session ? sessionMarkdown(session) : [l10n.t("The session it was written about is not in the run's log.")]),
    "",
  ].join("\n\n");
}

function writerName(source: PooledReflection["source"]): string {
  const names: Readonly<Record<PooledReflection["source"], string>> = {
    offline: l10n.t("the offline critic"),
    model: l10n.t("the model"),
    fallback: l10n.t("the offline critic, because the model's reply could not be used"),
  };
  return names[source];
}

function sessionMarkdown({ episode, calls, categoryNames }: EpisodeDetail): readonly string[] {
  const facts = [
    l10n.t("User {0}", escapeMarkdown(episode.user)),
    episode.tInt === 1 ? l10n.t("1 step") : l10n.t("{0} steps", episode.tInt),
    `R_cum ${formatScore(episode.rCum)}`,
    `R_sin ${formatScore(episode.rSin)}`,
    episode.ended === "quit" ? l10n.t("the user left") : l10n.t("the session reached its longest length"),
  ];
  return [
    `## ${l10n.t("Session {0}", escapeMarkdown(episode.id))}`,
    facts.join(" · "),
    overview(episode, categoryNames),
    ...episode.steps.flatMap((step, i) => stepMarkdown(step, i, calls, categoryNames)),
  ];
}

type Names = EpisodeDetail["categoryNames"];

function overview({ steps, click }: Episode, names: Names): string {
  const rows = steps.map((step, i) => {
    const planned = step.plan.categories.slice(0, 4).map((id) => categoryName(id, names));
    const more = step.plan.categories.length > 4 ? ` +${step.plan.categories.length - 4}` : "";
    const repeated = step.repeated ? l10n.t("repeats") : "";
    const clicks = step.feedback.filter((given) => given.includes(click)).length;
    return `| ${i + 1} | ${planned.join(", ")}${more} | ${l10n.t("{0} of {1}", clicks, step.items.length)} | ${formatScore(step.reward)} | ${formatScore(step.patience)} | ${repeated} |`;
  });
  const titles = [l10n.t("Step"), l10n.t("Plan"), l10n.t("Clicked"), l10n.t("Reward"), l10n.t("Patience"), ""];
  return [`| ${titles.join(" | ")} |`, "|--:|---|---|--:|--:|---|", ...rows].join("\n");
}

function stepMarkdown(step: EpisodeStep, i: number, calls: readonly ModelCall[], names: Names): readonly string[] {
  const call = calls.find(({ id }) => id === step.plan.callId);
  const plan = step.plan.categories.map((id) => categoryName(id, names)).join(", ") || l10n.t("no category");
  const items = step.items.map((item, rank) => {
    const category = categoryName(step.itemCategories[rank]?.[0], names);
    const given = step.feedback[rank] ?? [];
    const probability = formatProbability(step.probabilities[rank] ?? 0);
    return `| ${rank + 1} | ${escapeMarkdown(item)} | ${category} | ${given.map(escapeMarkdown).join(", ") || "–"} | ${probability} |`;
  });
  const titles = [l10n.t("Rank"), l10n.t("Item"), l10n.t("Category"), l10n.t("Feedback"), l10n.t("Click probability")];
  return [
    `### ${l10n.t("Step {0}", i + 1)}`,
    `**${l10n.t("Plan")}** (${planSource(step.plan.source)}): ${plan}${shownReflections(step)}`,
    [`| ${titles.join(" | ")} |`, "|--:|---|---|---|--:|", ...items].join("\n"),
    ...(call ? [`${replyHead(call)}: ${escapeMarkdown(call.reply)}`] : []),
  ];
}

function replyHead({ model, cached, latencyMs }: ModelCall): string {
  const name = escapeMarkdown(model);
  return cached
    ? l10n.t("**Reply** of {0}, from the cache", name)
    : l10n.t("**Reply** of {0}, {1} ms", name, Math.round(latencyMs));
}

const shownReflections = ({ plan }: EpisodeStep): string =>
  plan.reflections.length > 0 ? ` · ${l10n.t("shown {0}", plan.reflections.map(escapeMarkdown).join(", "))}` : "";

function planSource(source: EpisodeStep["plan"]["source"]): string {
  const names: Readonly<Record<EpisodeStep["plan"]["source"], string>> = {
    offline: l10n.t("offline planner"),
    model: l10n.t("model"),
    fallback: l10n.t("offline planner, because the model's reply could not be used"),
    reused: l10n.t("kept from the step before"),
    none: l10n.t("none"),
  };
  return names[source];
}

function categoryName(id: number | undefined, names: Names): string {
  if (id === undefined) return "–";
  return escapeMarkdown(names[id] || String(id));
}
