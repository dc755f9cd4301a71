/** A reflection and the session it was written about, as a Markdown document. */
import type { EngineRequests, ModelCall, PooledReflection } from "../../protocol/engine.ts";
import type { Episode, EpisodeStep } from "../../protocol/run.ts";
import { escapeMarkdown, formatProbability, formatScore, marks } from "./wording.ts";

export type RecordedSession = EngineRequests["runs/episode"]["result"];

export interface ReflectionDocument {
  readonly runName: string;
  readonly reflection: PooledReflection;
  /** Absent where the session is not in the run's log. */
  readonly session?: RecordedSession;
}

export function reflectionMarkdown({ runName, reflection, session }: ReflectionDocument): string {
  const { id, text, score, iteration, timesSampled, probability, source } = reflection;
  const facts: readonly (readonly [string, string])[] = [
    ["Score", formatScore(score)],
    ["Probability of the next place in a plan's sample", formatProbability(probability)],
    ["Shown to the planner", timesSampled === 1 ? "once" : `${timesSampled} times`],
    ["Marks", marks(reflection).join(", ") || "none"],
    ["Written by", writers[source]],
    ["Iteration", String(iteration)],
    ["Run", escapeMarkdown(runName)],
  ];
  return [
    `# Reflection ${id}`,
    `> ${escapeMarkdown(text)}`,
    ["|  |  |", "|---|---|", ...facts.map(([name, value]) => `| ${name} | ${value} |`)].join("\n"),
    ...(session ? sessionMarkdown(session) : ["The session it was written about is not in the run's log."]),
    "",
  ].join("\n\n");
}

const writers: Readonly<Record<PooledReflection["source"], string>> = {
  offline: "the offline critic",
  model: "the model",
  fallback: "the offline critic, because the model's reply could not be used",
};

function sessionMarkdown({ episode, calls, categoryNames }: RecordedSession): readonly string[] {
  const ending = episode.ended === "quit" ? "the user left" : "the session reached its longest length";
  return [
    `## Session ${escapeMarkdown(episode.id)}`,
    `User ${escapeMarkdown(episode.user)} · ${episode.tInt} ${episode.tInt === 1 ? "step" : "steps"} · R_cum ${formatScore(episode.rCum)} · R_sin ${formatScore(episode.rSin)} · ${ending}`,
    overview(episode, categoryNames),
    ...episode.steps.flatMap((step, i) => stepMarkdown(step, i, calls, categoryNames)),
  ];
}

type Names = RecordedSession["categoryNames"];

function overview({ steps, click }: Episode, names: Names): string {
  const rows = steps.map((step, i) => {
    const planned = step.plan.categories.slice(0, 4).map((id) => categoryName(id, names));
    const more = step.plan.categories.length > 4 ? ` +${step.plan.categories.length - 4}` : "";
    const repeated = step.repeated ? "repeats" : "";
    const clicks = step.feedback.filter((given) => given.includes(click)).length;
    return `| ${i + 1} | ${planned.join(", ")}${more} | ${clicks} of ${step.items.length} | ${formatScore(step.reward)} | ${formatScore(step.patience)} | ${repeated} |`;
  });
  return ["| Step | Plan | Clicked | Reward | Patience |  |", "|--:|---|---|--:|--:|---|", ...rows].join("\n");
}

function stepMarkdown(step: EpisodeStep, i: number, calls: readonly ModelCall[], names: Names): readonly string[] {
  const call = calls.find(({ id }) => id === step.plan.callId);
  const plan = step.plan.categories.map((id) => categoryName(id, names)).join(", ") || "no category";
  const items = step.items.map((item, rank) => {
    const category = categoryName(step.itemCategories[rank]?.[0], names);
    const given = step.feedback[rank] ?? [];
    const probability = formatProbability(step.probabilities[rank] ?? 0);
    return `| ${rank + 1} | ${escapeMarkdown(item)} | ${category} | ${given.map(escapeMarkdown).join(", ") || "–"} | ${probability} |`;
  });
  return [
    `### Step ${i + 1}`,
    `**Plan** (${planSources[step.plan.source]}): ${plan}${shownReflections(step)}`,
    ["| Rank | Item | Category | Feedback | Click probability |", "|--:|---|---|---|--:|", ...items].join("\n"),
    ...(call
      ? [
          `**Reply** of ${escapeMarkdown(call.model)}${call.cached ? ", from the cache" : `, ${Math.round(call.latencyMs)} ms`}: ${escapeMarkdown(call.reply)}`,
        ]
      : []),
  ];
}

const shownReflections = ({ plan }: EpisodeStep): string =>
  plan.reflections.length > 0 ? ` · shown ${plan.reflections.map(escapeMarkdown).join(", ")}` : "";

const planSources: Readonly<Record<EpisodeStep["plan"]["source"], string>> = {
  offline: "offline planner",
  model: "model",
  fallback: "offline planner, because the model's reply could not be used",
  reused: "kept from the step before",
  none: "none",
};

function categoryName(id: number | undefined, names: Names): string {
  if (id === undefined) return "–";
  return escapeMarkdown(names[id] || String(id));
}
