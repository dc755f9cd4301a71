/** The runs whose numbers the page holds. The host answers slices from a cursor on; nothing is asked twice. */
import type { RunCursor, RunSlice } from "../../../src/protocol/engine.ts";
import { isBefore, readFrom, standingOf } from "../../../src/protocol/run/rowCursor.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { RunData } from "./runData.ts";

/** What the panes read of it. */
export interface RunSource {
  /** Undefined as long as nothing of the run has been asked for. */
  get(runId: RunId | undefined): RunData | undefined;
}

type SliceRequest = (runId: RunId, cursor: RunCursor) => Promise<RunSlice>;

/** Loads each run from its start once, then takes the events of the followed ones. */
export class RunLibrary implements RunSource {
  private readonly runs = new Map<RunId, RunData>();
  private readonly loading = new Map<RunId, Promise<void>>();

  constructor(
    private readonly requestSlice: SliceRequest,
    private readonly changed: () => void,
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

  /** Drops the runs nobody shows any more. */
  keep(runIds: readonly RunId[]): void {
    for (const runId of this.runs.keys()) if (!runIds.includes(runId)) this.runs.delete(runId);
  }

  private async catchUp(runId: RunId): Promise<void> {
    for (;;) {
      const data = this.runs.get(runId) ?? new RunData();
      this.runs.set(runId, data);
      const before = data.cursor;
      const slice = await this.requestSlice(runId, before);
      if (isBefore(slice.cursor, before)) {
        // A run resumed from its checkpoint has cut its log back: what is held here is read anew.
        this.runs.delete(runId);
        continue;
      }
      data.append(slice);
      this.changed();
      if (!isBefore(readFrom(before), data.cursor)) return;
    }
  }
}
