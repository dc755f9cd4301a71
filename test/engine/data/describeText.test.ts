import { describe, expect, it } from "vitest";
import { describeDataset } from "../../../src/engine/data/describe.ts";
import { renderDescription } from "../../../src/engine/data/describeText.ts";
import { smallLog } from "./smallLog.ts";

describe("renderDescription", () => {
  it("aligns numbers and lets no control character of a name through", async () => {
    const text = renderDescription(describeDataset(await smallLog()));
    expect(text).toContain("  is_click  0.7500          3         4");
    expect(text).toContain("  1  interactions with an item that the item file lacks");
    expect(text).not.toContain("\u001b");
    expect(text.split("\n").every((line) => line === line.trimEnd())).toBe(true);
  });
});
