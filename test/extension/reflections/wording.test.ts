import { describe, expect, it } from "vitest";
import { formatProbability, shorten, summarise } from "../../../src/extension/reflections/wording.ts";
import { reflection } from "./fixtures.ts";

describe("reflections in words", () => {
  it("sums up score, probability, use and marks", () => {
    expect(
      summarise(reflection("r", { score: 9.5, probability: 0.314, timesSampled: 4, pinned: true, rating: -1 })),
    ).toBe("9.50 · 31% · 4× · pinned · rated down");
    expect(summarise(reflection("r", { score: 9.5, expected: 9.08, probability: 0.314 }))).toBe("9.50 (+0.42) · 31%");
    expect(summarise(reflection("r", { score: 9.5, expected: 11, probability: 0.314 }))).toBe("9.50 (−1.50) · 31%");
    expect([0, 0.0004, 0.0431, 1].map(formatProbability)).toEqual(["0%", "<0.1%", "4.3%", "100%"]);
    expect(shorten("a\n b  c", 10)).toBe("a b c");
    expect(shorten("abcdefgh", 5)).toBe("abcd…");
  });
});
