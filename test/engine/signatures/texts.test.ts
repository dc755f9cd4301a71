import { describe, expect, it } from "vitest";
import { alike, shinglesOf, stancesOf, wordsOf } from "../../../src/engine/signatures/texts.ts";

describe("comparing texts", () => {
  it("splits words, and characters where a script has no spaces", () => {
    expect(wordsOf("Don't repeat: Comedy, 3 times")).toEqual(["don't", "repeat", "comedy", "3", "times"]);
    expect(wordsOf("避免重复 ok")).toEqual(["避", "免", "重", "复", "ok"]);
  });

  it("measures likeness by words and word pairs", () => {
    expect([...shinglesOf("a b c")]).toEqual(["a", "b", "c", "a b", "b c"]);
    // {a, b, c, ab, bc} and {a, b, d, ab, bd}: 3 of 7.
    expect(alike(shinglesOf("a b c"), shinglesOf("a b d"), 0.428)).toBe(true);
    expect(alike(shinglesOf("a b c"), shinglesOf("a b d"), 0.429)).toBe(false);
    expect(alike(shinglesOf("a b c"), shinglesOf("A, b. C"), 1)).toBe(true);
    expect(alike(shinglesOf("a b c"), shinglesOf("x y"), 0.1)).toBe(false);
  });

  it.each([
    ["Avoid repeating comedy and recommend more sports.", { repeating: -1, comedy: -1, sport: 1 }],
    ["Never reduce variety", { variety: 1 }],
    ["Don’t show music, use travel instead", { music: -1, travel: 1 }],
    ["The session ended after eleven steps", {}],
    ["避免喜剧", {}],
  ])("finds what %j advises", (text, stances) => {
    expect(Object.fromEntries(stancesOf(text))).toEqual(stances);
  });
});
