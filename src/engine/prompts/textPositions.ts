/** Offsets in a text as lines and columns, both from 0 as editors count them. */

import type { TextPosition, TextRange } from "../../protocol/promptSyntax.ts";

/** Turns offsets of one text into positions; a lookup is logarithmic in the number of lines. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(readonly text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.starts.push(at + 1);
  }

  position(offset: number): TextPosition {
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: at - (this.starts[low] ?? 0) };
  }

  range(begin: number, end: number): TextRange {
    return { start: this.position(begin), end: this.position(end) };
  }

  /** Offset of a 1-based line and column, as parsers report them. */
  offset(line: number, column: number): number {
    return (this.starts[line - 1] ?? this.text.length) + column - 1;
  }
}
