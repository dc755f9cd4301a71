/** A log of two users and two items, small enough to be counted by hand. */
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { datasetSchema } from "../../../src/protocol/experiment/dataset.ts";
import { folderOf } from "./files.ts";

export const smallConfig = datasetSchema.parse({
  kind: "csv",
  interactions: { path: "log.csv", user: "user", item: "item", feedback: ["is_click", "is_like"] },
  items: { path: "items.csv", item: "item", categories: "categories", separator: "|" },
});

export async function smallLog() {
  const folder = await folderOf({
    "log.csv": ["user,item,is_click,is_like", "a,x,1,1", "a,y,0,0", "a,y,1,0", "b,y,1,0", "b,nowhere,1,0"],
    "items.csv": ["item,categories", "x,Jazz|\u001b[31mSoul", "y,Jazz"],
  });
  return loadDataset(smallConfig, { baseFolder: folder });
}
