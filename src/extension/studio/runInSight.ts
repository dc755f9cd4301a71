/** The run that a page follows. */
import { isActive } from "../../protocol/run/states.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { RunStore } from "../engine/runStore.ts";

/** The run of an experiment that goes on, else the one asked for, else its newest. */
export function runInSight(
  runs: Pick<RunStore, "all" | "get">,
  experimentFile: string,
  asked?: RunId,
): RunRecord | undefined {
  const own = runs.all.filter((run) => run.experimentFile === experimentFile);
  const chosen = asked === undefined ? undefined : runs.get(asked);
  return own.find(({ state }) => isActive(state)) ?? chosen ?? own[0];
}
