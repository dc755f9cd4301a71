import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyReplacements, minimalReplacement } from "../../../src/extension/platform/textEdits.ts";

describe("minimalReplacement", () => {
  it("replaces what differs only", () => {
    expect(minimalReplacement("one two three", "one 2 three")).toEqual({ offset: 4, length: 3, text: "2" });
    expect(minimalReplacement("aa", "aaa")).toEqual({ offset: 2, length: 0, text: "a" });
    expect(minimalReplacement("same", "same")).toBeUndefined();
  });

  it("does not tear a character apart", () => {
    // 😀 and 😁 share their first unit, 😀 and 🈀 their second.
    expect(minimalReplacement("a😀b", "a😁b")).toEqual({ offset: 1, length: 2, text: "😁" });
    expect(minimalReplacement("a😀b", "a\u{1f200}b")).toEqual({ offset: 1, length: 2, text: "\u{1f200}" });
  });

  it("turns any text into any other", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (before, after) => {
        const edit = minimalReplacement(before, after);
        expect(applyReplacements(before, edit ? [edit] : [])).toBe(after);
      }),
    );
  });
});
