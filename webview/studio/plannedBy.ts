/** Returns are comparable only where the same planner planned: whose the one beside a run is. */
import { scoreOf } from "../../src/protocol/run/score.ts";
import type { RunRecord } from "../../src/protocol/run.ts";

export function plannedBy(run: Pick<RunRecord, "summary" | "experiment">): string {
  const score = scoreOf(run);
  switch (score?.of) {
    case "prompt":
      return score.visits === undefined ? "of the prompt" : `of the prompt, ${score.visits} visits`;
    case "policy":
      return "policy only, planned offline";
    case "run":
      return run.summary?.planner === "none" ? "without a planner" : "with the offline planner";
    case "training":
      return "mean of training";
    case undefined:
      return "";
  }
}
