/** `reflections/...`: the pool of a run, looked at and changed by hand, whether the run is running or not. */
import type { PooledReflection } from "../../protocol/engine.ts";
import { emptyPool, ratingSheet, sampleOf } from "../critic/ratingSheet.ts";
import type { HandlersOf } from "./handlers.ts";
import { changeAtRest } from "./restingPool.ts";
import type { Workspace } from "./workspace.ts";

export function reflectionHandlers(workspace: Workspace): HandlersOf<"reflections"> {
  const { runs, reader, options } = workspace;
  return {
    "reflections/list": async ({ runId }) => {
      const pool = await workspace.pool(runId);
      const probabilities = pool.probabilities();
      return pool.reflections.map(
        (reflection): PooledReflection => ({ ...reflection, probability: probabilities.get(reflection.id) ?? 0 }),
      );
    },

    "reflections/sheet": async ({ runId, sample, seed }) => {
      const drawn = sampleOf(await workspace.reflections(runId), sample, seed);
      if (drawn.length === 0) throw emptyPool(`Run ${runId}`);
      return { csv: ratingSheet(drawn), drawn: drawn.length };
    },

    "reflections/change": async ({ runId, ...change }) => {
      const run = runs.get(runId);
      if (run) {
        run.changeReflection(change);
        return null;
      }
      const onWarning = (warning: Error) => workspace.warn(warning);
      await workspace.whileOwning(runId, async (folder) =>
        changeAtRest(await reader.record(runId), folder, change, onWarning),
      );
      options.notify("reflections/changed", { runId });
      return null;
    },
  };
}
