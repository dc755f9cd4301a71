import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatDuration,
  formatLatency,
  formatMoney,
  formatNumber,
  formatValue,
  shorten,
} from "../../../webview/shared/format.ts";
import { diffLines, diffSummary } from "../../../webview/shared/lineDiff.ts";
import { sameJson } from "../../../webview/shared/sameJson.ts";

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

test("numbers, durations and money read as a person would write them", () => {
  expect([0, 9.8684, 0.035151, 1234567, 0.00001, 123456789].map((value) => formatNumber(value))).toEqual([
    "0",
    "9.868",
    "0.03515",
    "1,234,567",
    "1e-5",
    "1.23e+8",
  ]);
  expect([5, 75, 120, 3700].map(formatDuration)).toEqual(["5 s", "1 min 15 s", "2 min", "1 h 1 min"]);
  expect([7.03, 512, 999.7, 1234].map(formatLatency)).toEqual(["7 ms", "512 ms", "1 s", "1.23 s"]);
  expect([0, 0.0001, 0.021, 3.5].map(formatMoney)).toEqual(["$0.000", "under $0.001", "$0.021", "$3.50"]);
  expect(formatValue({ rule: "temper", repeatCost: 2 })).toBe("rule temper, repeatCost 2");
  expect(shorten("a\n\n  b".repeat(100), 9)).toBe("a ba ba…");
});

test("equal values, whatever the order of their keys", () => {
  expect(sameJson({ a: 1, b: [1] }, { b: [1], a: 1 })).toBe(true);
  expect(sameJson({ "a.b": 1 }, { "a.b": 2 })).toBe(false);
  expect(sameJson([1], { 0: 1 })).toBe(false);
});
