/** A trial that is put together, as plain values: what it begins with, and what keeps it from running. */
import { asksModel } from "../../../src/protocol/asksModel.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import type { ContenderWords, DraftContender, StudioSnapshot, TrialDraft } from "../../../src/protocol/studio.ts";
import { sameJson } from "../../shared/sameJson.ts";
import type { Loadable } from "../loading.ts";
import { runObstacle } from "../state.ts";
import { modelPlans, OFFLINE_PLANNER } from "./tryObstacle.ts";

/** The run that contenders serve from; before its first checkpoint there is none. */
export function baseRun({ runs, currentRun }: StudioSnapshot) {
  const run = runs.find(({ id }) => id === currentRun);
  return run && run.iteration >= 1 ? run : undefined;
}

const planners = ["top-interest", "least-recently-used", "round-robin", "lessons"] as const;

/** What is in force against the words as they stand; where nobody reads words, two planners. */
export function freshDraft(snapshot: StudioSnapshot): TrialDraft {
  const strategy = valueAt(snapshot.document.experiment, "planner.strategy");
  const own = planners.find((plan) => plan === strategy) ?? "top-interest";
  const offline = (plan: (typeof planners)[number]): ContenderWords => ({ from: "plan", plan });
  const words: readonly ContenderWords[] = modelPlans(snapshot)
    ? [baseRun(snapshot) ? { from: "force" } : offline(own), { from: "editor" }]
    : [offline(own), offline(planners.find((plan) => plan !== own) ?? own)];
  return { contenders: words.map((one) => ({ words: one })), moments: false, repeats: 1 };
}

/** Whether it asks a model that can be named. */
export function asksModelIn(snapshot: StudioSnapshot, { from }: ContenderWords): boolean {
  const run = baseRun(snapshot);
  return from === "force" ? run !== undefined && asksModel(run.experiment.planner) : from !== "plan";
}

/** As it is asked for: without settings of contenders that ask no model. */
export const sentDraft = (draft: TrialDraft, snapshot: StudioSnapshot): TrialDraft => ({
  ...draft,
  contenders: draft.contenders.map((contender) =>
    asksModelIn(snapshot, contender.words) ? contender : { words: contender.words },
  ),
});

/** Without visits only moments are served. */
export const momentsOnly = ({ sessions }: TrialDraft): boolean => sessions === 0;

/**
 * In words; undefined: it can run, where no other trial does.
 * @param moments kept beside the experiment; undefined: nobody has looked yet
 */
export function draftObstacle(
  draft: TrialDraft,
  snapshot: StudioSnapshot,
  moments: number | undefined,
): string | undefined {
  const { contenders } = draft;
  const reads = contenders.some(({ words }) => words.from !== "plan" && words.from !== "force");
  if (reads && !modelPlans(snapshot)) return OFFLINE_PLANNER;
  if (!snapshot.prompts.planner.exists) return "There is no planner prompt yet. Create it first.";
  const twin = twinOf(sentDraft(draft, snapshot).contenders);
  if (twin) return `Contenders ${twin.first} and ${twin.second} are the same. Change or remove one.`;
  if (momentsOnly(draft) && !(draft.moments && moments !== 0)) return "Without visits there must be moments.";
  if (!momentsOnly(draft) && contenders.length < 2) return "A trial compares at least two contenders. Add one.";
  return runObstacle(snapshot);
}

/** Places from 1. */
function twinOf(
  contenders: readonly DraftContender[],
): { readonly first: number; readonly second: number } | undefined {
  for (const [i, contender] of contenders.entries()) {
    const first = contenders.findIndex((other) => sameJson(other, contender));
    if (first < i) return { first: first + 1, second: i + 1 };
  }
  return undefined;
}

export const loaded = <T>(loadable: Loadable<T>): T | undefined =>
  loadable.status === "ready" ? loadable.value : undefined;
