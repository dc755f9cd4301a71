/** Plans that leave the policy too little to choose from, and policies that make nothing of their plans. */
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import { course, latest, percent, type Signature } from "./signature.ts";

/** An empty plan lifts the mask for a step, so the planner has no say there: rare ones are noise, one in twenty is not. */
const EMPTY_PLANS = 0.05;
/** One thin plan in five: every fifth slate holds items the planner did not choose. */
const THIN_PLANS = 0.2;
/**
 * Slates that repeat a category in the same place. Random slates inside a plan of the default 8 categories repeat in
 * 1 - (7/8)^6 = 55 % of steps; four in five is the policy's doing.
 */
const HIGH_OVERLAP = 0.8;
/** A repeat that costs at most half a step's patience ends a session of 20 steps by a third at worst. */
const WEAK_REPEAT_COST = 0.5;
/** Only the completion of thin plans may leave a plan; one item in ten is more than that. */
const ITEMS_OUTSIDE_PLAN = 0.1;
/** Random slates of 6 inside 8 categories serve 4.4 of 6 possible ones; a third is two categories a slate. */
const NARROW_PLAN_USE = 1 / 3;

export const emptyPlans: Signature = {
  code: "plans.empty",
  patience: 2,
  examine: (_, window) => {
    const share = latest(window, "planEmpty");
    if (share === undefined || share < EMPTY_PLANS) return undefined;
    return {
      message: `${percent(share)} of plans allow no item at all, and the policy acts without them. Look at the planner's replies in the Studio: categories must come from the candidate list, and each candidate needs items.`,
      evidence: { planEmpty: course(window, "planEmpty"), threshold: EMPTY_PLANS },
    };
  },
};

export const thinPlans: Signature = {
  code: "plans.thin",
  patience: 3,
  examine: ({ experiment }, window) => {
    const share = latest(window, "planThin");
    if (share === undefined || share < THIN_PLANS) return undefined;
    const size = experiment.simulator.slateSize;
    return {
      message: `${percent(share)} of plans allow fewer items than a slate of ${size}, which is completed from other categories. Ask the planner for more categories, or leave categories with few items out of the candidates.`,
      evidence: {
        planThin: course(window, "planThin"),
        planSize: course(window, "planSize"),
        threshold: THIN_PLANS,
      },
    };
  },
};

export const repetition: Signature = {
  code: "myopia.repetition",
  patience: 3,
  examine: ({ experiment }, window) => {
    const overlap = latest(window, "overlapAligned");
    const weakness = weakPenalty(experiment.simulator.quit, experiment.simulator.slateSize);
    if (overlap === undefined || overlap < HIGH_OVERLAP || weakness === undefined) return undefined;
    return {
      message: `${percent(overlap)} of slates repeat a category in the same place, and repeating costs users little (${weakness}). The policy exploits the next click; a stricter quit rule lets it feel the long-term cost.`,
      evidence: {
        overlapAligned: course(window, "overlapAligned"),
        categoryEntropy: course(window, "categoryEntropy"),
        quit: experiment.simulator.quit,
        threshold: HIGH_OVERLAP,
      },
    };
  },
};

/** Why a quit rule hardly punishes repetition; undefined if it does. */
function weakPenalty(quit: QuitRule, slateSize: number): string | undefined {
  if (quit.rule === "window") {
    const { maxRepeats, window } = quit;
    return maxRepeats >= window / 2 ? `maxRepeats ${maxRepeats} of a window of ${window}` : undefined;
  }
  const { repeatCost, stepCost, threshold } = quit;
  if (repeatCost <= WEAK_REPEAT_COST * stepCost) return `repeatCost ${repeatCost} beside stepCost ${stepCost}`;
  return threshold > slateSize / 2 ? `threshold ${threshold} on slates of ${slateSize}` : undefined;
}

export const ignoredPlans: Signature = {
  code: "myopia.plans-ignored",
  patience: 3,
  examine: (_, window) => {
    const outside = latest(window, "outsidePlan");
    const use = latest(window, "planUse");
    if (outside === undefined || use === undefined) return undefined;
    const leaves = outside >= ITEMS_OUTSIDE_PLAN;
    if (!leaves && use > NARROW_PLAN_USE) return undefined;
    const what = leaves
      ? `${percent(outside)} of recommended items have none of their plan's categories`
      : `Slates serve ${percent(use)} of the planned categories they have room for`;
    const remedy = leaves
      ? "Check the switch fidelity.switches.excludedItems and the number of thin plans."
      : "The policy has settled on a favourite: raise ppo.entropyCoefficient, or ask for smaller plans.";
    return {
      message: `${what}, so the plans hardly matter. ${remedy}`,
      evidence: {
        outsidePlan: course(window, "outsidePlan"),
        planUse: course(window, "planUse"),
        thresholds: { outsidePlan: ITEMS_OUTSIDE_PLAN, planUse: NARROW_PLAN_USE },
      },
    };
  },
};
