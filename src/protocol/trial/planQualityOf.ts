import type { PlanQuality } from "../run/planQuality.ts";
import type { ContenderResult } from "./result.ts";

/** A contender's plans as they were judged; of trials of early versions, what their own numbers tell. */
export function planQualityOf(contender: ContenderResult): Partial<PlanQuality> {
  const { plans, planSize, invalidPlans, fallbackPlans, calls } = contender;
  if (plans) return plans;
  // They counted these for planners without a model too.
  return {
    ...(calls > 0 && fallbackPlans !== undefined && { usable: 1 - fallbackPlans }),
    ...(calls > 0 && invalidPlans !== undefined && { askedAgain: invalidPlans }),
    ...(planSize !== undefined && { different: planSize }),
  };
}
