/** Which lines a chart holds: one per run, or one mean with a band for runs that differ only in their seed. */
import type { MetricName } from "../../../src/protocol/metrics.ts";
import type { RunId, RunRecord } from "../../../src/protocol/run.ts";
import { formatValue } from "../../shared/format.ts";
import { sameJson } from "../../shared/sameJson.ts";
import type { RunData } from "../runs/runData.ts";
import type { RunSource } from "../runs/runLibrary.ts";
import { Series } from "../runs/series.ts";

/** A run or a group of seeds, as the legend and every chart show it. */
export interface LegendEntry {
  /** The run's id; for a group the first run's. */
  readonly key: RunId;
  readonly label: string;
  readonly runs: readonly RunRecord[];
  /** Position in the palette. */
  readonly index: number;
  readonly hidden: boolean;
}

export interface Line {
  readonly entry: LegendEntry;
  readonly series: Series;
  /** Lowest and highest over the seeds, at the mean's points. */
  readonly band?: { readonly low: Series; readonly high: Series };
}

export function legendEntries(
  runs: readonly RunRecord[],
  hidden: readonly RunId[],
  groupSeeds: boolean,
): readonly LegendEntry[] {
  const groups: RunRecord[][] = [];
  for (const run of runs) {
    const group = groupSeeds ? groups.find(([first]) => first && sameButSeed(first, run)) : undefined;
    if (group) group.push(run);
    else groups.push([run]);
  }
  return groups.flatMap((group, index) => {
    const [first] = group;
    if (!first) return [];
    const label = group.length === 1 ? first.name : `${first.name}, mean of ${group.length} seeds`;
    return { key: first.id, label, runs: group, index, hidden: hidden.includes(first.id) };
  });
}

function sameButSeed(a: RunRecord, b: RunRecord): boolean {
  const seedless = (run: RunRecord): unknown => ({ ...(run.experiment as object), seed: 0, name: "", description: "" });
  const hashes = (run: RunRecord): string => run.prompts.map(({ hash }) => hash).join(" ");
  return hashes(a) === hashes(b) && sameJson(seedless(a), seedless(b));
}

/** How the other runs' settings differ from the first one's: "quit.repeatCost 0.5, seed 3". */
export function settingsDifference(run: RunRecord, other: RunRecord): string {
  const parts: string[] = [];
  collect(run.experiment, other.experiment, "", parts);
  if (run.seed !== other.seed && !parts.some((part) => part.startsWith("seed "))) parts.unshift(`seed ${run.seed}`);
  const prompts = run.prompts.filter(({ hash }) => !other.prompts.some((prompt) => prompt.hash === hash));
  for (const { role, hash } of prompts) parts.push(`${role} prompt ${hash.slice(0, 7)}`);
  return parts.length > 4 ? `${parts.slice(0, 4).join(", ")} and ${parts.length - 4} more` : parts.join(", ");
}

function collect(value: unknown, other: unknown, path: string, parts: string[]): void {
  if (sameJson(value, other)) return;
  if (isObject(value) && isObject(other)) {
    for (const key of new Set([...Object.keys(value), ...Object.keys(other)])) {
      if (path === "" && (key === "name" || key === "description")) continue;
      collect(value[key], other[key], path === "" ? key : `${path.split(".").at(-1)}.${key}`, parts);
    }
  } else parts.push(value === undefined ? `no ${path}` : `${path} ${formatValue(value, 24)}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// -------------------------------------------------------------------------------------------------------------- lines

/** Lines of one metric; group means are kept until one of their runs grows. */
export class LineSource {
  private readonly means = new Map<string, { readonly revision: number; readonly line: Omit<Line, "entry"> }>();

  constructor(private readonly library: RunSource) {}

  lines(metric: MetricName, legend: readonly LegendEntry[]): readonly Line[] {
    return legend.flatMap((entry) => {
      if (entry.hidden) return [];
      const members = entry.runs.flatMap((run) => seriesOf(this.library.get(run.id), metric));
      const [only] = members;
      if (!only) return [];
      return members.length === 1 ? { entry, series: only } : { entry, ...this.mean(metric, entry, members) };
    });
  }

  private mean(metric: MetricName, entry: LegendEntry, members: readonly Series[]): Omit<Line, "entry"> {
    const key = `${metric} ${entry.runs.map(({ id }) => id).join(" ")}`;
    const revision = members.reduce((sum, { revision: one }) => sum + one, 0);
    const kept = this.means.get(key);
    if (kept?.revision === revision) return kept.line;
    const line = meanWithBand(members);
    this.means.set(key, { revision, line });
    return line;
  }
}

const seriesOf = (data: RunData | undefined, metric: MetricName): Series[] => {
  const series = data?.series.get(metric);
  return series && series.length > 0 ? [series] : [];
};

/** Mean, lowest and highest at the iterations that every run has. */
export function meanWithBand(members: readonly Series[]): Omit<Line, "entry"> {
  const [first, ...others] = members;
  const series = new Series();
  const low = new Series();
  const high = new Series();
  if (!first) return { series };
  const iterations = first.iteration.numbers();
  const userSteps = first.userSteps.numbers();
  const values = first.values.numbers();
  const at = others.map(() => 0);
  for (let i = 0; i < iterations.length; i++) {
    const iteration = iterations[i] as number;
    let sum = values[i] as number;
    let lowest = sum;
    let highest = sum;
    let common = 1;
    for (let j = 0; j < others.length; j++) {
      const other = others[j] as Series;
      const theirs = other.iteration.numbers();
      let k = at[j] as number;
      while (k < theirs.length && (theirs[k] as number) < iteration) k++;
      at[j] = k;
      if (theirs[k] !== iteration) continue;
      const value = other.values.numbers()[k] as number;
      sum += value;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
      common++;
    }
    if (common < members.length) continue;
    series.append(iteration, userSteps[i] as number, sum / common);
    low.append(iteration, userSteps[i] as number, lowest);
    high.append(iteration, userSteps[i] as number, highest);
  }
  return { series, band: { low, high } };
}
