/** The runs whose numbers the page holds. The host answers slices from a cursor on; nothing is asked twice. */
import type { RangeQuery, RunCursor, RunRange, RunSlice } from "../../../src/protocol/engine.ts";
import { beginOf, isBefore, readFrom, standingOf } from "../../../src/protocol/run/rowCursor.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import type { Stretch } from "./coverage.ts";
import { RunData } from "./runData.ts";

/** What the panes read of it. */
export interface RunSource {
  /** Undefined as long as nothing of the run has been asked for. */
  get(runId: RunId | undefined): RunData | undefined;
  /** Earlier iterations of a run are in sight: asks for what is not held of them. */
  see(runId: RunId, seen: Stretch): void;
}

interface Requests {
  readonly slice: (runId: RunId, cursor: RunCursor) => Promise<RunSlice>;
  readonly range: (query: RangeQuery) => Promise<RunRange>;
}

/** Loads the newest rows of each run once, earlier ones where they are seen, then takes the events of the followed ones. */
export class RunLibrary implements RunSource {
  private readonly runs = new Map<RunId, RunData>();
  private readonly loading = new Map<RunId, Promise<void>>();
  /** Runs of which earlier rows are on their way. */
  private readonly filling = new Set<RunId>();

  constructor(
    private readonly request: Requests,
    private readonly changed: () => void,
    /** Hears what earlier rows could not be read for. */
    private readonly failed: (work: Promise<void>) => void = () => undefined,
  ) {}

  get(runId: RunId | undefined): RunData | undefined {
    return runId === undefined ? undefined : this.runs.get(runId);
  }

  /** Loads what is missing; the promise rejects with the host's error. */
  load(runId: RunId): Promise<void> {
    const under = this.loading.get(runId);
    if (under) return under;
    const work = this.catchUp(runId).finally(() => {
      this.loading.delete(runId);
      // What never loaded is asked for again when it is wanted again.
      if (!this.runs.get(runId)?.loaded) this.runs.delete(runId);
    });
    this.loading.set(runId, work);
    return work;
  }

  /** Takes an event's slice; one that does not join on makes the page ask from its own cursor. */
  append(slice: RunSlice): Promise<void> {
    const data = this.runs.get(slice.runId);
    const joinsOn = data?.loaded && standingOf(data.cursor, slice) === "next";
    if (!joinsOn || this.loading.has(slice.runId)) return this.load(slice.runId);
    data.append(slice);
    this.changed();
    return Promise.resolve();
  }

  see(runId: RunId, seen: Stretch): void {
    const data = this.runs.get(runId);
    if (!data?.loaded || this.filling.has(runId)) return;
    const missing = data.coverage.missing(seen);
    if (!missing) return;
    this.filling.add(runId);
    this.failed(this.fill(runId, data, missing).finally(() => this.filling.delete(runId)));
  }

  private async fill(runId: RunId, data: RunData, missing: Stretch): Promise<void> {
    let range: RunRange;
    try {
      range = await this.request.range({ runId, ...missing });
    } catch (error) {
      // Told once, and not asked for again and again.
      data.coverage.add({ ...missing, whole: true });
      throw error;
    }
    data.fill(range);
    this.changed();
  }

  /** Drops the runs nobody shows any more. */
  keep(runIds: readonly RunId[]): void {
    for (const runId of this.runs.keys()) if (!runIds.includes(runId)) this.runs.delete(runId);
  }

  private async catchUp(runId: RunId): Promise<void> {
    for (;;) {
      const data = this.runs.get(runId) ?? new RunData();
      this.runs.set(runId, data);
      const before = data.cursor;
      const slice = await this.request.slice(runId, before);
      // A run resumed from its checkpoint has cut its log back, or grown by more than is given at once: what is held
      // here is read anew.
      const joinsOn = !data.loaded || !isBefore(before, beginOf(slice));
      if (isBefore(slice.cursor, before) || !joinsOn) {
        this.runs.delete(runId);
        continue;
      }
      data.append(slice);
      this.changed();
      if (!isBefore(readFrom(before), data.cursor)) return;
    }
  }
}
