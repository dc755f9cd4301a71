import { expect, it } from "vitest";
import { valueAt, withValue } from "../../../src/protocol/jsonPath.ts";

const document = { a: { b: [1, { c: 2 }] }, d: null };

it("finds the value at a path, and none where the path leads nowhere", () => {
  expect(valueAt(document, "a.b")).toEqual([1, { c: 2 }]);
  expect(valueAt(document, "a.b.1.c")).toBe(2);
  expect(valueAt(document, "")).toBe(document);
  for (const path of ["a.x.y", "d.e", "a.b.2", "a.toString", "a.__proto__"]) {
    expect(valueAt(document, path), path).toBeUndefined();
  }
});

it("replaces the value at a path of a copy, and makes what is missing on the way", () => {
  expect(withValue(document, "a.e", 3)).toEqual({ a: { b: [1, { c: 2 }], e: 3 }, d: null });
  expect(withValue(document, "d.e.f", 3)).toEqual({ a: document.a, d: { e: { f: 3 } } });
  expect(withValue(document, "", 3)).toBe(3);
  expect(document).toEqual({ a: { b: [1, { c: 2 }] }, d: null });
});
