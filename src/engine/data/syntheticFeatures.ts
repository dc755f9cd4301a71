/** What a platform would know of synthetic users and items: noisy readings of the truth in bins. */
import type { RandomStream } from "../math/random.ts";
import type { FeatureTable, InteractionLog, LatentTruth, Lists } from "./dataset.ts";

const BINS = 8;
/** Standard deviation of a reading's error; the factor it reads has 1. */
const READING_ERROR = 0.7;
const READINGS = 3;
/** History lengths that divide users into five degrees of activity. */
const ACTIVITY_BOUNDS = [8, 18, 39, 72];

interface FeatureColumn {
  readonly name: string;
  readonly size: number;
  readonly value: (row: number) => number;
}

/** Activity by history length, and readings of the first factors. @param spread standard deviation of a factor */
export function userFeatures(
  truth: LatentTruth,
  offsets: Int32Array,
  spread: number,
  random: RandomStream,
): FeatureTable {
  const length = (user: number): number => (offsets[user + 1] as number) - (offsets[user] as number);
  return featureTable(truth.userBias.length, [
    {
      name: "user_active_degree",
      size: ACTIVITY_BOUNDS.length + 1,
      value: (user) => ACTIVITY_BOUNDS.filter((bound) => length(user) > bound).length,
    },
    ...readings(truth.userFactors, truth.dim, spread, random),
  ]);
}

/**
 * The primary category, a duration that says a little about quality, readings of the first factors, and the statistics
 * a platform keeps of its log: how often an item was shown, and how often it was clicked.
 */
export function itemFeatures(
  truth: LatentTruth,
  { offsets, values }: Lists,
  categories: number,
  log: InteractionLog,
  spread: number,
  random: RandomStream,
): FeatureTable {
  const { shown, clickRate } = logStatistics(log, truth.itemBias.length);
  const popularity = quantileBins(shown);
  const appeal = quantileBins(clickRate);
  return featureTable(truth.itemBias.length, [
    { name: "tag", size: categories, value: (item) => values[offsets[item] as number] as number },
    {
      name: "duration_range",
      size: BINS,
      value: (item) => bin(0.4 * (truth.itemBias[item] as number) + random.normal()),
    },
    ...readings(truth.itemFactors, truth.dim, spread, random),
    { name: "show_count_range", size: BINS, value: (item) => popularity[item] as number },
    { name: "click_rate_range", size: BINS, value: (item) => appeal[item] as number },
  ]);
}

/** Exposures that the log's overall click rate counts for in an item's. */
const PRIOR_EXPOSURES = 5;

/** [items] exposures and smoothed click rates in the log. */
function logStatistics(
  { items, feedback }: InteractionLog,
  count: number,
): { shown: Float64Array; clickRate: Float64Array } {
  const shown = new Float64Array(count);
  const clicked = new Float64Array(count);
  items.forEach((item, row) => {
    shown[item] = (shown[item] as number) + 1;
    clicked[item] = (clicked[item] as number) + ((feedback[row] as number) & 1);
  });
  const overall = clicked.reduce((sum, clicks) => sum + clicks, 0) / items.length;
  const clickRate = clicked.map(
    (clicks, item) => (clicks + PRIOR_EXPOSURES * overall) / ((shown[item] as number) + PRIOR_EXPOSURES),
  );
  return { shown, clickRate };
}

/** Bins of equal size by rank, ties by index. */
function quantileBins(values: Float64Array): Int32Array {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const bins = new Int32Array(values.length);
  order.forEach((row, rank) => {
    bins[row] = Math.floor((rank * BINS) / values.length);
  });
  return bins;
}

function readings(factors: Float32Array, dim: number, spread: number, random: RandomStream): readonly FeatureColumn[] {
  return Array.from({ length: READINGS }, (_, d) => ({
    name: `onehot_feat${d}`,
    size: BINS,
    value: (row) => bin((factors[row * dim + d] as number) / spread + READING_ERROR * random.normal()),
  }));
}

/** Equal bins over [-2, 2], the outer ones open. */
function bin(value: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor(((value + 2) / 4) * BINS)));
}

function featureTable(rows: number, columns: readonly FeatureColumn[]): FeatureTable {
  const values = new Int32Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, c) => {
      values[row * columns.length + c] = column.value(row);
    });
  }
  return { names: columns.map((column) => column.name), sizes: columns.map((column) => column.size), values };
}
