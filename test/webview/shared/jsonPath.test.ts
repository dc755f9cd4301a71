import { expect, test } from "vitest";
import { sameJson, valueAt, withValue } from "../../../webview/shared/jsonPath.ts";

test("values by path", () => {
  const root = { a: { b: [1, 2] } };
  expect(valueAt(root, "a.b")).toEqual([1, 2]);
  expect(valueAt(root, "a.x.y")).toBeUndefined();
  expect(withValue(root, "a.c", 3)).toEqual({ a: { b: [1, 2], c: 3 } });
  expect(root).toEqual({ a: { b: [1, 2] } });
  expect(sameJson({ a: 1, b: [1] }, { b: [1], a: 1 })).toBe(true);
  expect(sameJson({ "a.b": 1 }, { "a.b": 2 })).toBe(false);
  expect(sameJson([1], { 0: 1 })).toBe(false);
});
