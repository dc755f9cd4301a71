import { describe, expect, it } from "vitest";
import { TokenSequence } from "../../../src/engine/encoder/tokenSequence.ts";
import { slidingViews, type Views, viewsFromStart } from "../../../src/engine/encoder/views.ts";
import type { Minibatch } from "../../../src/engine/policy/minibatches.ts";
import { type Placement, place } from "../../../src/engine/policy/placement.ts";
import type { Fragment, Transition } from "../../../src/engine/policy/rollout.ts";

/** A fragment of the user `user` whose states are read after these token counts; the user stays. */
function sample(user: number, ...reads: readonly number[]): Minibatch[number] {
  const sequence = new TokenSequence(user, { items: new Int32Array(30), feedback: new Uint8Array(30) });
  const transitions = reads.map((tokens, order): Transition => {
    const [action, outcome] = [new Float32Array(), { reward: 0, terminated: false, advantage: 0, target: 0 }];
    return { ...outcome, order, tokens, action, logProbability: 0, value: 0, nextTokens: tokens + 6 };
  });
  const fragment: Fragment = { slot: user, sequence, transitions, bootstrap: 0 };
  return { fragment, transitions };
}

// The picture in placement.ts.
const [a, b, c] = [sample(0, 7, 13, 19), sample(1, 3, 9), sample(2, 25)];
const minibatch = [a, b, c];
const encoder = { start: 99, shape: { feedbackWidth: 1 } };
const placed = (views: Views, withNext = false) => place(minibatch, { views, encoder, shards: 2, withNext });

/** By shard: user and length of each sequence. */
const lengths = ({ sequences }: Placement) =>
  sequences.map((own) => own.map(({ user, items }) => `${"ABC"[user]} ${items.length}`));
const states = ({ transitions }: Placement) => transitions.map(({ state }) => `${state.shard}.${state.row}`);

describe("a minibatch", () => {
  it("in the packed layout takes one pass per session, read wherever a state is wanted", () => {
    const placement = placed(viewsFromStart(40, 10));
    expect(lengths(placement)).toEqual([["C 25"], ["A 19", "B 9"]]);
    expect(placement.sequences[1]?.map(({ outputs }) => outputs)).toEqual([
      [6, 12, 18],
      [2, 8],
    ]);
    expect(states(placement)).toEqual(["1.0", "1.1", "1.2", "1.3", "1.4", "0.0"]);
    expect(placement.transitions.every(({ next }) => next === undefined)).toBe(true);
  });

  it("in the windowed layout takes a pass per view, but one for views that begin together", () => {
    const placement = placed(slidingViews(9));
    expect(lengths(placement)).toEqual([
      ["A 10", "C 10"],
      ["A 10", "B 9", "A 7"],
    ]);
    expect(states(placement)).toEqual(["1.3", "0.0", "1.0", "1.1", "1.2", "0.1"]);
  });

  it("never shares a pass where feedback depends on the whole view", () => {
    const placement = placed({ ...viewsFromStart(40, 10), reshaped: true });
    expect(lengths(placement).flat().sort()).toEqual(["A 13", "A 19", "A 7", "B 3", "B 9", "C 25"]);
  });

  it("reads next states where they are asked for and the user stayed", () => {
    const { fragment, transitions: stayed } = c;
    const left = { fragment, transitions: stayed.map((transition) => ({ ...transition, terminated: true })) };
    const options = { views: viewsFromStart(40, 10), encoder, shards: 2, withNext: true };
    const { transitions } = place([a, b, left], options);
    expect(transitions.map(({ state, next }) => next && next.row - state.row)).toEqual([1, 1, 1, 1, 1, undefined]);
  });

  it("leaves shards without work where there is little of it", () => {
    const { sequences } = place([b], { views: viewsFromStart(40, 10), encoder, shards: 3, withNext: false });
    expect(sequences.map((own) => own.length)).toEqual([1, 0, 0]);
  });
});
