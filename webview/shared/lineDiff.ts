/** Line differences between two texts (Myers' greedy O(ND) algorithm). */

export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Beyond this many differing lines the middle is shown as replaced as a whole: nobody reads such a diff line by line. */
const LONGEST_SCRIPT = 600;

export function diffLines(before: string, after: string): DiffLine[] {
  const left = before.split("\n");
  const right = after.split("\n");
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  ) {
    end++;
  }
  const same = (text: string): DiffLine => ({ kind: "same", text });
  return [
    ...left.slice(0, start).map(same),
    ...diffMiddle(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...left.slice(left.length - end).map(same),
  ];
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

function diffMiddle(left: readonly string[], right: readonly string[]): DiffLine[] {
  const trace = shortestScript(left, right);
  if (!trace) {
    return [
      ...left.map((text): DiffLine => ({ kind: "removed", text })),
      ...right.map((text): DiffLine => ({ kind: "added", text })),
    ];
  }
  const lines: DiffLine[] = [];
  let x = left.length;
  let y = right.length;
  for (let d = trace.length - 1; d > 0; d--) {
    const reached = trace[d - 1] as Map<number, number>;
    const k = x - y;
    const down = k === -d || (k !== d && furthest(reached, k - 1) < furthest(reached, k + 1));
    const previousK = down ? k + 1 : k - 1;
    const fromX = furthest(reached, previousK);
    const fromY = fromX - previousK;
    const stepX = down ? fromX : fromX + 1;
    while (x > stepX) {
      x--;
      y--;
      lines.push({ kind: "same", text: left[x] ?? "" });
    }
    if (down) lines.push({ kind: "added", text: right[fromY] ?? "" });
    else lines.push({ kind: "removed", text: left[fromX] ?? "" });
    x = fromX;
    y = fromY;
  }
  while (x > 0) {
    x--;
    lines.push({ kind: "same", text: left[x] ?? "" });
  }
  return lines.reverse();
}

const furthest = (reached: ReadonlyMap<number, number>, k: number): number => reached.get(k) ?? -1;

/** The furthest x on each diagonal k, for scripts of 0, 1, 2 ... edits, until the end is reached. */
function shortestScript(left: readonly string[], right: readonly string[]): Map<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let before = new Map<number, number>([[1, 0]]);
  const most = Math.min(left.length + right.length, LONGEST_SCRIPT);
  for (let d = 0; d <= most; d++) {
    const reached = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && furthest(before, k - 1) < furthest(before, k + 1));
      let x = down ? furthest(before, k + 1) : furthest(before, k - 1) + 1;
      while (x < left.length && x - k < right.length && left[x] === right[x - k]) x++;
      reached.set(k, x);
      if (x >= left.length && x - k >= right.length) {
        trace.push(reached);
        return trace;
      }
    }
    trace.push(reached);
    before = reached;
  }
  return undefined;
}
