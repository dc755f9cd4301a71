/** The log as a rollout that nobody lived: what a warm start learns clicks from (docs/method.md, section 6). */
import type { Dataset } from "../data/dataset.ts";
import { TokenSequence } from "../encoder/tokenSequence.ts";
import type { ActorOptions } from "./actor.ts";
import type { Fragment, Transition } from "./rollout.ts";

/** What a transition of the log has no word of. Spread last: the engine lays such objects out in a third of the room, and there are millions. */
const UNLIVED = {
  order: 0,
  action: new Float32Array(),
  logProbability: 0,
  value: 0,
  reward: 0,
  terminated: false,
  advantage: 0,
  target: 0,
};

/**
 * The log of every user whom training sees, cut into sequences of at most `positions` tokens, the start token included.
 * A transition is one logged item whose click was recorded, met in the state before it.
 */
export function loggedFragments(
  { log, users, heldOut }: Dataset,
  positions: number,
  { identity, notes }: Pick<ActorOptions, "identity" | "notes">,
): Fragment[] {
  const fragments: Fragment[] = [];
  for (let user = 0; user < users; user++) {
    if (heldOut?.[user]) continue;
    const end = log.offsets[user + 1] as number;
    for (let from = log.offsets[user] as number; from < end; from += positions - 1) {
      const until = Math.min(end, from + positions - 1);
      const history = { items: log.items.subarray(from, until), feedback: log.feedback.subarray(from, until) };
      const transitions: Transition[] = [];
      for (let row = from; row < until; row++) {
        const tokens = 1 + row - from;
        if ((log.observed[row] as number) & 1) transitions.push({ tokens, nextTokens: tokens + 1, ...UNLIVED });
      }
      if (transitions.length === 0) continue;
      const known = identity({ user, key: user, number: 0 });
      fragments.push({ slot: -1, sequence: new TokenSequence(known, history, notes.width), transitions, bootstrap: 0 });
    }
  }
  return fragments;
}
