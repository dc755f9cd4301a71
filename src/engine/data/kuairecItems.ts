/** The items of KuaiRec. */
import { EntityTable } from "./entityTable.ts";
import { readCategoryIds } from "./kuaishouFeatures.ts";
import type { LoadContext } from "./loading.ts";
import { readTable } from "./tables/table.ts";

const features = ["tag", "duration_range"];
/** The feature that only the official matrices tell; unknown until then. */
export const DURATION_RANGE = features.indexOf("duration_range");

/** Reads item_categories.csv: `video_id, feat`. */
export async function readItems(file: string, context: LoadContext) {
  const items = new EntityTable(features);
  const itemCategories: (readonly number[])[] = [];
  await readTable(
    file,
    ["video_id", "feat"],
    (row) => {
      const categories = readCategoryIds(row, 1);
      if (items.add(row.id(0), [String(categories[0]), "unknown"]) < 0) {
        row.fail(0, "every video once", "data.duplicate-id");
      }
      itemCategories.push(categories);
    },
    context,
  );
  return { items, itemCategories };
}
