import { expect, test } from "vitest";
import { panned, zoomed } from "../../../../webview/studio/curves/viewport.ts";

test("zooming keeps the centre in place and ends at the whole", () => {
  expect(zoomed([0, 100], [0, 100], 25, 0.5)).toEqual([12.5, 62.5]);
  expect(zoomed([12.5, 62.5], [0, 100], 25, 4)).toBeUndefined();
  expect(panned([10, 20], [0, 100], -5)).toEqual([0, 10]);
  expect(panned([90, 95], [0, 100], 9)).toEqual([95, 100]);
});
