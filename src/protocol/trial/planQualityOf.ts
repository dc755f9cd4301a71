import type { PlanQuality } from "../run/planQuality.ts";
import type { ContenderResult } from "./result.ts";

/** A contender's plans as they were judged; of trials of early versions, what their own numbers tell. */
export function planQualityOf(contender: ContenderResult): Partial<PlanQuality> {
  const { plans, planSize, invalidPlans, fallbackPlans } = contender;
  if (plans) return plans;
  return {
    ...(fallbackPlans !== undefined && { usable: 1 - fallbackPlans }),
    ...(invalidPlans !== undefined && { askedAgain: invalidPlans }),
    ...(planSize !== undefined && { different: planSize }),
  };
}
