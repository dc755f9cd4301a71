import { expect, test } from "vitest";
import { sameJson } from "../../../webview/shared/sameJson.ts";

test("equal values, whatever the order of their keys", () => {
  expect(sameJson({ a: 1, b: [1] }, { b: [1], a: 1 })).toBe(true);
  expect(sameJson({ "a.b": 1 }, { "a.b": 2 })).toBe(false);
  expect(sameJson([1], { 0: 1 })).toBe(false);
});
