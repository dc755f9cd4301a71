/** What the oracles know, and how they read the response model. */
import type { QuitRule } from "../../../protocol/experiment/simulator.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { ResponseModel, ResponseModelFactory } from "../../simulator/responseModel.ts";
import type { SessionStep } from "../../simulator/session.ts";

/** What an oracle knows. */
export interface OracleDependencies {
  readonly dataset: Dataset;
  readonly slateSize: number;
  /** The oracle follows its sessions in models of its own. */
  readonly responseModels: ResponseModelFactory;
  /** The rule in force, asked at every step. */
  readonly quitRule: () => QuitRule;
  /** [feedbackTypes] reward of each feedback type (`rewardPerFeedback`) */
  readonly rewards: Float64Array;
  /** The correlation penalty in force (`correlationPenaltyInForce`). */
  readonly penalty: number;
}

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
