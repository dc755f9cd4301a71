/** Names of contenders and moments: one each, and short enough for a table. */
import { LONGEST_NAME } from "../../protocol/trial/extent.ts";

/** A name that nobody has yet, numbered where somebody has, and not longer than names may be. */
export function freeName(wanted: string, taken: readonly string[]): string {
  for (let i = 1; ; i++) {
    const mark = i === 1 ? "" : ` (${i})`;
    const name = `${wanted.slice(0, LONGEST_NAME - mark.length)}${mark}`;
    if (!taken.includes(name)) return name;
  }
}
