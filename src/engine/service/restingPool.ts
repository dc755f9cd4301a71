/** The reflection pool of a run that is not running: looked at, and changed by hand. */
import { join } from "node:path";
import type { ReflectionChange } from "../../protocol/engine.ts";
import type { MetricRow, Reflection, RunRecord, TimelineEvent } from "../../protocol/run.ts";
import { settingsInForce } from "../../protocol/settingsInForce.ts";
import { poolChange, ReflectionPool } from "../critic/reflectionPool.ts";
import { InputError } from "../errors.ts";
import { RandomStream } from "../math/random.ts";
import { poolEvent } from "../runs/runLog.ts";
import { JsonLinesWriter, lastJsonLine, readJsonLines } from "../store/jsonLines.ts";
import { readReflections, replaceReflections } from "../store/runDocuments.ts";
import { type RunFolder, runFiles } from "../store/runFolder.ts";

/** @param folder of the run */
export async function restingPool({ seed, experiment }: RunRecord, folder: string): Promise<ReflectionPool> {
  const stream = new RandomStream(seed, "pool at rest");
  const reflections = await readReflections(join(folder, runFiles.reflections));
  const events = await readJsonLines<TimelineEvent>(join(folder, runFiles.events), ({ type }) => type === "change");
  const config = settingsInForce(experiment, events).reflections;
  // What lies there stays there: to look at a pool takes nothing out of it.
  const pool = new ReflectionPool({ ...config, capacity: Math.max(config.capacity, reflections.length) }, stream);
  pool.restore({ reflections, nextId: reflections.length + 1, random: stream.state() });
  return pool;
}

/**
 * Changes one reflection, in a folder that this process owns.
 * @throws InputError `reflections.unknown`
 */
export async function changeAtRest(
  record: RunRecord,
  folder: RunFolder,
  change: Omit<ReflectionChange, "runId">,
  onWarning: (warning: Error) => void,
): Promise<void> {
  const pool = await restingPool(record, folder.path);
  const changed = pool.change(change.id, poolChange(change));
  if (!changed) {
    throw new InputError("reflections.unknown", `Reflection ${change.id} is no longer in the pool of ${record.id}.`);
  }
  if (record.state !== "done") await note(record, folder, change, changed);
  const { assertOwned } = folder;
  await replaceReflections({ file: folder.file("reflections"), onWarning, assertOwned }, pool.reflections);
}

/**
 * Puts the change on the timeline, where a run that goes on finds it: the pool comes back from the checkpoint. A
 * reflection of an iteration that was not completed is written again first.
 */
async function note(
  { experiment }: RunRecord,
  folder: RunFolder,
  change: Omit<ReflectionChange, "runId">,
  { iteration }: Reflection,
): Promise<void> {
  const { training, simulator } = experiment;
  const complete = (await lastJsonLine<MetricRow>(folder.file("metrics"))) ?? { iteration: 0, userSteps: 0 };
  const missing = Math.max(0, iteration - complete.iteration);
  const place = {
    iteration: complete.iteration + missing + 1,
    userSteps: complete.userSteps + missing * training.rolloutSteps * simulator.users,
  };
  const events = JsonLinesWriter.open<TimelineEvent>(folder.file("events"), folder.assertOwned);
  try {
    events.append(poolEvent(change, place));
  } finally {
    await events.close();
  }
}
