/** Reads run folders for the client: slices of the curves, episodes, model calls. Never writes. */
import { join } from "node:path";
import type {
  EngineRequests,
  EpisodeQuery,
  EpisodeSummary,
  ModelCall,
  RangeQuery,
  RunCursor,
  RunRange,
  RunSlice,
  UnreadableRun,
} from "../../protocol/engine.ts";
import { RANGE_ROWS, readFrom, SAMPLED_ROWS, WINDOW_ROWS } from "../../protocol/run/rowCursor.ts";
import {
  type Episode,
  isActive,
  type MetricRow,
  type ReferenceRow,
  type RunId,
  type RunRecord,
  type TimelineEvent,
} from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { type StoredCall, withMessages } from "../serving/callLog.ts";
import { checkpointedEnds } from "../store/checkpoint.ts";
import { jsonLines, jsonLinesFromEnd } from "../store/jsonLines.ts";
import { rowsAnywhere, rowsBetween } from "../store/rowRange.ts";
import { type NewestRows, RowReader } from "../store/rowReader.ts";
import { type ListedRun, listRun, runFiles } from "../store/runFolder.ts";
import { RunList } from "../store/runList.ts";
import { isLocked } from "../store/runLock.ts";
import { folderNamed } from "../store/storage.ts";
import { readableEvent, readableMetrics, readableReferences } from "./readableRows.ts";

type LogFile = "metrics" | "timing" | "events" | "references";

export class RunReader {
  private readonly rows = new RowReader();
  private readonly all: RunList;
  /** Runs that cannot be read are said once, not with every list. */
  private readonly told = new Set<string>();

  constructor(
    private readonly workspaceFolder: string,
    private readonly onWarning: (warning: Error) => void,
    mayWrite?: () => boolean,
  ) {
    this.all = new RunList(workspaceFolder, onWarning, mayWrite);
  }

  /** @throws InputError `run.unknown` where the id is no folder's name */
  folder(runId: RunId): string {
    const folder = folderNamed(this.workspaceFolder, "runs", runId);
    if (folder !== undefined) return folder;
    throw unknownRun(runId);
  }

  /**
   * Newest first; a run without a living owner that says it runs was interrupted. Folders that cannot be read come
   * besides, with what keeps them from it.
   */
  async list(): Promise<EngineRequests["runs/list"]["result"]> {
    const listed = await this.all.list();
    const unreadable: UnreadableRun[] = [];
    for (const { id, path, record, problem, missing } of listed) {
      // Its record comes in a moment.
      if (record || (missing && (await isLocked(join(path, runFiles.lock))))) continue;
      unreadable.push({ id, problem });
      if (!missing) this.tellOnce(problem);
    }
    return { runs: listed.flatMap((run) => (run.record ? [stateAsItIs(run)] : [])), unreadable };
  }

  private tellOnce(problem: string): void {
    if (this.told.has(problem)) return;
    this.told.add(problem);
    this.onWarning(new InputError("run.unreadable", problem));
  }

  /** @throws InputError `run.unknown`, or `run.unreadable` with the path of what does not fit */
  async record(runId: RunId): Promise<RunRecord> {
    const run = await listRun(this.folder(runId), runId);
    if (run.record) return stateAsItIs(run);
    throw run.missing ? unknownRun(runId) : new InputError("run.unreadable", run.problem);
  }

  /** The newest rows behind the cursor, a window of them at most; it begins where rows are missing before them. */
  async slice(runId: RunId, cursor: RunCursor): Promise<RunSlice> {
    const from = readFrom(cursor);
    const newest = await this.newestOf(runId);
    const [metrics, timing, events, references] = await Promise.all([
      newest<MetricRow>("metrics", from.metrics),
      newest<MetricRow>("timing", from.timing),
      newest<TimelineEvent>("events", from.events),
      newest<ReferenceRow>("references", 0),
    ]);
    return {
      runId,
      metrics: metrics.rows.map(readableMetrics),
      timing: timing.rows.map(readableMetrics),
      events: events.rows.map(readableEvent),
      references: readableReferences(references.rows),
      cursor: { metrics: metrics.end, timing: timing.end, events: events.end },
    };
  }

  /** Behind the last rows of a run. */
  async end(runId: RunId): Promise<RunCursor> {
    const behindAll = Number.POSITIVE_INFINITY;
    const newest = await this.newestOf(runId);
    const [metrics, timing, events] = await Promise.all([
      newest("metrics", behindAll),
      newest("timing", behindAll),
      newest("events", behindAll),
    ]);
    return { metrics: metrics.end, timing: timing.end, events: events.end };
  }

