/** Line differences between two texts. */
import { type ArrayChange, diffArrays } from "diff";
import { commonEnds } from "./commonEnds.ts";

export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Beyond this many differing lines the middle is shown as replaced as a whole: nobody reads such a diff line by line. */
const MOST_EDITS = 600;

export function diffLines(before: string, after: string): DiffLine[] {
  const left = before.split("\n");
  const right = after.split("\n");
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
