/** Edits as small as they can be: undo steps stay readable, and cursors in text editors stay where they are. */
import { commonEnds } from "../../protocol/commonEnds.ts";

/** `length` characters from `offset` on become `text`. */
export interface Replacement {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** The one replacement that turns `before` into `after`; undefined where they are equal. Characters are not torn apart. */
export function minimalReplacement(before: string, after: string): Replacement | undefined {
  if (before === after) return undefined;
  const common = commonEnds(before, after);
  const start = isHighSurrogate(before.charCodeAt(common.start - 1)) ? common.start - 1 : common.start;
  const end =
    common.end > 0 && isLowSurrogate(before.charCodeAt(before.length - common.end)) ? common.end - 1 : common.end;
  return { offset: start, length: before.length - end - start, text: after.slice(start, after.length - end) };
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** The text with line ends as a document has them. */
export const withLineEnds = (text: string, lineEnd: string): string => text.replace(/\r\n|\r|\n/g, lineEnd);

export function applyReplacements(text: string, edits: readonly Replacement[]): string {
  return edits
    .toReversed()
    .reduce(
      (edited, { offset, length, text: added }) => edited.slice(0, offset) + added + edited.slice(offset + length),
      text,
    );
}