  /** Reads logs from where the checkpoint has seen them on. */
  private async newestOf(runId: RunId) {
    const folder = this.folder(runId);
    const known = await checkpointedEnds(folder);
    return <Row>(log: LogFile, skipped: number): Promise<NewestRows<Row>> =>
      this.rows.newest<Row>(join(folder, runFiles[log]), skipped, WINDOW_ROWS, known[log]);
  }

  /** Rows of earlier iterations, `from` <= iteration < `to`: all of them, or a sample where they are many. */
  async range({ runId, from, to }: RangeQuery): Promise<RunRange> {
    const folder = this.folder(runId);
    const file = (log: LogFile): string => join(folder, runFiles[log]);
    const limits = { rows: RANGE_ROWS, samples: SAMPLED_ROWS };
    const [metrics, timing, events] = await Promise.all([
      rowsBetween<MetricRow>(file("metrics"), from, to, limits),
      rowsBetween<MetricRow>(file("timing"), from, to, limits),
      rowsAnywhere<TimelineEvent>(file("events"), from, to, limits),
    ]);
    return {
      runId,
      from,
      to,
      metrics: metrics.rows.map(readableMetrics),
      timing: timing.rows.map(readableMetrics),
      events: events.rows.map(readableEvent),
      whole: metrics.whole && timing.whole && events.whole,
    };
  }

  async episodes({ runId, order, user, limit }: EpisodeQuery): Promise<readonly EpisodeSummary[]> {
    const file = join(this.folder(runId), runFiles.episodes);
    const found: EpisodeSummary[] = [];
    const better = order === "best" ? 1 : -1;
    for await (const episode of order === "latest" ? jsonLinesFromEnd<Episode>(file) : jsonLines<Episode>(file)) {
      if (user !== undefined && episode.user !== user) continue;
      found.push(summaryOf(episode));
      if (order === "latest" && found.length === limit) break;
      // No more are kept than are asked for, and as many again.
      if (order !== "latest" && found.length > 2 * limit) keepFirst(found, limit, better);
    }
    if (order !== "latest") keepFirst(found, limit, better);
    return found;
  }

  /** An episode with the model calls its plans were made by, in order. */
  async episode(
    runId: RunId,
    id: string,
  ): Promise<Pick<EngineRequests["runs/episode"]["result"], "episode" | "calls">> {
    const folder = this.folder(runId);
    for await (const episode of jsonLines<Episode>(join(folder, runFiles.episodes))) {
      if (episode.id === id) return { episode, calls: await callsOf(folder, episode) };
    }
    throw new InputError("run.unknown-episode", `Session ${id} is not in the run ${runId}.`);
  }
}

/** The order of equal ones is that of the file. */
function keepFirst(summaries: EpisodeSummary[], limit: number, better: 1 | -1): void {
  summaries.sort((a, b) => better * (b.rCum - a.rCum)).splice(limit);
}

const summaryOf = ({ id, iteration, user, tInt, rCum, rSin, ended, reflection }: Episode): EpisodeSummary => ({
  id,
  iteration,
  user,
  tInt,
  rCum,
  rSin,
  ended,
  ...(reflection !== undefined && { reflection }),
});

/** The last answered call of each plan, as the plan's callId names it. */
async function callsOf(folder: string, { steps }: Episode): Promise<readonly ModelCall[]> {
  const wanted = new Set(steps.flatMap(({ plan }) => plan.callId ?? []));
  if (wanted.size === 0) return [];
  const found = new Map<string, StoredCall>();
  for await (const call of jsonLines<StoredCall>(join(folder, runFiles.llm))) {
    if (wanted.has(call.id) && (call.error === undefined || !found.has(call.id))) found.set(call.id, call);
  }
  const calls = [...wanted].flatMap((id) => found.get(id) ?? []);
  return withMessages(calls, join(folder, runFiles.prompts));
}

const stateAsItIs = ({ record, live }: Extract<ListedRun, { record: RunRecord }>): RunRecord =>
  !live && isActive(record.state) ? { ...record, state: "interrupted" } : record;

function unknownRun(runId: string): InputError {
  return new InputError("run.unknown", `There is no run ${runId} in this workspace; it may have been deleted.`);
}
