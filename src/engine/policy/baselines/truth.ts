/** How the oracles read the response model. */
import type { ResponseModel } from "../../simulator/responseModel.ts";
import type { SessionStep } from "../../simulator/session.ts";

/** Appends served steps to the history of a slot, all in one call. */
export function followSteps(
  model: ResponseModel,
  slot: number,
  steps: readonly Pick<SessionStep, "items" | "feedback">[],
): void {
  if (steps.length === 0) return;
  model.append(
    [slot],
    Int32Array.from(steps.flatMap(({ items }) => items)),
    Uint8Array.from(steps.flatMap(({ feedback }) => feedback)),
  );
}

/**
 * Expected reward of every item on its own, before the correlation penalty.
 * @param rewards [feedbackTypes]
 * @param out [items]
 */
export function expectedRewards(model: ResponseModel, slot: number, rewards: Float64Array, out: Float32Array): void {
  const probabilities = new Float32Array(out.length);
  out.fill(0);
  for (let f = 0; f < rewards.length; f++) {
    const reward = rewards[f] as number;
    if (reward === 0) continue;
    model.predictAll(slot, f, probabilities);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + reward * (probabilities[i] as number);
  }
}
