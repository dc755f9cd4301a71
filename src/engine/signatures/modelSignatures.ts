/** Models that are asked and are of little help: their stand-ins plan and reflect in their place. */
import { course, latest, percent, type Signature, type Window } from "./signature.ts";

/** One in ten: a result is told as the model's, and a tenth of it is not. */
const STAND_IN = 0.1;

export const standIn: Signature = {
  code: "model.stand-in",
  patience: 2,
  examine: ({ experiment }, window) => {
    const plans = atLeast(window, "standInPlans");
    const lessons = atLeast(window, "standInReflections");
    if (plans === undefined && lessons === undefined) return undefined;
    const shares = [
      ...(plans === undefined ? [] : [`${percent(plans)} of plans`]),
      ...(lessons === undefined ? [] : [`${percent(lessons)} of reflections`]),
    ].join(" and ");
    return {
      message: `${shares} are the stand-in's: replies of the model could not be used. The events of type stand-in say why, with the replies; change the prompt, the model or its limits.`,
      evidence: {
        standInPlans: course(window, "standInPlans"),
        standInReflections: course(window, "standInReflections"),
        threshold: STAND_IN,
        pausesAbove: experiment.models.unusableShare,
      },
    };
  },
};

function atLeast(window: Window, name: "standInPlans" | "standInReflections"): number | undefined {
  const share = latest(window, name);
  return share !== undefined && share >= STAND_IN ? share : undefined;
}
