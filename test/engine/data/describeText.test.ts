import { describe, expect, it } from "vitest";
import { describeDataset } from "../../../src/engine/data/describe.ts";
import { renderDescription } from "../../../src/engine/data/describeText.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { folderOf } from "./files.ts";

const config = {
  kind: "csv" as const,
  interactions: { path: "log.csv", user: "user", item: "item", feedback: ["is_click", "is_like"] },
  items: { path: "items.csv", item: "item", categories: "categories", separator: "|" },
};

async function small() {
  const folder = await folderOf({
    "log.csv": ["user,item,is_click,is_like", "a,x,1,1", "a,y,0,0", "a,y,1,0", "b,y,1,0", "b,nowhere,1,0"],
    "items.csv": ["item,categories", "x,Jazz|\u001b[31mSoul", "y,Jazz"],
  });
  return loadDataset(config, { baseFolder: folder });
}

describe("renderDescription", () => {
  it("aligns numbers and lets no control character of a name through", async () => {
    const text = renderDescription(describeDataset(await small()));
    expect(text).toContain("  is_click  0.7500          3         4");
    expect(text).toContain("  1  interactions with an item that the item file lacks");
    expect(text).not.toContain("\u001b");
    expect(text.split("\n").every((line) => line === line.trimEnd())).toBe(true);
  });
});
