/** What a run's logs lack of what its checkpoint has seen. */
import { endOfLines, endOfRows, type RowsEnd } from "../store/jsonLines.ts";
import { type RunFolder, runFiles } from "../store/runFolder.ts";
import type { TrainerCheckpoint } from "../training/trainerState.ts";
import { type LogEnds, logKinds } from "./runLog.ts";

const markedLogs = [...logKinds, "prompts"] as const;
type MarkedLog = (typeof markedLogs)[number];

/** What a log lacks: rows, or bytes of rows that are all there. */
export interface Loss {
  readonly log: MarkedLog;
  readonly was: RowsEnd;
  readonly is: RowsEnd;
}

/** None where the checkpoint does not say what it has seen. @throws InputError `store.broken-line` */
export async function losses(folder: RunFolder, checkpoint: TrainerCheckpoint): Promise<readonly Loss[]> {
  const ends: LogEnds = checkpoint.origin?.logs ?? {};
  const found = await Promise.all(
    markedLogs.map(async (log) => {
      const was = ends[log];
      if (!was) return [];
      const is = await firstRows(folder.file(log), log, was.rows, checkpoint.json.iteration);
      return is.rows === was.rows && is.bytes === was.bytes ? [] : [{ log, was, is }];
    }),
  );
  return found.flat();
}

/** Where the first so many rows end that can belong to a checkpoint. */
function firstRows(file: string, log: MarkedLog, most: number, iteration: number): Promise<RowsEnd> {
  // Calls belong to no iteration, and what is said during an evaluation to the next one.
  if (log === "llm" || log === "prompts" || log === "events") return endOfLines(file, { most });
  let rows = 0;
  return endOfRows<Row>(file, (row) => ++rows <= most && row.iteration <= iteration);
}

interface Row {
  readonly iteration: number;
}

/** In words, by the file's name. */
export const lossText = ({ log, was, is }: Loss): string =>
  is.rows < was.rows
    ? `${runFiles[log]} lacks ${was.rows - is.rows} of ${was.rows} rows`
    : `the first ${was.rows} rows of ${runFiles[log]} were changed: ${is.bytes} bytes instead of ${was.bytes}`;

/**
 * Where the rows end that belong to a checkpoint: as it says itself; by their iterations where it does not, or where some
 * were lost.
 */
export async function endsAt(
  folder: RunFolder,
  { json: { iteration }, origin }: TrainerCheckpoint,
  lost: readonly Loss[],
): Promise<LogEnds> {
  const ends: LogEnds = origin?.logs ?? {};
  const found = await Promise.all(
    markedLogs.map(async (log) => {
      const intact = lost.some((loss) => loss.log === log) ? undefined : ends[log];
      return [log, intact ?? (await earlyRows(folder.file(log), log, iteration))] as const;
    }),
  );
  return Object.fromEntries(found);
}

function earlyRows(file: string, log: MarkedLog, iteration: number): Promise<RowsEnd> {
  if (log === "llm" || log === "prompts") return endOfLines(file);
  return endOfRows<Row>(file, (row) => row.iteration <= iteration);
}
