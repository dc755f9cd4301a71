/** The states of runs and trials, as the page names them. */
import type { RunState } from "../../src/protocol/run/states.ts";

export const stateNames: Readonly<Record<RunState, string>> = {
  starting: "Starting",
  running: "Running",
  paused: "Paused",
  done: "Done",
  stopped: "Stopped",
  failed: "Failed",
  interrupted: "Interrupted",
};
