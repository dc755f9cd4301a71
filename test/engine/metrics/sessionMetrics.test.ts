import { describe, expect, it } from "vitest";
import {
  categoryCoverage,
  categoryExposures,
  coverage,
  diversityOf,
  dominatingShare,
  entropy,
  gini,
  intraListDiversity,
  itemExposures,
  itemNovelty,
  jaccard,
  meanNovelty,
  overlapAligned,
  overlapAny,
  servedSlate,
  servedSlates,
} from "../../../src/engine/metrics/sessionMetrics.ts";
import { metricCatalogue } from "../../../src/protocol/run.ts";
import { sessionOf, toyDataset } from "../simulator/toy.ts";

/** Items 0 .. 4 with the categories 0, 0 and 3, 1, 2, 2; item 0 was met three times, item 2 once. */
const dataset = toyDataset(
  [[0], [0, 3], [1], [2], [2]],
  [
    [
      [0, 1],
      [0, 0],
      [0, 1],
      [2, 1],
    ],
  ],
);
/** Items 0 and 1 are alike, 2 is their opposite, 3 and 4 are unlike everything. */
const itemEncodings = { dim: 3, values: Float32Array.of(1, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 1) };
const slates = servedSlates(
  sessionOf([
    [0, 2],
    [1, 3],
    [3, 4],
  ]),
);

describe("the metrics of served slates", () => {
  it("know each slate and the one before it", () => {
    expect(slates).toEqual([
      { items: [0, 2] },
      { items: [1, 3], previous: [0, 2] },
      { items: [3, 4], previous: [1, 3] },
    ]);
    const session = sessionOf([
      [0, 2],
      [1, 3],
    ]);
    expect(servedSlate(session)).toEqual(slates[1]);
    expect(servedSlate(session, 0)).toEqual(slates[0]);
    expect(() => servedSlate(session, 2)).toThrow("step 2 of 2");
  });

  it("count items and primary categories", () => {
    expect([...itemExposures(slates, 5)]).toEqual([1, 1, 1, 2, 1]);
    expect([...categoryExposures(slates, dataset)]).toEqual([2, 1, 3, 0]);
    expect(coverage(Float64Array.of(0, 2, 1, 0))).toBe(0.5);
  });

  it("count secondary categories as covered", () => {
    expect(categoryCoverage(slates, dataset)).toBe(1);
    expect(categoryCoverage([{ items: [0, 2] }], dataset)).toBe(0.5);
  });

  it("average 1 - cos over the pairs of a slate", () => {
    expect(intraListDiversity([{ items: [0, 1] }], itemEncodings)).toBe(0);
    expect(intraListDiversity([{ items: [0, 2] }], itemEncodings)).toBe(2);
    expect(intraListDiversity([{ items: [0, 1, 3] }], itemEncodings)).toBeCloseTo(2 / 3, 12);
    expect(intraListDiversity(slates, itemEncodings)).toBeCloseTo((2 + 1 + 1) / 3, 12);
    expect(intraListDiversity([{ items: [0] }], itemEncodings)).toBe(0);
  });

  it("tell entropy in nats", () => {
    expect(entropy(Float64Array.of(5, 0))).toBeCloseTo(0, 12);
    expect(entropy(Float64Array.of(2, 2, 2, 2))).toBeCloseTo(Math.log(4), 12);
    expect(entropy(Float64Array.of(1, 3))).toBeCloseTo(0.562335, 6);
  });

  it("tell inequality of exposure", () => {
    expect(gini(Float64Array.of(3, 3, 3))).toBeCloseTo(0, 12);
    expect(gini(Float64Array.of(0, 0, 0, 8))).toBeCloseTo(0.75, 12);
    // Mean absolute difference of 1, 2, 5 is 16 / 9; half of it over the mean 8 / 3.
    expect(gini(Float64Array.of(5, 1, 2))).toBeCloseTo(1 / 3, 12);
  });

  it("tell aligned from set-wise overlap", () => {
    // 0,2 -> 1,3: category 0 stays in front. 1,3 -> 3,4: category 2 stays behind.
    expect(overlapAligned(slates, dataset)).toBeCloseTo(2 / 3, 12);
    const crossed = servedSlates(
      sessionOf([
        [0, 2],
        [2, 1],
      ]),
    );
    expect(overlapAligned(crossed, dataset)).toBe(0);
    expect(overlapAny(crossed, dataset)).toBe(0.5);
    expect(
      overlapAny(
        servedSlates(
          sessionOf([
            [0, 1],
            [2, 3],
          ]),
        ),
        dataset,
      ),
    ).toBe(0);
  });

  it("sum up the dominating categories until they have eight tenths", () => {
    expect(dominatingShare(Float64Array.of(1, 9, 0))).toBe(0.9);
    expect(dominatingShare(Float64Array.of(1, 4, 5))).toBeCloseTo(0.9, 12);
    expect(dominatingShare(Float64Array.of(8, 1, 1))).toBeCloseTo(0.8, 12);
    expect(dominatingShare(Float64Array.of(1, 1, 1))).toBeCloseTo(1, 12);
  });

  it("take novelty from the log, with one interaction added to every item", () => {
    const novelty = itemNovelty(dataset);
    // 3 + 1 and 1 + 1 of 4 + 5.
    expect(novelty[0]).toBeCloseTo(-Math.log(4 / 9), 12);
    expect(novelty[2]).toBeCloseTo(-Math.log(2 / 9), 12);
    expect(novelty[4]).toBeCloseTo(Math.log(9), 12);
    expect(meanNovelty([{ items: [0, 2] }], novelty)).toBeCloseTo((-Math.log(4 / 9) - Math.log(2 / 9)) / 2, 12);
  });

  it("come together under the names of the catalogue, and not at all without a slate", () => {
    const context = { dataset, itemEncodings, novelty: itemNovelty(dataset) };
    const metrics = diversityOf(slates, context);
    const diversity = Object.entries(metricCatalogue).filter(([, { group }]) => group === "Diversity");
    expect(Object.keys(metrics).sort()).toEqual(diversity.map(([name]) => name).sort());
    expect(metrics).toMatchObject({ coverage: 1, categoryCoverage: 1, overlapAny: 2 / 3, mcd: 5 / 6 });
    expect(diversityOf([], context)).toEqual({});
  });
});

it("plans overlap by what they share of all they name", () => {
  expect(jaccard([1, 2, 3], [2, 3, 4])).toBe(0.5);
  expect(jaccard([1], [2])).toBe(0);
  expect(jaccard([2, 1], [1, 2])).toBe(1);
  expect(jaccard([], [])).toBe(1);
});
