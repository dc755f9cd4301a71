/** Returns are comparable only where the same planner planned: who did, as it stands beside R_cum. */
import type { RunSummary } from "../../src/protocol/run.ts";

const planners: Readonly<Record<NonNullable<RunSummary["planner"]>, string>> = {
  none: "without a planner",
  offline: "with the offline planner",
  model: "with the model's plans",
};

export const plannedBy = ({ planner }: RunSummary): string =>
  planner === undefined ? "mean of training" : planners[planner];
