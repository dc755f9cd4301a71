/** Documents, prompts and slices as the host keeps and cuts them. */
import type { LiveChange, RangeQuery, RunCursor, RunRange, RunSlice } from "../../../src/protocol/engine.ts";
import type { Experiment } from "../../../src/protocol/experiment.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import type { DocumentState, PromptRole, PromptState } from "../../../src/protocol/studio.ts";

export function documentOf(value: Experiment, version: number): DocumentState {
  return {
    file: "wording.lerl.json",
    version,
    dirty: false,
    text: JSON.stringify(value, undefined, 2),
    experiment: value,
    problems: [],
  };
}

export function promptOf(role: PromptRole, text: string): PromptState {
  const problems: PromptState["problems"] =
    role === "planner"
      ? [
          {
            line: 21,
            column: 7,
            severity: "warning",
            message: "The variable count has no default for a plan without a policy.",
          },
        ]
      : [];
  return { role, file: `${role}.lerl.md`, exists: true, version: 1, dirty: false, text, problems };
}

export const cursorOf = ({ metrics, timing, events }: RunSlice, before?: RunCursor): RunCursor => ({
  metrics: before?.metrics ?? metrics.length,
  timing: timing.length,
  events: events.length,
});

export function rangeOf(slice: RunSlice | undefined, { runId, from, to }: RangeQuery, most: number): RunRange {
  if (!slice) throw new Error(`Run ${runId} does not exist.`);
  const within = <Row extends { readonly iteration: number }>(rows: readonly Row[]) =>
    rows.filter(({ iteration }) => iteration >= from && iteration < to);
  const metrics = within(slice.metrics);
  const whole = metrics.length <= most;
  return {
    ...{ runId, from, to, whole },
    metrics: whole ? metrics : metrics.filter((_, i) => i % 10 === 0),
    timing: within(slice.timing),
    events: within(slice.events),
  };
}

export function sliceFrom(slice: RunSlice | undefined, runId: RunId, cursor: RunCursor, most: number): RunSlice {
  if (!slice) throw new Error(`Run ${runId} does not exist.`);
  const from = (at: number): number => Math.max(0, at);
  return {
    ...slice,
    metrics: slice.metrics.slice(Math.max(from(cursor.metrics), slice.metrics.length - most)),
    timing: slice.timing.slice(from(cursor.timing)),
    events: slice.events.slice(from(cursor.events)),
  };
}

export function withChange(root: unknown, { path, value }: LiveChange): unknown {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((at, key) => (at as Record<string, unknown>)[key], root) as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return root;
}
