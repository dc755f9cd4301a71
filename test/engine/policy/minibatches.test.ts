import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { minibatches } from "../../../src/engine/policy/minibatches.ts";
import { fragments } from "./fixtures.ts";

const orders = (batches: ReturnType<typeof minibatches>) =>
  batches.map((batch) => batch.flatMap(({ transitions }) => transitions.map(({ order }) => order)));

describe("minibatches", () => {
  const all = { samples: "all", minibatch: 64 } as const;

  it("keeps sessions whole and every transition once, in about equal steps", () => {
    const rollout = fragments(...Array.from({ length: 24 }, (_, i) => (i % 2 ? 7 : 13)));
    const batches = minibatches(rollout, all, true, new RandomStream(1, "test"));
    expect(batches).toHaveLength(4);
    for (const batch of batches) {
      for (const { fragment, transitions } of batch) expect(transitions).toBe(fragment.transitions);
    }
    const sizes = orders(batches).map((batch) => batch.length);
    for (const size of sizes) expect(Math.abs(size - 60)).toBeLessThanOrEqual(13);
    expect(
      orders(batches)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 240 }, (_, i) => i));
  });

  it("shuffles single transitions in the windowed layout, the remainder included", () => {
    const batches = orders(minibatches(fragments(100, 40), all, false, new RandomStream(1, "test")));
    expect(batches.map((batch) => batch.length)).toEqual([64, 64, 12]);
    expect(batches.flat()).not.toEqual(Array.from({ length: 140 }, (_, i) => i));
    expect(batches.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 140 }, (_, i) => i));
  });

  it("takes the reference's 3 contiguous blocks of 64 of 240 and never the last 48", () => {
    const rule = { samples: "three-blocks", minibatch: 64 } as const;
    const batches = orders(minibatches(fragments(...new Array<number>(12).fill(20)), rule, true, new RandomStream(1)));
    expect(batches.map((batch) => [Math.min(...batch), Math.max(...batch), batch.length])).toEqual([
      [0, 63, 64],
      [64, 127, 64],
      [128, 191, 64],
    ]);
  });

  it("is the same for the same stream", () => {
    const cut = () =>
      orders(minibatches(fragments(9, 8, 7, 6), { samples: "all", minibatch: 10 }, true, new RandomStream(3)));
    expect(cut()).toEqual(cut());
  });
});
