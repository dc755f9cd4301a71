/** What a critic prompt's variables hold for one finished session (docs/method.md, section 8). */

import type { Experiment } from "../../protocol/experiment.ts";
import { CategoryItems, maskReading } from "../data/categoryItems.ts";
import type { Dataset } from "../data/dataset.ts";
import { type CategoryWording, categoryEntries, plannerWording } from "../prompts/categoryWords.ts";
import type { PromptContext } from "../prompts/prompt.ts";
import { type GeneralKnowledge, generalKnowledge } from "../prompts/shownRates.ts";
import { interestsOf, loggedSlates, rounded, sessionSlates } from "../prompts/shownSlates.ts";
import { type FinishedSession, type SessionEnd, sessionScores } from "../simulator/session.ts";

/** What a critic's prompt tells of the experiment, beside the session. */
export interface CriticKnowledge {
  readonly dataset: Dataset;
  readonly slateSize: number;
  /** What users in general click of every category. */
  readonly general: GeneralKnowledge;
  readonly wording: CategoryWording;
}

export function criticKnowledge(dataset: Dataset, experiment: Experiment): CriticKnowledge {
  // A critic is always told what the ids mean; whom its lessons are for knows them as plans are made.
  const wording = plannerWording(experiment) === "names" ? "names" : "ids";
  const items = new CategoryItems(dataset, () => maskReading(experiment));
  return {
    dataset,
    slateSize: experiment.simulator.slateSize,
    general: generalKnowledge(dataset, items, [...dataset.categories.keys()], wording),
    wording,
  };
}

const endings: Readonly<Record<SessionEnd, string>> = {
  quit: "the user lost patience and left",
  "turn-limit": "the session reached its longest length",
};

/**
 * A session without steps is shown by its logged history: under `reflectionSession: "incoming"` (section 10) the critic
 * sees the incoming user instead of the one who left.
 */
export function criticContext(knowledge: CriticKnowledge, { session, ended }: FinishedSession): PromptContext {
  const { dataset, slateSize, general, wording } = knowledge;
  const { tInt, rCum, rSin } = sessionScores(session);
  const slates =
    tInt > 0
      ? sessionSlates(dataset, session.steps, 1, wording)
      : loggedSlates(dataset, session.history, session.history.items.length, slateSize, wording);
  return {
    categories: categoryEntries(dataset, wording),
    global: general.entries,
    slates,
    interests: interestsOf(slates).map((entry) => ({ ...entry, usual: general.rates.get(entry.id) as number })),
    slateSize,
    steps: tInt,
    totalReward: rounded(rCum),
    meanReward: rounded(rSin),
    repeats: session.steps.filter(({ repeated }) => repeated).length,
    ending: endings[ended],
  };
}
