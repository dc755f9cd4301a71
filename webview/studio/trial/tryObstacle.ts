/** Why words cannot be tried now. */
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { isActive } from "../../../src/protocol/run/states.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { runObstacle, type StudioState } from "../state.ts";

export const OFFLINE_PLANNER = "The offline planner does not read the prompt. Connect a model to try words.";

/** A model plans in the document. */
export function modelPlans({ document }: StudioSnapshot): boolean {
  const planner = valueAt(document.experiment, "planner");
  const provider = valueAt(planner, "provider");
  return typeof provider === "string" && provider !== "offline" && valueAt(planner, "enabled") !== false;
}

/** In words; undefined: they can be tried, where no other trial runs. */
export function tryObstacle(snapshot: StudioSnapshot): string | undefined {
  if (!modelPlans(snapshot)) return OFFLINE_PLANNER;
  if (!snapshot.prompts.planner.exists) return "There is no planner prompt yet. Create it first.";
  return runObstacle(snapshot);
}

/** The trial that runs, if one does; one at a time is asked for here. What other windows serve is no reason to wait. */
export const runningTrial = ({ trials }: StudioState): TrialSummary | undefined =>
  trials.find(({ state, elsewhere }) => isActive(state) && !elsewhere);
