import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines, diffSummary, withContext } from "../../../src/protocol/lineDiff.ts";

test("a difference names exactly the lines that changed", () => {
  expect(diffLines("a\nb\nc", "a\nx\nc\nd")).toEqual([
    { kind: "same", text: "a" },
    { kind: "removed", text: "b" },
    { kind: "added", text: "x" },
    { kind: "same", text: "c" },
    { kind: "added", text: "d" },
  ]);
  expect(diffSummary("a\nb", "a")).toBe("1 removed");
  expect(diffSummary("a", "a\nb\nc")).toBe("2 lines added");
  expect(diffSummary("a", "a")).toBe("no line changed");
});

test("lines that only end otherwise are the same", () => {
  expect(diffLines("a\r\nb\r\n", "a\nb\n").every(({ kind }) => kind === "same")).toBe(true);
});

test("what is far from any change is left out", () => {
  const before = Array.from({ length: 12 }, (_, i) => `line ${i}`);
  const shown = withContext(diffLines(before.join("\n"), before.with(6, "changed").join("\n")));
  expect(shown.map((line) => line?.text ?? "⋯")).toEqual([
    "⋯",
    ...["line 4", "line 5", "line 6", "changed", "line 7", "line 8"],
    "⋯",
  ]);
});

test("both texts can be read back from their difference, which is as short as possible", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const lines = diffLines(left.join("\n"), right.join("\n"));
      const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
      expect(without("added")).toEqual(left);
      expect(without("removed")).toEqual(right);
      expect(lines.filter(({ kind }) => kind === "same")).toHaveLength(longestCommon(left, right));
    }),
    { numRuns: 300 },
  );
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const row = table[i] as number[];
      const above = table[i - 1] as number[];
      row[j] =
        a[i - 1] === b[j - 1] ? (above[j - 1] as number) + 1 : Math.max(above[j] as number, row[j - 1] as number);
    }
  }
  return table[a.length]?.[b.length] ?? 0;
}

test("a megabyte of different lines is shown as replaced", () => {
  const lines = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word} ${i}`).join("\n");
  expect(diffLines(lines("a"), lines("b"))).toHaveLength(40_000);
});
