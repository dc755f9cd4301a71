/** What KuaiRand and KuaiRec have in common: user features, category ids and duration ranges. */
import { isKnownCategory } from "./categoryNames.ts";
import { EntityTable } from "./entityTable.ts";
import type { LoadContext } from "./loading.ts";
import { isMissing, type Row } from "./tables/row.ts";
import { readTable } from "./tables/table.ts";

/** The categorical user columns of both data sets; the counts enter through the ranges their publishers chose. */
export const userColumns: readonly string[] = [
  "user_active_degree",
  "is_lowactive_period",
  "is_live_streamer",
  "is_video_author",
  "follow_user_num_range",
  "fans_user_num_range",
  "friend_user_num_range",
  "register_days_range",
  ...Array.from({ length: 18 }, (_, i) => `onehot_feat${i}`),
];

/** Reads a user_features file. A gap is a value of its own: 714 users of KuaiRand-Pure have no onehot_feat12 to 17. */
export async function readUserFeatures(file: string, context: LoadContext): Promise<EntityTable> {
  const users = new EntityTable(userColumns);
  await readTable(
    file,
    ["user_id", ...userColumns],
    (row) => {
      const values = userColumns.map((_, i) => normalised(row.text(i + 1)));
      if (users.add(row.id(0), values) < 0) row.fail(0, "every user once", "data.duplicate-id");
    },
    context,
  );
  return users;
}

/** pandas writes whole numbers as 3.0 in a column with gaps. */
function normalised(text: string): string {
  if (isMissing(text)) return "missing";
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}

/** A cell that lists category ids, such as `20,43` or `[27, 9]`; empty for an untagged item. */
export function readCategoryIds(row: Row, column: number): readonly number[] {
  const text = row.text(column).replace(/^\[|\]$/g, "");
  if (isMissing(text)) return [];
  return text.split(",").map((part) => {
    const id = part.trim() === "" ? Number.NaN : Number(part);
    if (isKnownCategory(id)) return id;
    return row.fail(column, "category ids of KuaiRand or KuaiRec (0 to 68)", "data.unknown-category");
  });
}

const DURATION_BOUNDS = [7, 15, 30, 60, 120, 300];

/** Range of a video's duration in milliseconds; zero and NaN stand for unknown. */
export function durationRange(milliseconds: number): string {
  if (!(milliseconds > 0)) return "unknown";
  const seconds = milliseconds / 1000;
  const next = DURATION_BOUNDS.findIndex((bound) => seconds < bound);
  return next < 0 ? String(DURATION_BOUNDS.length) : String(next);
}
