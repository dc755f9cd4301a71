/** Opens the folder of a run that rests, and mends what a killed process left of it. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { TimelineEvent } from "../../protocol/run.ts";
import { poolChange, ReflectionPool } from "../critic/reflectionPool.ts";
import { RandomStream } from "../math/random.ts";
import { isDocument } from "../store/jsonDocument.ts";
import { readJsonLines } from "../store/jsonLines.ts";
import { readRunRecord, replaceReflections } from "../store/runDocuments.ts";
import { type Opening, RunFolder, runFiles } from "../store/runFolder.ts";
import { standingAt } from "../store/runLock.ts";
import { ownCheckpoint } from "./ownCheckpoint.ts";
import { amendment } from "./runLog.ts";

type Warn = (warning: Error) => void;

/** @throws InputError `store.missing`, `store.link`, `store.locked`, `store.locked-elsewhere` */
export async function openRun(path: string, now: () => Date, onWarning: Warn, how: Opening = {}): Promise<RunFolder> {
  const left = how.takeOver || (await wasLeft(path));
  const folder = await RunFolder.open(path, now, how);
  // What cannot be mended is as good as it was: whoever opens the folder wants something else of it.
  if (left) await mendPool(folder, onWarning).catch(onWarning);
  return folder;
}

/**
 * For who only reads the folder. Where another process has it open, or may, or it cannot be written, it is read as it is.
 * Nor is it opened where there is nothing to mend: whoever resumes the run just then would be refused.
 */
export async function mendWhereLeft(path: string, now: () => Date, onWarning: Warn): Promise<void> {
  if (!(await wasLeft(path))) return;
  const record = await readRunRecord(join(path, runFiles.record)).catch(() => undefined);
  if (record?.state !== "done") return;
  const folder = await openRun(path, now, onWarning).catch(onWarning);
  await folder?.release();
}

/** A process that was killed leaves its lock; a lost pool is mended alike. */
async function wasLeft(path: string): Promise<boolean> {
  const lock = join(path, runFiles.lock);
  const hasLock = await access(lock).then(
    () => true,
    () => false,
  );
  return hasLock ? (await standingAt(lock)) === "gone" : !(await isDocument(join(path, runFiles.reflections)));
}

/**
 * Versions before wrote the last record of a run before its pool: one killed in between is done, and its pool is of
 * earlier. The checkpoint holds it; what a person did after stands on the timeline.
 */
async function mendPool(folder: RunFolder, onWarning: Warn): Promise<void> {
  const record = await readRunRecord(folder.file("record"));
  if (record.state !== "done") return;
  const checkpoint = await ownCheckpoint(folder.path, record, onWarning);
  if (!checkpoint) return;
  const { iteration, experiment, pool: state } = checkpoint.json;
  const pool = new ReflectionPool(experiment.reflections, new RandomStream(record.seed, "pool"));
  pool.restore(state);
  for (const event of await readJsonLines<TimelineEvent>(folder.file("events"))) {
    if (event.type === "pool" && event.iteration > iteration)
      pool.change(event.reflection, poolChange(amendment(event)));
  }
  const { assertOwned } = folder;
  await replaceReflections({ file: folder.file("reflections"), onWarning, assertOwned }, pool.reflections);
}
