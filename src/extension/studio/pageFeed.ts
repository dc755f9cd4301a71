/**
 * What one page gets of the runs' numbers: the rows of the runs it follows, each once. A run that went back to its
 * checkpoint makes the page read it anew.
 */
import type { RunCursor, RunSlice } from "../../protocol/engine.ts";
import type { RunId } from "../../protocol/run.ts";

const start: RunCursor = { metrics: 0, timing: 0, events: 0 };
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
    if (reached && beginsBefore(slice, reached)) {
      this.reached.delete(runId);
      this.rewound.add(runId);
      this.post({ runId, ...nothing, cursor: start });
      return;
    }
    this.note(slice);
    this.post(slice);
  }

  async slice(runId: RunId, cursor: RunCursor): Promise<RunSlice> {
    const from = {
      metrics: atLeast0(cursor.metrics),
      timing: atLeast0(cursor.timing),
      events: atLeast0(cursor.events),
    };
    const fresh = from.metrics + from.timing + from.events === 0;
    if (fresh) this.rewound.delete(runId);
    // A cursor behind what was asked for tells the page to drop what it holds.
    else if (this.rewound.has(runId)) return { runId, ...nothing, cursor: start };
    const slice = await this.read(runId, from);
    this.note(slice);
    return slice;
  }

  private note({ runId, cursor }: RunSlice): void {
    this.reached.set(runId, cursor);
  }
}

const atLeast0 = (row: number): number => Math.max(0, row);

const beginsBefore = ({ cursor, metrics, timing, events }: RunSlice, reached: RunCursor): boolean =>
  cursor.metrics - metrics.length < reached.metrics ||
  cursor.timing - timing.length < reached.timing ||
  cursor.events - events.length < reached.events;
