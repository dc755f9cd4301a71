/** The growing files of a run folder, and everyone who wants to hear of their rows. */
import type { ReflectionChange } from "../../protocol/engine.ts";
import type { Episode, MetricRow, ReferenceRow, TimelineEvent } from "../../protocol/run.ts";
import type { CallRow } from "../llm/types.ts";
import { CallLog } from "../serving/callLog.ts";
import { orUndo, replaceFile } from "../store/files.ts";
import {
  cutBehind,
  endOfLines,
  JsonLinesWriter,
  NO_ROWS,
  parseLine,
  type RowsEnd,
  wholeLines,
} from "../store/jsonLines.ts";
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

type LogKind = keyof RunRows;

export const logKinds = [
  "metrics",
  "timing",
  "events",
  "references",
  "episodes",
  "llm",
] as const satisfies readonly LogKind[];

type Writers = {
  readonly [K in LogKind]: Pick<JsonLinesWriter<RunRows[K]>, "append" | "flush" | "sync" | "close">;
};
type Listener = <K extends LogKind>(kind: K, row: RunRows[K]) => void;

/** Where the rows of each log ended at some moment; `prompts` are the texts of the calls. */
export type LogEnds = { readonly [K in LogKind | "prompts"]?: RowsEnd };

export class RunLog {
  private constructor(
    private readonly writers: Writers,
    private readonly endsNow: () => Required<LogEnds>,
    private readonly listener: Listener,
  ) {}

  /**
   * @param ends where rows are known to end: they are not counted again
   * @throws InputError `store.unwritable`
   */
  static open(folder: RunFolder, listener: Listener, ends: LogEnds = {}): Promise<RunLog> {
    const opened: { close(): Promise<void> }[] = [];
    const open = async <K extends LogKind>(kind: K) => {
      const { assertOwned } = folder;
      const writer = await JsonLinesWriter.counting<RunRows[K]>(folder.file(kind), assertOwned, ends[kind]);
      opened.push(writer);
      return writer;
    };
    const openAll = async (): Promise<RunLog> => {
      const metrics = await open("metrics");
      const timing = await open("timing");
      const events = await open("events");
      const references = await open("references");
      const episodes = await open("episodes");
      const llm = await CallLog.open(folder, ends);
      const endsNow = () => ({
        metrics: metrics.end,
        timing: timing.end,
        events: events.end,
        references: references.end,
        episodes: episodes.end,
        ...llm.ends,
      });
      return new RunLog({ metrics, timing, events, references, episodes, llm }, endsNow, listener);
    };
    return orUndo(openAll, () => Promise.allSettled(opened.map((writer) => writer.close())));
  }

  /** Of the rows that the system has. */
  get ends(): Required<LogEnds> {
    return this.endsNow();
  }

  append<K extends LogKind>(kind: K, row: RunRows[K]): void {
    this.writers[kind].append(row);
    this.listener(kind, row);
  }

  /** Hands every row to the system: they outlive this process. */
  flush(): void {
    for (const kind of logKinds) this.writers[kind].flush();
  }

  /** Waits until every row has reached the disk. */
  async sync(): Promise<void> {
    await Promise.all(logKinds.map((kind) => this.writers[kind].sync()));
  }

  async close(): Promise<void> {
    await Promise.all(logKinds.map((kind) => this.writers[kind].close()));
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

/** The other way round. */
export const amendment = ({
  action,
  value,
}: Extract<HandMade, { type: "pool" }>): Pick<ReflectionChange, "action" | "text" | "rating"> => ({
  action,
  ...(typeof value === "string" ? { text: value } : { rating: value ?? 0 }),
});

/**
 * Cuts a run's files back to a checkpoint: rows after it are computed again, byte for byte. Model calls stay, they were
 * made, and so does what a person did; it is returned, to be done again at its step.
 *
 * @param iteration of the checkpoint; -1: there is none
 * @param ends of the rows that belong to it
 */
export async function rewind(folder: RunFolder, iteration: number, ends: LogEnds): Promise<readonly HandMade[]> {
  const file = folder.file("events");
  const covered = ends.events?.rows ?? 0;
  const kept: string[] = [];
  const handMade: HandMade[] = [];
  let rows = 0;
  // Not cut off but picked out: behind the checkpoint stand pauses, which belong to the iteration before them.
  for await (const { text, number } of wholeLines(file)) {
    rows = number;
    const event = parseLine<TimelineEvent>(text, `${file}:${number}`);
    if (number > covered && isHandMade(event)) handMade.push(event);
    else if (number > covered && !outlives(event, iteration)) continue;
    kept.push(`${text}\n`);
  }
  if (kept.length < rows) await replaceFile(file, kept.join(""));
  for (const kind of cutKinds) {
    await cutBehind(folder.file(kind), ends[kind] ?? NO_ROWS);
  }
  return handMade;
}

/** Written by iterations alone, and written again with them. */
const cutKinds = ["metrics", "timing", "references", "episodes"] as const;

/** Of all iterations so far: what `rewind` cuts off where there is no checkpoint. */
export async function rowsToCut(folder: RunFolder): Promise<number> {
  const ends = await Promise.all(cutKinds.map((kind) => endOfLines(folder.file(kind))));
  return ends.reduce((sum, { rows }) => sum + rows, 0);
}

/** A run that goes on was not done, whatever it had noted when it was killed. */
const outlives = ({ type, iteration }: TimelineEvent, checkpoint: number): boolean =>
  iteration <= checkpoint && type !== "done";

const isHandMade = (event: TimelineEvent): event is HandMade => event.type === "change" || event.type === "pool";
