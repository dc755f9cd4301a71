/** Where the paper and its authors' code differ, and which of the two an experiment follows. */
import * as z from "zod";

/** Section 10: the differences between the paper and its authors' code, in the table's order. */
export const fidelitySwitches = {
  excludedItems: ["infinity", "zero"],
  categoryZero: ["selectable", "never"],
  reflectionSession: ["finished", "incoming"],
  poolScore: ["cumulative-reward", "last-clicks"],
  plannerSees: ["names", "ids"],
  firstPrompt: ["empty", "logged-history"],
  encoderGradient: ["state", "td-target"],
  updateSamples: ["all", "three-blocks"],
  advantage: ["gae", "one-step"],
  actingDropout: ["off", "on"],
  correlation: ["cosine", "inert"],
  feedbackHistory: ["stacked", "reshaped"],
  itemCategories: ["multi", "single"],
  evaluation: ["separate", "training-means"],
  badReply: ["bounded", "endless"],
  actionStd: ["diagonal", "full"],
} as const;

export type FidelitySwitch = keyof typeof fidelitySwitches;
export type FidelityChoice<S extends FidelitySwitch = FidelitySwitch> = (typeof fidelitySwitches)[S][number];

const choice = <S extends FidelitySwitch>(name: S) => {
  const [paper, reference] = fidelitySwitches[name];
  return z
    .enum(fidelitySwitches[name])
    .optional()
    .meta({ description: `${paper} (paper) or ${reference} (reference).` });
};

export const fidelitySchema = z.strictObject({
  mode: z.enum(["paper", "reference"]).default("paper").meta({
    description:
      "paper: what the paper describes, done right. reference: what its authors' code does, defects included.",
  }),
  reshaped: z.enum(["everywhere", "policy"]).default("everywhere").meta({
    description:
      "Where feedbackHistory: reshaped acts. everywhere: in policy and user model, as in the authors' code; policy: in the policy alone, as in runs before run.json version 5.",
  }),
  switches: z
    .strictObject({
      excludedItems: choice("excludedItems"),
      categoryZero: choice("categoryZero"),
      reflectionSession: choice("reflectionSession"),
      poolScore: choice("poolScore"),
      plannerSees: choice("plannerSees"),
      firstPrompt: choice("firstPrompt"),
      encoderGradient: choice("encoderGradient"),
      updateSamples: choice("updateSamples"),
      advantage: choice("advantage"),
      actingDropout: choice("actingDropout"),
      correlation: choice("correlation"),
      feedbackHistory: choice("feedbackHistory"),
      itemCategories: choice("itemCategories"),
      evaluation: choice("evaluation"),
      badReply: choice("badReply"),
      actionStd: choice("actionStd"),
    })
    .prefault({})
    .meta({ description: "Single differences, set against the mode." }),
});

type FidelitySettings = z.output<typeof fidelitySchema>;
type Fidelity = Pick<FidelitySettings, "mode" | "switches">;

/** The choice in force for one switch: the named one, else the mode's. */
export function fidelityChoice<S extends FidelitySwitch>(fidelity: Fidelity, name: S): FidelityChoice<S> {
  const chosen = fidelity.switches[name] as FidelityChoice<S> | undefined;
  const [paper, reference] = fidelitySwitches[name];
  return chosen ?? ((fidelity.mode === "paper" ? paper : reference) as FidelityChoice<S>);
}

/** Whether a trained user model reads its feedback as the authors' code does (section 10, `feedbackHistory`). */
export const userModelReshapes = (fidelity: FidelitySettings): boolean =>
  fidelity.reshaped === "everywhere" && fidelityChoice(fidelity, "feedbackHistory") === "reshaped";

/** Whether a trained user model answers with calibrated probabilities (`simulator.calibrated`). */
export const simulatesCalibrated = (calibrated: boolean | "auto", { mode }: Pick<FidelitySettings, "mode">): boolean =>
  calibrated === "auto" ? mode === "paper" : calibrated;
