import { expect, test } from "vitest";
import {
  formatDuration,
  formatLatency,
  formatMoney,
  formatNumber,
  formatValue,
  shorten,
} from "../../../webview/shared/format.ts";

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
