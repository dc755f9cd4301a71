/**
 * What one page gets of the runs' numbers: the rows of the runs it follows, each once. A run that went back to its
 * checkpoint makes the page read it anew.
 */
import type { RunCursor, RunSlice } from "../../protocol/engine.ts";
import { beginOf, firstRow, isBefore, readFrom } from "../../protocol/run/rowCursor.ts";
import type { RunId } from "../../protocol/run.ts";

const nothing = { metrics: [], timing: [], events: [], references: [] } as const;

export class PageFeed {
  private followed: ReadonlySet<RunId> = new Set();
  /** Where the page stands in each run. */
  private readonly reached = new Map<RunId, RunCursor>();
  /** Runs whose earlier rows are void, until the page has read them from the start. */
  private readonly rewound = new Set<RunId>();

  constructor(
    private readonly read: (runId: RunId, cursor: RunCursor) => Promise<RunSlice>,
    private readonly post: (slice: RunSlice) => void,
  ) {}

  follow(runIds: readonly RunId[]): void {
    this.followed = new Set(runIds);
    for (const runId of this.reached.keys()) if (!this.followed.has(runId)) this.reached.delete(runId);
  }

  /** The page is gone, or starts afresh. */
  reset(): void {
    this.followed = new Set();
    this.reached.clear();
    this.rewound.clear();
  }

  append(slice: RunSlice): void {
    const { runId } = slice;
    if (!this.followed.has(runId)) return;
    const reached = this.reached.get(runId);
    if (reached && isBefore(beginOf(slice), reached)) {
      this.reached.delete(runId);
      this.rewound.add(runId);
      this.post({ runId, ...nothing, cursor: firstRow });
      return;
    }
    this.note(slice);
    this.post(slice);
  }

  async slice(runId: RunId, cursor: RunCursor): Promise<RunSlice> {
    const from = readFrom(cursor);
    if (!isBefore(firstRow, from)) this.rewound.delete(runId);
    // A cursor behind what was asked for tells the page to drop what it holds.
    else if (this.rewound.has(runId)) return { runId, ...nothing, cursor: firstRow };
    const slice = await this.read(runId, from);
    this.note(slice);
    return slice;
  }

  private note({ runId, cursor }: RunSlice): void {
    this.reached.set(runId, cursor);
  }
}
