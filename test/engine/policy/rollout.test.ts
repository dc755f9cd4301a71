import { describe, expect, it } from "vitest";
import { assess } from "../../../src/engine/policy/rollout.ts";
import { fragments } from "./fixtures.ts";

describe("assess", () => {
  const rule = { gamma: 0.5, lambda: 0, normaliseAdvantage: false };

  it("gives each fragment its own advantages and targets", () => {
    const rollout = fragments(2, 1);
    const [first] = rollout;
    if (first) first.bootstrap = 4;
    const { returns, values } = assess(rollout, rule);
    // 1 + .5 * 1, then 1 + .5 * 4; the second fragment's session ended.
    expect([...returns]).toEqual([1.5, 3, 1]);
    expect([...values]).toEqual([0, 1, 0]);
    expect(rollout.flatMap(({ transitions }) => transitions.map(({ advantage }) => advantage))).toEqual([1.5, 2, 1]);
  });

  it("normalises over the whole rollout and leaves the targets alone", () => {
    const rollout = fragments(3, 5);
    const { returns } = assess(rollout, { ...rule, normaliseAdvantage: true });
    const transitions = rollout.flatMap((fragment) => fragment.transitions);
    expect(transitions.reduce((sum, { advantage }) => sum + advantage, 0)).toBeCloseTo(0, 9);
    expect(transitions.map(({ target }) => target)).toEqual([...returns]);
  });
});
