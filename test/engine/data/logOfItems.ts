/** A log of one user in which every item has so many interactions; each item is of a category of its own. */
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { smallLog } from "./smallLog.ts";

export async function logOfItems(counts: readonly number[]): Promise<Dataset> {
  const rows = counts.flatMap((count, item) => Array.from({ length: count }, () => item));
  const { reading: _, ...small } = await smallLog();
  const places = Int32Array.from(counts, (_, item) => item);
  return {
    ...small,
    users: 1,
    items: counts.length,
    userIds: ["a"],
    itemIds: counts.map((_, item) => `x${item}`),
    categories: counts.map((_, id) => ({ id, name: `Chapter ${id}` })),
    itemCategories: { offsets: Int32Array.from({ length: counts.length + 1 }, (_, place) => place), values: places },
    log: {
      offsets: Int32Array.of(0, rows.length),
      items: Int32Array.from(rows),
      feedback: new Uint8Array(rows.length),
      observed: new Uint8Array(rows.length).fill(3),
    },
  };
}
