import { InputError } from "../errors.ts";

/**
 * Reward of each feedback type, in the model's order. Without weights the click (the first type) earns 1.
 * @throws InputError for a weight of a type the response model does not predict
 */
export function rewardPerFeedback(
  feedbackTypes: readonly string[],
  weights: Readonly<Record<string, number>>,
): Float64Array {
  const rewards = new Float64Array(feedbackTypes.length);
  const named = Object.entries(weights);
  if (named.length === 0) rewards[0] = 1;
  for (const [name, weight] of named) {
    const type = feedbackTypes.indexOf(name);
    if (type < 0) {
      throw new InputError(
        "simulator.reward-unknown-feedback",
        `simulator.rewardWeights names "${name}", which the response model does not predict; use ${feedbackTypes.map((known) => `"${known}"`).join(", ")}.`,
      );
    }
    rewards[type] = weight;
  }
  return rewards;
}
