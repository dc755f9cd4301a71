/** What a report shows beside the comparison: curves, categories, reflections and warnings of each row. */
import { join } from "node:path";
import { type MetricRow, meritOf, type Reflection, type TimelineEvent } from "../../../protocol/run.ts";
import { fewAtOnce } from "../../store/fewAtOnce.ts";
import { jsonLines } from "../../store/jsonLines.ts";
import { readReflections } from "../../store/runDocuments.ts";
import { runFiles } from "../../store/runFolder.ts";
import type { RunGroup } from "../groups.ts";
import type { LoadedRun } from "../loadRuns.ts";
import { type CurvePoint, type CurveSample, sampleEfficiencyCurve } from "../sampleEfficiency.ts";

export interface GroupData {
  readonly group: RunGroup;
  /** Return of the sessions that ended, while training; empty where nothing was learned. */
  readonly curve: readonly CurvePoint[];
  /** [step][category] shares of what was recommended at each evaluation step, over all seeds; empty without evaluation. */
  readonly categories: readonly (readonly number[])[];
  /** Of the first seed, the best first. */
  readonly reflections: readonly Reflection[];
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly code: string;
  /** As the first seed that met it words it. */
  readonly message: string;
  readonly seeds: readonly number[];
}

/** Iterations averaged into one point of a curve. */
export const SMOOTHING = 5;
/** A band is drawn a pixel or two thick: fewer resamples than a table's serve it. */
const BAND_RESAMPLES = 2000;
const MOST_POINTS = 100;

export async function loadGroupData(group: RunGroup): Promise<GroupData> {
  const { runs } = group;
  const samples = await fewAtOnce(runs, curveOf);
  const [first] = runs;
  return {
    group,
    curve: samples.every(({ length }) => length > 1) ? sampleEfficiencyCurve(samples, BAND_RESAMPLES) : [],
    categories: categoryShares(runs),
    reflections: first ? await bestReflections(first) : [],
    warnings: await warningsOf(runs),
  };
}

async function curveOf({ folder }: LoadedRun): Promise<readonly CurveSample[]> {
  const points: { userSteps: number; rCum: number }[] = [];
  for await (const { userSteps, values } of jsonLines<MetricRow>(join(folder, runFiles.metrics))) {
    if (values.rCum !== undefined) points.push({ userSteps, rCum: values.rCum });
  }
  const smooth = points.slice(SMOOTHING - 1).map(({ userSteps }, i) => {
    const window = points.slice(i, i + SMOOTHING);
    return { userSteps, value: window.reduce((sum, point) => sum + point.rCum, 0) / window.length };
  });
  const every = Math.ceil(smooth.length / MOST_POINTS);
  return smooth.filter((_, i) => (smooth.length - 1 - i) % every === 0);
}

function categoryShares(runs: readonly LoadedRun[]): GroupData["categories"] {
  const all = runs.flatMap(({ evaluation }) => (evaluation ? [evaluation.run.categories] : []));
  return sharesOf(all);
}

/** Shares by step over several evaluations; as long as the longest of them. */
export function sharesOf(counts: readonly (readonly (readonly number[])[])[]): GroupData["categories"] {
  const steps = Math.max(0, ...counts.map(({ length }) => length));
  return Array.from({ length: steps }, (_, t) => {
    const rows = counts.flatMap((run) => (run[t] ? [run[t]] : []));
    const sums = (rows[0] ?? []).map((_, category) => rows.reduce((sum, row) => sum + (row[category] ?? 0), 0));
    const total = sums.reduce((sum, count) => sum + count, 0);
    return sums.map((count) => (total === 0 ? 0 : count / total));
  });
}

async function bestReflections({ folder }: LoadedRun): Promise<readonly Reflection[]> {
  const reflections = await readReflections(join(folder, runFiles.reflections)).catch(() => []);
  return [...reflections].sort((a, b) => meritOf(b) - meritOf(a) || (a.id < b.id ? -1 : 1));
}

async function warningsOf(runs: readonly LoadedRun[]): Promise<readonly Warning[]> {
  const found = new Map<string, { message: string; seeds: Set<number> }>();
  for (const { folder, record } of runs) {
    for await (const event of jsonLines<TimelineEvent>(join(folder, runFiles.events))) {
      if (event.type !== "warning") continue;
      const warning = found.get(event.code) ?? { message: event.message, seeds: new Set() };
      warning.seeds.add(record.seed);
      found.set(event.code, warning);
    }
  }
  return [...found].map(([code, { message, seeds }]) => ({ code, message, seeds: [...seeds] }));
}
