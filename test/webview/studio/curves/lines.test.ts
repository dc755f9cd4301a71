import { expect, test } from "vitest";
import { experimentSchema } from "../../../../src/protocol/experiment.ts";
import { legendEntries, meanWithBand, settingsDifference } from "../../../../webview/studio/curves/lines.ts";
import { Series } from "../../../../webview/studio/runs/series.ts";
import { runRecord } from "../../support/fakeData.ts";

const seriesOf = (values: readonly number[], from = 1): Series => {
  const series = new Series();
  values.forEach((value, i) => void series.append(from + i, (from + i) * 240, value));
  return series;
};

test("runs are named with what sets them apart, and grouped when that is the seed alone", () => {
  const first = runRecord("a", { experiment: experimentSchema.parse({}) });
  const costly = runRecord("b", {
    experiment: experimentSchema.parse({ simulator: { quit: { rule: "temper", repeatCost: 2 } } }),
  });
  const seed = runRecord("c", { experiment: experimentSchema.parse({ seed: 9 }), seed: 9 });
  expect(settingsDifference(costly, first)).toBe("quit.repeatCost 2");
  expect(settingsDifference(seed, first)).toBe("seed 9");
  expect(
    legendEntries([first, costly, seed], ["b"], true).map(({ key, runs, hidden }) => [key, runs.length, hidden]),
  ).toEqual([
    ["a", 2, false],
    ["b", 1, true],
  ]);
  expect(legendEntries([first, costly, seed], [], false)).toHaveLength(3);
});

test("mean and band over seeds, at the iterations all runs have", () => {
  const { series, band } = meanWithBand([seriesOf([1, 2, 3]), seriesOf([3, 6]), seriesOf([4, 0], 2)]);
  expect([...series.iteration.numbers()]).toEqual([2]);
  expect([...series.values.numbers()]).toEqual([4]);
  expect([...(band?.low.values.numbers() ?? [])]).toEqual([2]);
  expect([...(band?.high.values.numbers() ?? [])]).toEqual([6]);
});
