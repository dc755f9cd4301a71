/** The growing files of a run folder, and everyone who wants to hear of their rows. */
import type { ReflectionChange } from "../../protocol/engine.ts";
import type { Episode, MetricRow, ReferenceRow, TimelineEvent } from "../../protocol/run.ts";
import type { CallRow } from "../llm/types.ts";
import { CallLog } from "../serving/callLog.ts";
import { replaceFile, toJson } from "../store/files.ts";
import { JsonLinesWriter, readJsonLines, truncateAfter } from "../store/jsonLines.ts";
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

type Writers = {
  readonly [K in keyof RunRows]: Pick<JsonLinesWriter<RunRows[K]>, "append" | "flush" | "sync" | "close">;
};
type Listener = <K extends keyof RunRows>(kind: K, row: RunRows[K]) => void;

export class RunLog {
  private constructor(
    private readonly writers: Writers,
    private readonly listener: Listener,
  ) {}

  /** @throws InputError `store.unwritable` */
  static async open(folder: RunFolder, listener: Listener): Promise<RunLog> {
    const llm = await CallLog.open(folder);
    const open = <K extends keyof RunRows>(kind: K) => JsonLinesWriter.open<RunRows[K]>(folder.file(kind));
    const writers = {
      metrics: open("metrics"),
      timing: open("timing"),
      events: open("events"),
      references: open("references"),
      episodes: open("episodes"),
      llm,
    };
    return new RunLog(writers, listener);
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

/** What a person did: it must not be lost with the rows after a checkpoint. */
export type HandMade = Extract<TimelineEvent, { type: "change" | "pool" }>;

/** A change of the pool as the timeline keeps it. */
export function poolEvent(
  { action, id, text, rating }: Omit<ReflectionChange, "runId">,
  place: { readonly iteration: number; readonly userSteps: number },
): Extract<TimelineEvent, { type: "pool" }> {
  const value = action === "edit" ? text : action === "rate" ? rating : undefined;
  return { type: "pool", action, reflection: id, ...place, ...(value !== undefined && { value }) };
}

/**
 * Cuts a run's files back to a checkpoint: rows of later iterations are computed again, byte for byte. Model calls stay,
 * they were made, and so does what a person did; it is returned, to be done again at its step.
 */
export async function rewind(folder: RunFolder, iteration: number): Promise<readonly HandMade[]> {
  const events = await readJsonLines<TimelineEvent>(folder.file("events"));
  // Not cut off but picked out: between the events of an iteration stand pauses, which belong to the one before.
  const kept = events.filter((event) => event.iteration <= iteration || isHandMade(event));
  if (kept.length < events.length) {
    await replaceFile(folder.file("events"), kept.map((event) => `${toJson(event)}\n`).join(""));
  }
  for (const kind of ["metrics", "timing", "references", "episodes"] as const) {
    await truncateAfter<{ iteration: number }>(folder.file(kind), (row) => row.iteration <= iteration);
  }
  return kept.filter(isHandMade).filter((event) => event.iteration > iteration);
}

const isHandMade = (event: TimelineEvent): event is HandMade => event.type === "change" || event.type === "pool";
