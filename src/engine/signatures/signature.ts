/** What a failure signature sees, and what it says when it recognises its failure. */
import type { Experiment } from "../../protocol/experiment.ts";
import type { Episode, MetricName, MetricRow, Reflection } from "../../protocol/run.ts";

/** One iteration of a run. */
export interface IterationObservation {
  /** The experiment in force, live changes included. */
  readonly experiment: Experiment;
  readonly row: MetricRow;
  /** The pool at the end of the iteration. */
  readonly reflections: readonly Reflection[];
  /** The sessions that ended in the iteration. */
  readonly episodes: readonly Episode[];
  /** A category's name, for a person. */
  readonly nameOf: (category: number) => string;
  /** Categories that may be planned; undefined: not known. */
  readonly candidates?: number | undefined;
}

/** What the signatures measure beside the metrics. */
export type ReadingName =
  | MetricName
  /** Share of recommended items that have none of their plan's categories. */
  | "outsidePlan"
  /** Distinct categories of the plan a slate serves / as many as it could; mean over slates. */
  | "planUse"
  /** Of the plans that a model was asked for, those that its stand-in made; absent where none was asked for. */
  | "standInPlans"
  /** The same of the reflections written in the iteration. */
  | "standInReflections"
  /** exp of the entropy of which reflections were shown: as if so many were shown equally often. */
  | "effectiveReflections"
  /** Reflections shown in the iteration's sessions, repetitions counted. */
  | "reflectionsShown"
  /** Reflections that sampling may choose from. */
  | "reflectionsEligible";

export type Readings = Readonly<Partial<Record<ReadingName, number>>>;

export interface Window {
  /** Oldest first, this iteration last; at most WINDOW iterations. */
  readonly readings: readonly Readings[];
  /** The first value of the run for each reading. */
  readonly first: Readings;
}

/** Iterations a signature can look back on: enough for a median that a few outliers do not move. */
export const WINDOW = 20;

export interface Finding {
  /** What happened and what to do, in sentences. */
  readonly message: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface Signature {
  /** As in docs/troubleshooting.md. */
  readonly code: string;
  /** Iterations in a row that must show the failure before it is reported: one bad rollout is noise. */
  readonly patience: number;
  /** The failure in this iteration; undefined: none to be seen. */
  examine(observation: IterationObservation, window: Window): Finding | undefined;
}

/** This iteration's value. */
export function latest(window: Window, name: ReadingName): number | undefined {
  return window.readings.at(-1)?.[name];
}

/** A reading's course over the window, for the evidence. */
export function course(window: Window, name: ReadingName): readonly number[] {
  return window.readings.flatMap((reading) => reading[name] ?? []);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}
