/** Line differences between two texts: in reports, and on the Studio page. */
import { type ArrayChange, diffArrays } from "diff";
import { commonEnds } from "./commonEnds.ts";

export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Beyond this many differing lines the middle is shown as replaced as a whole: nobody reads such a diff line by line. */
const MOST_EDITS = 600;

/** A shortest edit of `before` into `after`. A line counts the same whichever way it ends. */
export function diffLines(before: string, after: string): DiffLine[] {
  const left = before.split(/\r?\n/);
  const right = after.split(/\r?\n/);
  const { start, end } = commonEnds(left, right);
  const removed = left.slice(start, left.length - end);
  const added = right.slice(start, right.length - end);
  const changes = diffArrays(removed, added, { maxEditLength: MOST_EDITS });
  return [
    ...marked("same", left.slice(0, start)),
    ...(changes ? changes.flatMap(linesOf) : [...marked("removed", removed), ...marked("added", added)]),
    ...marked("same", left.slice(left.length - end)),
  ];
}

const linesOf = ({ added, removed, value }: ArrayChange<string>): DiffLine[] =>
  marked(added ? "added" : removed ? "removed" : "same", value);

const marked = (kind: DiffLine["kind"], lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind, text }));

/** Unchanged lines kept around a change. */
const CONTEXT_LINES = 2;

/** Without the unchanged lines far from any change; undefined stands for lines left out. */
export function withContext(lines: readonly DiffLine[]): readonly (DiffLine | undefined)[] {
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT_LINES), i + CONTEXT_LINES + 1).some(({ kind }) => kind !== "same"),
  );
  return lines.flatMap((line, i) => (near[i] ? [line] : i === 0 || near[i - 1] ? [undefined] : []));
}

/** "2 lines added, 1 removed", for a marker's hover. */
export function diffSummary(before: string, after: string): string {
  const lines = diffLines(before, after);
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  if (added + removed === 0) return "no line changed";
  const parts: string[] = [];
  if (added > 0) parts.push(`${added} ${added === 1 ? "line" : "lines"} added`);
  if (removed > 0) parts.push(`${removed} removed`);
  return parts.join(", ");
}
