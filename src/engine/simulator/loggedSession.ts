/** Sessions made from the log: what prompts are shown with before anything was simulated. */
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import { type Dataset, type History, historyOf, type UserIndex } from "../data/dataset.ts";
import { judgeSlate } from "./quitRule.ts";
import type { Session, SessionStep } from "./session.ts";

/** A history cut into slates, oldest first, as if they had been served; a remainder at its end is left out. */
export function loggedSteps({ items, feedback }: History, slateSize: number): SessionStep[] {
  const steps: SessionStep[] = [];
  for (let start = 0; start + slateSize <= items.length; start += slateSize) {
    const given = [...feedback.subarray(start, start + slateSize)];
    steps.push({
      items: [...items.subarray(start, start + slateSize)],
      feedback: given,
      probabilities: given.map(() => 0),
      reward: given.filter((bits) => bits & 1).length / slateSize,
      repeated: false,
      patience: 0,
    });
  }
  return steps;
}

export interface LoggedSessionOptions {
  readonly dataset: Dataset;
  readonly slateSize: number;
  readonly historyLength: number;
  readonly quitRule: QuitRule;
}

/**
 * The session of a user who is served the end of the log once more, `steps` slates of it, judged by the quit rule but never
 * ended by it. Fewer steps where the log is shorter. The history is the whole visit's, as a simulated user has it.
 */
export function loggedSession(options: LoggedSessionOptions, user: UserIndex, steps: number): Session {
  const { dataset, slateSize, historyLength, quitRule } = options;
  const log = historyOf(dataset, user, steps * slateSize);
  const cut = log.items.length % slateSize;
  const begun: SessionStep[] = [];
  let temper: number | undefined;
  for (const step of loggedSteps({ items: log.items.subarray(cut), feedback: log.feedback.subarray(cut) }, slateSize)) {
    const verdict = judgeSlate(quitRule, dataset.itemCategories, begun, Int32Array.from(step.items), temper);
    temper = verdict.temper;
    begun.push({ ...step, repeated: verdict.repeated, patience: verdict.patience });
  }
  return {
    number: 0,
    slot: 0,
    user,
    key: 0,
    history: historyOf(dataset, user, historyLength),
    steps: begun,
  };
}
