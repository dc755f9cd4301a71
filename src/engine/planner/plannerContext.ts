/** What a planner prompt's variables hold for one request (docs/method.md, section 7). */

import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { meritOf, SUMMARY } from "../../protocol/run.ts";
import { CategoryItems, type CategoryReading, maskReading } from "../data/categoryItems.ts";
import { type CategoryIndex, categoriesOf, type Dataset, primaryCategory } from "../data/dataset.ts";
import {
  type CategoryEntry,
  type CategoryWording,
  categoryEntries,
  oneLine,
  plannerWording,
} from "../prompts/categoryWords.ts";
import type { PromptContext } from "../prompts/prompt.ts";
import { type GeneralKnowledge, generalKnowledge, profileOf } from "../prompts/shownRates.ts";
import { interestsOf, loggedSlates, rounded, sessionSlates } from "../prompts/shownSlates.ts";
import type { Session } from "../simulator/session.ts";
import type { PlanRequest, ShownReflection } from "./planner.ts";
import { FEWEST_CATEGORIES } from "./planParsing.ts";

/** Slates shown at most (section 7). */
export const SHOWN_SLATES = 5;
/** Logged items that the authors' code shows for a new user (section 10, `firstPrompt`). */
const LOGGED_ITEMS = 30;

/** A plan that is kept for several steps holds so many times the categories of one that is not. */
const KEPT_PLAN = 1.5;

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
  /** Categories that a plan should hold, at most. */
  readonly most: number;
  readonly wording: CategoryWording;
  /** Which of an item's categories a plan allows, and should leave out. */
  readonly reading: CategoryReading;
  /** Section 10. */
  readonly firstPrompt: FidelityChoice<"firstPrompt">;
}

export function plannerKnowledge(dataset: Dataset, experiment: Experiment): PlannerKnowledge {
  const { simulator, planner, fidelity } = experiment;
  const reading = maskReading(experiment);
  const items = new CategoryItems(dataset, () => reading);
  // A category that is no item's first has nothing to serve where only first ones count.
  const candidates = reading === "any" ? [...dataset.categories.keys()] : items.served;
  const wording = plannerWording(experiment);
  // A kept plan loses what was just shown at every step, and so begins with more.
  const size = planner.replanEvery > 1 ? Math.ceil(planner.categoriesPerPlan * KEPT_PLAN) : planner.categoriesPerPlan;
  return {
    dataset,
    candidates,
    general: generalKnowledge(dataset, items, candidates, wording),
    slateSize: simulator.slateSize,
    planSteps: planner.replanEvery,
    most: Math.min(size, candidates.length),
    wording,
    reading,
    firstPrompt: fidelityChoice(fidelity, "firstPrompt"),
  };
}

/** What may be planned, as the prompt calls it. */
export function candidatesOf({ dataset, candidates, wording }: PlannerKnowledge): readonly CategoryEntry[] {
  const words = categoryEntries(dataset, wording);
  return candidates.map((category) => words[category] as CategoryEntry);
}

export function plannerContext(knowledge: PlannerKnowledge, { session, reflections }: PlanRequest): PromptContext {
  const { dataset, general, slateSize, wording } = knowledge;
  const served = session.steps.length;
  const first = Math.max(0, served - SHOWN_SLATES);
  const logged = served === 0 && knowledge.firstPrompt === "logged-history";
  const slates = logged
    ? loggedSlates(dataset, session.history, LOGGED_ITEMS, slateSize, wording)
    : sessionSlates(dataset, session.steps.slice(first), first + 1, wording);
  return {
    answer: wording === "names" ? "names" : "ids",
    categories: candidatesOf(knowledge),
    global: general.entries,
    profile: profileOf(dataset, session, general, wording),
    slates,
    interests: interestsOf(slates),
    leaveOut: lastShown(knowledge, session),
    reflections: shownReflections(reflections),
    step: served + 1,
    slateSize,
    planSteps: knowledge.planSteps,
    most: mostOf(knowledge, session),
  };
}

/** Categories that the next plan should hold: no more than there are beside those to leave out. */
export const mostOf = (knowledge: PlannerKnowledge, session: Session): number =>
  Math.min(knowledge.most, knowledge.candidates.length - lastShown(knowledge, session).length);

/** The candidates that the last slate showed, in its order; none where the others would make no plan. */
function lastShown({ dataset, candidates, wording, reading }: PlannerKnowledge, { steps }: Session) {
  const words = categoryEntries(dataset, wording);
  const items = steps.at(-1)?.items ?? [];
  const shown = new Set(
    items.flatMap((item) =>
      reading === "primary" ? [primaryCategory(dataset, item)] : [...categoriesOf(dataset, item)],
    ),
  );
  const served = [...shown].filter((category) => candidates.includes(category));
  if (candidates.length - served.length < FEWEST_CATEGORIES) return [];
  return served.map((category) => words[category] as CategoryEntry);
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
