import fc from "fast-check";
import { expect, test } from "vitest";
import type { QuitRule } from "../../../../src/protocol/experiment/simulator.ts";
import { expectedLength, randomRepeatProbability } from "../../../../webview/studio/thresholds/expectedLength.ts";

type Temper = Extract<QuitRule, { rule: "temper" }>;
const temper = (patch: Partial<Temper> = {}): Temper => ({
  rule: "temper",
  initialTemper: 20,
  stepCost: 1,
  repeatCost: 1,
  comparison: "position",
  window: 1,
  threshold: 1,
  categories: "primary",
  ...patch,
});

// docs/method.md, section 4, beside the exact values; the section cuts 18.355 to 18.3.
test.each([
  [0, 20.0, 20],
  [0.1, 18.3, 18.355372],
  [0.2, 17.0, 16.972222],
  [0.3, 15.8, 15.792899],
  [0.4, 14.8, 14.77551],
  [0.5, 13.9, 13.888889],
  [0.7, 12.4, 12.418961],
  [1, 11.0, 11],
])("under the paper's rule q = %f gives %f steps", (q, published, exact) => {
  expect(expectedLength(temper(), q)).toBeCloseTo(exact, 5);
  expect(Math.abs(exact - published)).toBeLessThan(0.06);
});

test("a hand-worked small case", () => {
  // Temper 3: step 1 leaves 2, always stays; step 2 leaves 1 without a repeat, else 0 and out. So E = 2 + (1 - q).
  expect(expectedLength(temper({ initialTemper: 3 }), 0.25)).toBeCloseTo(2.75, 12);
});

test("costs of tenths are counted exactly", () => {
  // 20 - 190 * 0.1 = 1 still stays: the 191st step is the last.
  expect(expectedLength(temper({ stepCost: 0.1 }), 0)).toBe(191);
});

test("longer sessions than the limit are not worked out", () => {
  expect(expectedLength(temper({ initialTemper: 200, stepCost: 0.01 }), 0.5)).toBeUndefined();
});

test("agrees with simulated sessions", () => {
  const rule = temper({ initialTemper: 12, stepCost: 0.7, repeatCost: 1.9 });
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  let total = 0;
  const sessions = 20_000;
  for (let i = 0; i < sessions; i++) {
    let left = rule.initialTemper;
    for (let n = 1; left >= 1; n++) {
      left -= rule.stepCost + (n > 1 && uniform() < 0.35 ? rule.repeatCost : 0);
      total++;
    }
  }
  expect(expectedLength(rule, 0.35)).toBeCloseTo(total / sessions, 1);
});

test("falls with q, rises with patience, and is at least one step", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 60, noNaN: true }),
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (initialTemper, stepCost, repeatCost, q) => {
        const rule = temper({ initialTemper, stepCost, repeatCost });
        const length = expectedLength(rule, q) ?? 0;
        expect(length).toBeGreaterThanOrEqual(1);
        expect(length).toBeGreaterThanOrEqual((expectedLength(rule, Math.min(1, q + 0.1)) ?? 0) - 1e-9);
        expect(length).toBeLessThanOrEqual(
          (expectedLength({ ...rule, initialTemper: initialTemper + 1 }, q) ?? 0) + 1e-9,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("the window rule ends a session at the first repeat or the last turn", () => {
  const rule: QuitRule = { rule: "window", window: 10, maxRepeats: 0, maxTurns: 3, categories: "primary" };
  expect(expectedLength(rule, 0)).toBe(3);
  expect(expectedLength(rule, 1)).toBe(1);
  expect(expectedLength(rule, 0.5)).toBeCloseTo(1 + 0.5 + 0.25, 12);
});

test("random slates over 31 categories repeat as section 4 says", () => {
  const q = randomRepeatProbability(temper(), 31, 6);
  expect(q).toBeCloseTo(1 - (1 - 1 / 31) ** 6, 12);
  expect(expectedLength(temper(), q)).toBeCloseTo(17.249, 3);
});

test("a shared category anywhere is likelier than at the same place; a higher threshold is harder to reach", () => {
  const position = randomRepeatProbability(temper(), 31, 6);
  const any = randomRepeatProbability(temper({ comparison: "any" }), 31, 6);
  expect(any).toBeGreaterThan(position);
  expect(randomRepeatProbability(temper({ comparison: "any", threshold: 3 }), 31, 6)).toBeLessThan(any);
  // One item each: both comparisons are the same event.
  expect(randomRepeatProbability(temper({ comparison: "any" }), 5, 1)).toBeCloseTo(0.2, 12);
});
