/** A comparison as it is shown: what tables, reports and the sentence at their end are made of. */
import type { ComparedDifference, Comparison, ComparisonCell, ComparisonRow } from "../../protocol/engine.ts";
import type { ReferencePolicy } from "../../protocol/run.ts";
import type { ComparedMetric } from "../../protocol/suite.ts";
import type { Estimate } from "../metrics/statistics.ts";
import type { Scores } from "./loadRuns.ts";

export interface ComparedRow extends ComparisonRow {
  readonly description: string;
  readonly metrics: Readonly<Record<string, Estimate & ComparisonCell>>;
  /** Against the baseline row, in R_cum; absent for the baseline itself. */
  readonly against?: {
    /** P(this row's seed > the baseline's); absent where one of them has a single seed. */
    readonly improvement?: Estimate;
    /** Absent where sessions do not pair up and one of them has a single seed. */
    readonly difference?: ComparedDifference;
  };
}

export interface RunComparison extends Comparison {
  readonly title: string;
  readonly question: string;
  /** Columns of the table. */
  readonly metrics: readonly ComparedMetric[];
  readonly rows: readonly ComparedRow[];
  readonly baseline: number;
  /** In the baseline's setting. */
  readonly references: readonly { readonly policy: ReferencePolicy; readonly metrics: Scores }[];
}
