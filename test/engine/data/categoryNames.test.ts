import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { categoryName, isKnownCategory, kuaishouCategories } from "../../../src/engine/data/categoryNames.ts";
import { readTable } from "../../../src/engine/data/tables/table.ts";
import { sharedData } from "./files.ts";

describe("the category table", () => {
  it("names each id once and falls back to the number", () => {
    expect(new Set(kuaishouCategories.map((category) => category.id)).size).toBe(kuaishouCategories.length);
    expect(categoryName(12)).toBe("Food");
    expect(categoryName(54)).toBe("Category 54");
    expect([isKnownCategory(68), isKnownCategory(69), isKnownCategory(Number.NaN)]).toEqual([true, false, false]);
  });

  const file = join(sharedData, "category_names.csv");
  if (!existsSync(file)) console.warn(`Skipped: ${file} is absent.`);

  it.skipIf(!existsSync(file))("agrees with the source table", async () => {
    const rows: unknown[] = [];
    await readTable(
      file,
      ["id", "name_zh", "name_en", "kuairand_pure_tag"],
      (row) => {
        const english = row.text(2) === "?" ? "" : row.text(2);
        if (row.integer(0) >= 0) {
          rows.push({ id: row.integer(0), chinese: row.text(1), english, kuairandVideos: row.integer(3) });
        }
      },
      {},
    );
    expect(kuaishouCategories).toEqual(rows);
  });
});
