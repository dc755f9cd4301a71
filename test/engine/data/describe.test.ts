import { describe, expect, it } from "vitest";
import { describeDataset } from "../../../src/engine/data/describe.ts";
import { renderDescription } from "../../../src/engine/data/describeText.ts";
import { smallLog } from "./smallLog.ts";

describe("describeDataset", () => {
  it("counts by hand", async () => {
    const description = describeDataset(await smallLog());
    expect(description).toMatchObject({
      users: 2,
      items: 2,
      interactions: 4,
      density: 1,
      feedback: [
        { type: "is_click", observed: 4, positives: 3, rate: 0.75 },
        { type: "is_like", observed: 4, positives: 1, rate: 0.25 },
      ],
      historyLength: { p10: 1, p50: 1, p75: 3, max: 3, mean: 2 },
      categoriesPerItem: [
        { categories: 1, items: 1, share: 0.5 },
        { categories: 2, items: 1, share: 0.5 },
      ],
      matrixClickRate: null,
      groundTruth: false,
      dropped: [{ reason: "interactions with an item that the item file lacks", rows: 1 }],
    });
    expect(description.categories).toMatchObject([
      { name: "Jazz", items: 2, share: 1, interactions: 4, clickRate: 0.75 },
      { items: 1, share: 0.5, interactions: 1, clickRate: 1 },
    ]);
  });

  it("tells of histories by the length that a share of the users does not exceed", async () => {
    const data = await smallLog();
    // Users with 1, 2, ..., 100 rows.
    const offsets = Int32Array.from({ length: 101 }, (_, user) => (user * (user + 1)) / 2);
    const rows = offsets[100] ?? 0;
    const log = {
      offsets,
      items: new Int32Array(rows),
      feedback: new Uint8Array(rows),
      observed: new Uint8Array(rows).fill(3),
    };
    const { historyLength } = describeDataset({ ...data, users: 100, log });
    expect(historyLength).toEqual({ p10: 10, p25: 25, p50: 50, p75: 75, p90: 90, p99: 99, max: 100, mean: 50.5 });
  });

  it("counts only feedback that was recorded", async () => {
    const data = await smallLog();
    const unrecorded = { ...data, log: { ...data.log, observed: Uint8Array.of(2, 2, 2, 2) } };
    const description = describeDataset(unrecorded);
    expect(description.feedback[0]).toMatchObject({ observed: 0, positives: 0, rate: null });
    expect(description.categories[0]?.clickRate).toBeNull();
    expect(renderDescription(description)).toContain("not recorded");
  });

  it("survives a round trip through JSON", async () => {
    const description = describeDataset(await smallLog());
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
});
