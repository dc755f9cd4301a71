/** Reads run folders for the client: slices of the curves, episodes, model calls. Never writes. */
import { join } from "node:path";
import type {
  EngineRequests,
  EpisodeQuery,
  EpisodeSummary,
  ModelCall,
  RunCursor,
  RunSlice,
  UnreadableRun,
} from "../../protocol/engine.ts";
import { behind, readFrom } from "../../protocol/run/rowCursor.ts";
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
import { jsonLines } from "../store/jsonLines.ts";
import { RowReader } from "../store/rowReader.ts";
import { type ListedRun, listRun, runFiles } from "../store/runFolder.ts";
import { RunList } from "../store/runList.ts";
import { isLocked } from "../store/runLock.ts";
import { folderNamed } from "../store/storage.ts";
import { readableEvent, readableMetrics, readableReferences } from "./readableRows.ts";

export class RunReader {
  private readonly rows = new RowReader();
  private readonly all: RunList;
  /** Runs that cannot be read are said once, not with every list. */
  private readonly told = new Set<string>();

  constructor(
    private readonly workspaceFolder: string,
    private readonly onWarning: (warning: Error) => void,
  ) {
    this.all = new RunList(workspaceFolder, onWarning);
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

  async slice(runId: RunId, cursor: RunCursor): Promise<RunSlice> {
    const folder = this.folder(runId);
    const from = readFrom(cursor);
    const rowsOf = <Row>(file: keyof typeof runFiles, start: number): Promise<readonly Row[]> =>
      this.rows.rowsAfter<Row>(join(folder, runFiles[file]), start);
    const [allMetrics, allTiming, allEvents, references] = await Promise.all([
      rowsOf<MetricRow>("metrics", from.metrics),
      rowsOf<MetricRow>("timing", from.timing),
      rowsOf<TimelineEvent>("events", from.events),
      rowsOf<ReferenceRow>("references", 0),
    ]);
    const metrics = allMetrics.map(readableMetrics);
    const timing = allTiming.map(readableMetrics);
    const events = allEvents.map(readableEvent);
    return {
      runId,
      metrics,
      timing,
      events,
      references: readableReferences(references),
      cursor: behind(from, { metrics, timing, events }),
    };
  }

  async episodes({ runId, order, user, limit }: EpisodeQuery): Promise<readonly EpisodeSummary[]> {
    const summaries: EpisodeSummary[] = [];
    for await (const episode of jsonLines<Episode>(join(this.folder(runId), runFiles.episodes))) {
      if (user !== undefined && episode.user !== user) continue;
      const { id, iteration, tInt, rCum, rSin, ended, reflection } = episode;
      summaries.push({
        id,
        iteration,
        user: episode.user,
        tInt,
        rCum,
        rSin,
        ended,
        ...(reflection !== undefined && { reflection }),
      });
    }
    if (order === "latest") summaries.reverse();
    else summaries.sort((a, b) => (order === "best" ? b.rCum - a.rCum : a.rCum - b.rCum));
    return summaries.slice(0, limit);
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
