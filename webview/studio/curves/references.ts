/** Horizontal reference lines: policies measured on the same users, and the paper's numbers where they apply. */
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import type { MetricName } from "../../../src/protocol/metrics.ts";
import { type ReferencePolicy, referenceLabel } from "../../../src/protocol/run/references.ts";
import type { ReferenceRow, RunRecord } from "../../../src/protocol/run.ts";

export interface ReferenceLine {
  readonly label: string;
  readonly value: number;
}

type Returns = "tInt" | "rCum" | "rSin";

const returnsOf: Partial<Record<MetricName, Returns>> = {
  tInt: "tInt",
  rCum: "rCum",
  rSin: "rSin",
  evalTInt: "tInt",
  evalRCum: "rCum",
  evalRSin: "rSin",
};

/** docs/method.md, section 11. */
const published: Record<string, Record<Returns, number>> = {
  kuairand: { tInt: 17.238, rCum: 12.284, rSin: 0.719 },
  kuairec: { tInt: 16.4, rCum: 10.507, rSin: 0.637 },
};

export function referenceLines(
  metric: MetricName,
  rows: readonly ReferenceRow[],
  run: RunRecord | undefined,
): ReferenceLine[] {
  if (metric === "evalNormalised") return normalisedLines(rows);
  const key = returnsOf[metric];
  if (!key) return [];
  const lines = drawn(rows).map((row) => ({ label: referenceLabel(row.policy), value: row[key] }));
  const paper =
    run && paperSetting(run.experiment) ? published[String(valueAt(run.experiment, "dataset.kind"))] : undefined;
  return paper ? [...lines, { label: "paper", value: paper[key] }] : lines;
}

/** Items at random in the run's own plans say more than in plans by turns, whose line would lie beside theirs. */
function drawn(rows: readonly ReferenceRow[]): readonly ReferenceRow[] {
  const isInPlan = rows.some(({ policy }) => policy === "random-in-plan");
  return rows.filter(({ policy }) => policy !== "round-robin" || !isInPlan);
}

/** The scale's ends where nothing has been measured yet. */
function normalisedLines(rows: readonly ReferenceRow[]): ReferenceLine[] {
  const rCum = (policy: ReferencePolicy) => rows.find((row) => row.policy === policy)?.rCum ?? Number.NaN;
  const [zero, one] = [rCum("random"), rCum("oracle")];
  const between = drawn(rows).filter(({ policy }) => policy !== "random" && policy !== "oracle");
  return [
    { label: "random", value: 0 },
    ...between.map((row) => ({ label: referenceLabel(row.policy), value: (row.rCum - zero) / (one - zero) })),
    { label: "oracle", value: 1 },
  ].filter(({ value }) => Number.isFinite(value));
}

/** The published numbers hold for slates of 6 and sessions of at most 20 steps under the temper rule. */
function paperSetting(experiment: unknown): boolean {
  const quit = valueAt(experiment, "simulator.quit");
  return (
    valueAt(experiment, "simulator.slateSize") === 6 &&
    valueAt(quit, "rule") === "temper" &&
    valueAt(quit, "initialTemper") === 20 &&
    valueAt(quit, "stepCost") === 1 &&
    valueAt(quit, "repeatCost") === 1 &&
    valueAt(quit, "comparison") === "position" &&
    valueAt(quit, "window") === 1 &&
    valueAt(quit, "threshold") === 1
  );
}
