/** The growing files of a run folder, and everyone who wants to hear of their rows. */

import type { Episode, MetricRow, ReferenceRow, TimelineEvent } from "../../protocol/run.ts";
import type { CallRow } from "../llm/types.ts";
import { JsonLinesWriter, jsonLines, truncateAfter } from "../store/jsonLines.ts";
import type { RunFolder } from "../store/runFolder.ts";

/** Rows by the file they go to. */
export interface RunRows {
  readonly metrics: MetricRow;
  readonly timing: MetricRow;
  readonly events: TimelineEvent;
  readonly references: ReferenceRow;
  readonly episodes: Episode;
  readonly llm: CallRow;
}

const kinds = ["metrics", "timing", "events", "references", "episodes", "llm"] as const satisfies (keyof RunRows)[];

export class RunLog {
  private readonly writers: { readonly [K in keyof RunRows]: JsonLinesWriter<RunRows[K]> };

  /** @throws InputError `store.unwritable` */
  constructor(
    folder: RunFolder,
    private readonly listener: <K extends keyof RunRows>(kind: K, row: RunRows[K]) => void,
  ) {
    const open = <K extends keyof RunRows>(kind: K) => JsonLinesWriter.open<RunRows[K]>(folder.file(kind));
    this.writers = {
      metrics: open("metrics"),
      timing: open("timing"),
      events: open("events"),
      references: open("references"),
      episodes: open("episodes"),
      llm: open("llm"),
    };
  }

  append<K extends keyof RunRows>(kind: K, row: RunRows[K]): void {
    this.writers[kind].append(row);
    this.listener(kind, row);
  }

  /** Hands every row to the system: they outlive this process. */
  flush(): void {
    for (const kind of kinds) this.writers[kind].flush();
  }

  /** Waits until every row has reached the disk. */
  async sync(): Promise<void> {
    await Promise.all(kinds.map((kind) => this.writers[kind].sync()));
  }

  async close(): Promise<void> {
    await Promise.all(kinds.map((kind) => this.writers[kind].close()));
  }
}

/** What a person did after the checkpoint that a run goes on from: it must not be lost with the rows. */
export type HandMade = Extract<TimelineEvent, { type: "change" | "pool" }>;

/**
 * Cuts a run's files back to a checkpoint: rows of later iterations are computed again, byte for byte. Model calls stay,
 * they were made. Returns the changes by hand that fell away.
 */
export async function rewind(folder: RunFolder, iteration: number): Promise<readonly HandMade[]> {
  const lost: HandMade[] = [];
  for await (const event of jsonLines<TimelineEvent>(folder.file("events"))) {
    if (event.iteration > iteration && (event.type === "change" || event.type === "pool")) lost.push(event);
  }
  for (const kind of ["metrics", "timing", "events", "references", "episodes"] as const) {
    await truncateAfter<{ iteration: number }>(folder.file(kind), (row) => row.iteration <= iteration);
  }
  return lost;
}
