/** Where the names of reference lines stand: at the right end of their line, and never on top of one another. */

export interface LineLabel {
  readonly label: string;
  /** Of the line, in pixels from the chart's top. */
  readonly line: number;
}

export interface PlacedLabel extends LineLabel {
  /** Right end and middle of the text. */
  readonly right: number;
  readonly middle: number;
}

export interface LabelSpace {
  readonly top: number;
  readonly left: number;
  readonly right: number;
  readonly widthOf: (label: string) => number;
}

/** Height of a label, and what is kept free between two on one height. */
const HEIGHT = 11;
const GAP = 10;

/** Above its line where there is room, else below it, else above and further left. */
export function placedLabels(lines: readonly LineLabel[], { top, left, right, widthOf }: LabelSpace): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const { label, line } of lines) {
    const free = (middle: number, end: number): boolean =>
      placed.every(
        (other) =>
          Math.abs(other.middle - middle) >= HEIGHT ||
          end <= other.right - widthOf(other.label) - GAP ||
          end - widthOf(label) >= other.right + GAP,
      );
    const above = line - 7;
    const beside = placed
      .filter(({ middle }) => Math.abs(middle - above) < HEIGHT)
      .map((other) => other.right - widthOf(other.label) - GAP);
    const places = [
      ...(line - 12 > top ? [[above, right] as const] : []),
      [line + 7, right] as const,
      ...beside.sort((a, b) => b - a).map((end) => [above, end] as const),
    ];
    const found = places.find(([middle, end]) => end - widthOf(label) > left && free(middle, end));
    // Where none is free the name is left out: a larger chart has room for it.
    if (found) placed.push({ label, line, middle: found[0], right: found[1] });
  }
  return placed;
}
