/** How long each request may take. What reads data or asks a model takes longer than what looks something up. */
import type { EngineRequests } from "../../protocol/engine.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

const timeouts: Readonly<Partial<Record<keyof EngineRequests, number>>> = {
  "engine/initialize": 20 * SECOND_MS,
  "engine/shutdown": 10 * SECOND_MS,
  // Watches the lock of another machine's process for a while where it is to be taken over.
  "runs/resume": MINUTE_MS,
  // Ends with a checkpoint, after the step under way.
  "runs/stop": 2 * MINUTE_MS,
  "runs/compare": 5 * MINUTE_MS,
  "runs/evaluate": 60 * MINUTE_MS,
  "runs/report": 5 * MINUTE_MS,
  "runs/rerunStep": 10 * MINUTE_MS,
  // Keeps the run's checkpoint, by copy where the disk has no hard links.
  "trials/try": 2 * MINUTE_MS,
  "trials/goOn": 2 * MINUTE_MS,
  // Ends after the visits under way.
  "trials/stop": 2 * MINUTE_MS,
  // Loads the experiment's data set at first.
  "runs/episode": 5 * MINUTE_MS,
  "trials/visit": 5 * MINUTE_MS,
  "prompts/render": 5 * MINUTE_MS,
  // Reads all of the data, whatever their size, and can be cancelled.
  "data/describe": 60 * MINUTE_MS,
  // Loads the experiment's data set at first, and the model.
  "models/test": 5 * MINUTE_MS,
};

/** Milliseconds until a request is given up. */
export const timeoutOf = (method: keyof EngineRequests): number => timeouts[method] ?? 30 * SECOND_MS;
