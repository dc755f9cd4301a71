/** Edits as small as they can be: undo steps stay readable, and cursors in text editors stay where they are. */

/** `length` characters from `offset` on become `text`. */
export interface Replacement {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** The one replacement that turns `before` into `after`; undefined where they are equal. Characters are not torn apart. */
export function minimalReplacement(before: string, after: string): Replacement | undefined {
  if (before === after) return undefined;
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from++;
  if (isHighSurrogate(before.charCodeAt(from - 1))) from--;
  const room = Math.min(before.length, after.length) - from;
  let end = 0;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  if (end > 0 && isLowSurrogate(before.charCodeAt(before.length - end))) end--;
  return { offset: from, length: before.length - end - from, text: after.slice(from, after.length - end) };
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
