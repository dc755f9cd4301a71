/** What a planner prompt's variables hold for one request (docs/method.md, section 7). */

import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { meritOf, SUMMARY } from "../../protocol/run.ts";
import { CategoryItems, maskReading } from "../data/categoryItems.ts";
import type { Category, CategoryIndex, Dataset } from "../data/dataset.ts";
import type { PromptContext } from "../prompts/prompt.ts";
import { type GeneralKnowledge, generalKnowledge, profileOf } from "../prompts/shownRates.ts";
import { categoryEntry, interestsOf, loggedSlates, oneLine, rounded, sessionSlates } from "../prompts/shownSlates.ts";
import type { PlanRequest, ShownReflection } from "./planner.ts";

/** Slates shown at most (section 7). */
const SHOWN_SLATES = 5;
/** Logged items that the authors' code shows for a new user (section 10, `firstPrompt`). */
const LOGGED_ITEMS = 30;

/** What a planner's prompt tells of the experiment, beside the session and the reflections. */
export interface PlannerKnowledge {
  readonly dataset: Dataset;
  /** What may be planned. */
  readonly candidates: readonly CategoryIndex[];
  /** What users in general click of the candidates. */
  readonly general: GeneralKnowledge;
  readonly slateSize: number;
  /** Steps a plan is kept for; a live change. */
  readonly planSteps: number;
  /** Section 10. */
  readonly plannerSees: FidelityChoice<"plannerSees">;
  readonly firstPrompt: FidelityChoice<"firstPrompt">;
}

export function plannerKnowledge(dataset: Dataset, experiment: Experiment): PlannerKnowledge {
  const { simulator, planner, fidelity } = experiment;
  const reading = maskReading(experiment);
  const items = new CategoryItems(dataset, () => reading);
  // A category that is no item's first has nothing to serve where only first ones count.
  const candidates = reading === "any" ? [...dataset.categories.keys()] : items.served;
  const plannerSees = fidelityChoice(fidelity, "plannerSees");
  return {
    dataset,
    candidates,
    general: generalKnowledge(dataset, items, candidates, plannerSees),
    slateSize: simulator.slateSize,
    planSteps: planner.replanEvery,
    plannerSees,
    firstPrompt: fidelityChoice(fidelity, "firstPrompt"),
  };
}

export const candidatesOf = ({ dataset, candidates }: PlannerKnowledge): readonly Category[] =>
  candidates.map((category) => dataset.categories[category] as Category);

export function plannerContext(knowledge: PlannerKnowledge, { session, reflections }: PlanRequest): PromptContext {
  const { dataset, general, slateSize, plannerSees } = knowledge;
  const served = session.steps.length;
  const first = Math.max(0, served - SHOWN_SLATES);
  const logged = served === 0 && knowledge.firstPrompt === "logged-history";
  const slates = logged
    ? loggedSlates(dataset, session.history, LOGGED_ITEMS, slateSize, plannerSees)
    : sessionSlates(dataset, session.steps.slice(first), first + 1, plannerSees);
  return {
    categories: candidatesOf(knowledge).map((category) => categoryEntry(category, plannerSees)),
    global: general.entries,
    profile: profileOf(dataset, session, general, plannerSees),
    slates,
    interests: interestsOf(slates),
    reflections: shownReflections(reflections),
    step: served + 1,
    slateSize,
    planSteps: knowledge.planSteps,
  };
}

type LessonEntry = { readonly text: string; readonly score: number; readonly outcome: string };

/** Best first and each text once, so that samples of the same reflections make the same prompt. */
function shownReflections(reflections: readonly ShownReflection[]): readonly LessonEntry[] {
  const best = new Map<string, LessonEntry & { readonly merit: number }>();
  for (const { id, text, score, expected } of reflections) {
    const line = oneLine(text);
    const entry = {
      text: line,
      score: rounded(score),
      outcome: id === SUMMARY ? "summary" : outcomeOf(score, expected),
      merit: rounded(meritOf({ score, expected })),
    };
    const before = best.get(line);
    if (!before || entry.merit > before.merit || (entry.merit === before.merit && entry.score > before.score)) {
      best.set(line, entry);
    }
  }
  return [...best.values()]
    .sort((a, b) => b.merit - a.merit || (a.text < b.text ? -1 : 1))
    .map(({ merit: _, ...entry }) => entry);
}

/** One decimal is enough to compare by, and few enough for equal prompts to be equal. */
function outcomeOf(score: number, expected: number | undefined): string {
  if (expected === undefined) return `score ${rounded(score)}`;
  const gain = Math.round((score - expected) * 10) / 10;
  if (gain === 0) return "as expected of that user";
  return `${Math.abs(gain)} ${gain > 0 ? "better" : "worse"} than expected of that user`;
}
