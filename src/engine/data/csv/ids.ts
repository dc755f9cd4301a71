/** Ids as text, in one form: files that write one id in two ways are of one thing. */
import type { Row } from "../tables/row.ts";

const WHOLE_AS_FLOAT = /^(-?\d+)\.0+$/;

/** Without blanks around, whole numbers without the `.0` that pandas gives columns with gaps, characters composed (NFC). */
export function plainId(text: string): string {
  const id = isPlain(text) ? text : text.trim().normalize("NFC");
  return id.endsWith("0") && id.includes(".") ? (WHOLE_AS_FLOAT.exec(id)?.[1] ?? id) : id;
}

/** @param isExact whether the id is taken as it is written */
export function idOf(row: Row, column: number, isExact: boolean): string {
  if (isExact) return row.id(column);
  const id = plainId(row.id(column));
  return row.isNull(id) ? row.fail(column, "an id") : id;
}

/** Whether there are only visible characters of ASCII; a loop, as a log asks twice per row. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x21 || code > 0x7e) return false;
  }
  return true;
}
