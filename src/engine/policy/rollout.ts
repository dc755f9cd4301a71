/** What happened since the last update: fragments of sessions, made of transitions (docs/method.md, section 6). */

import type { TokenSequence } from "../encoder/tokenSequence.ts";
import { generalisedAdvantages, normalise } from "./advantage.ts";
import type { UpdateRule } from "./updateRule.ts";

/** One step of one user, as the policy lived it. */
export interface Transition {
  /** Place in the order of acting, over all users. */
  readonly order: number;
  /** Tokens of the session's sequence when the policy acted. */
  readonly tokens: number;
  /** The hyper-action taken. */
  readonly action: Float32Array;
  readonly logProbability: number;
  /** V(s_t) when the policy acted. */
  readonly value: number;
  reward: number;
  /** True click probabilities of the slate, where the click loss is to foresee those (`policy.clickLabels`). */
  probabilities?: readonly number[];
  /** The user left: nothing beyond this step has a value. */
  terminated: boolean;
  /** Tokens when this step's slate had been appended: the true next observation. */
  nextTokens: number;
  /** A_t, normalised if the rule says so; set by `assess`. */
  advantage: number;
  /** What the value network is to predict; set by `assess`. */
  target: number;
}

/** Consecutive steps of one session within one rollout. */
export interface Fragment {
  readonly slot: number;
  readonly sequence: TokenSequence;
  readonly transitions: Transition[];
  /** V of the observation after the last transition; 0 when the user left there. */
  bootstrap: number;
}

/** Sets every transition's advantage and value target. Returns targets and values in fragment order, for diagnostics. */
export function assess(
  fragments: readonly Fragment[],
  { gamma, lambda, normaliseAdvantage }: Pick<UpdateRule, "gamma" | "lambda" | "normaliseAdvantage">,
): { returns: Float64Array; values: Float64Array } {
  const count = fragments.reduce((sum, { transitions }) => sum + transitions.length, 0);
  const advantages = new Float64Array(count);
  const values = new Float64Array(count);
  const returns = new Float64Array(count);
  let start = 0;
  for (const { transitions, bootstrap } of fragments) {
    const end = start + transitions.length;
    const rewards = Float64Array.from(transitions, ({ reward }) => reward);
    values.set(
      transitions.map(({ value }) => value),
      start,
    );
    const own = advantages.subarray(start, end);
    generalisedAdvantages(rewards, values.subarray(start, end), bootstrap, gamma, lambda, own);
    start = end;
  }
  for (let i = 0; i < count; i++) returns[i] = (advantages[i] as number) + (values[i] as number);
  if (normaliseAdvantage) normalise(advantages);
  let i = 0;
  for (const { transitions } of fragments) {
    for (const transition of transitions) {
      transition.advantage = advantages[i] as number;
      transition.target = returns[i] as number;
      i++;
    }
  }
  return { returns, values };
}
