import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { datasetSchema } from "../../../src/protocol/experiment/dataset.ts";
import { folderOf } from "./files.ts";

const config = datasetSchema.parse({
  kind: "csv",
  interactions: { path: "log.csv", user: "user", item: "item", feedback: ["is_click", "is_like"] },
  items: { path: "items.csv", item: "item", categories: "categories", separator: "|" },
});

describe("a single category per item (switch 13)", () => {
  it("keeps the primary one and says so in the fingerprint", async () => {
    const folder = await folderOf({
      "log.csv": ["user,item,is_click,is_like", "a,x,1,1", "a,y,1,0"],
      "items.csv": ["item,categories", "x,Soul|Jazz", "y,Jazz"],
    });
    const multi = await loadDataset(config, { baseFolder: folder, itemCategories: "multi" });
    const single = await loadDataset(config, { baseFolder: folder, itemCategories: "single" });
    expect([...multi.itemCategories.values]).toEqual([1, 0, 0]);
    expect([...single.itemCategories.values]).toEqual([1, 0]);
    expect(single.fingerprint).toBe(`${multi.fingerprint}-single`);
  });
});
