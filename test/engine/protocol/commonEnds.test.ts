import { expect, test } from "vitest";
import { commonEnds } from "../../../src/protocol/commonEnds.ts";

test("of lines and of characters alike; no part counts at both ends", () => {
  expect(commonEnds(["a", "b", "c"], ["a", "x", "y", "c"])).toEqual({ start: 1, end: 1 });
  expect(commonEnds("wording", "wordiness")).toEqual({ start: 6, end: 0 });
  expect(commonEnds("aa", "aaa")).toEqual({ start: 2, end: 0 });
  expect(commonEnds("", "a")).toEqual({ start: 0, end: 0 });
});
