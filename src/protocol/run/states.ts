/** The states of a run, and what they allow. Apart from the record, so that what only asks for them loads no schemas. */

export const runStates = ["starting", "running", "paused", "done", "stopped", "failed", "interrupted"] as const;
export type RunState = (typeof runStates)[number];
export type ActiveState = Extract<RunState, "starting" | "running" | "paused">;

/** A run that has not ended. Where no process owns it any more, it was interrupted. */
export const isActive = (state: RunState): state is ActiveState =>
  state === "starting" || state === "running" || state === "paused";

/** A run that can go on from its checkpoint. */
export const isResumable = (state: RunState): boolean =>
  state === "interrupted" || state === "stopped" || state === "failed";
