/** How long each request may take. What reads data or asks a model takes longer than what looks something up. */
import type { EngineRequests } from "../../protocol/engine.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const timeouts: Readonly<Partial<Record<keyof EngineRequests, number>>> = {
  "engine/initialize": 20 * SECOND,
  "engine/shutdown": 10 * SECOND,
  // Ends with a checkpoint, after the step under way.
  "runs/stop": 2 * MINUTE,
  "runs/compare": 5 * MINUTE,
  "runs/evaluate": 60 * MINUTE,
  "runs/report": 5 * MINUTE,
  "runs/rerunStep": 10 * MINUTE,
  // Loads the experiment's data set at first.
  "runs/episode": 5 * MINUTE,
  "prompts/render": 5 * MINUTE,
  "models/test": MINUTE,
};

/** Milliseconds until a request is given up. */
export const timeoutOf = (method: keyof EngineRequests): number => timeouts[method] ?? 30 * SECOND;
