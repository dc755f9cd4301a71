/**
 * Probabilities that are as frequent as they say (docs/method.md, section 3): Platt scaling of logits, and how far
 * probabilities and responses agree.
 */
import * as z from "zod";
import { exp, log, sigmoid } from "../../math/elementary.ts";

/** Logits of one feedback type, their labels (0 or 1), and what each counts for. */
export interface Answers {
  readonly logits: Float32Array;
  readonly labels: Uint8Array;
  /** 1 each where left out. */
  readonly weights?: Float64Array;
}

export const calibrationSchema = z.strictObject({
  /** p = sigmoid(slope logit + intercept); the slope is positive, so that no ranking changes. */
  slope: z.number(),
  intercept: z.number(),
  /** What it was fitted on: responses of both kinds; of one kind, which give a base rate and no slope; or none. */
  fitted: z.enum(["both", "one-label", "nothing"]),
});
export type Calibration = z.output<typeof calibrationSchema>;

/** Probabilities as the network gives them. */
export const UNCALIBRATED: Calibration = { slope: 1, intercept: 0, fitted: "nothing" };

/** Where the responses contradict the ranking, it stays, and says next to nothing. */
const LEAST_SLOPE = 0.01;
const STEPS = 100;
const CONVERGED = 1e-10;

export const calibrated = ({ slope, intercept }: Calibration, logit: number): number =>
  sigmoid(slope * logit + intercept);

/**
 * Platt scaling: the slope and intercept of a logit under which the labels are most likely. The slope is drawn towards 1
 * as by one more observation (a normal prior of deviation 1), which keeps it finite where the labels can be told apart
 * without error. The intercept is free, so the fitted probabilities have the labels' mean.
 */
export function fitPlatt(answers: Answers): Calibration {
  const { labels } = answers;
  if (labels.length === 0) return UNCALIBRATED;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === labels.length) {
    // The rate that one more response, half a positive, leaves.
    const rate = (positives + 0.5) / (labels.length + 1);
    return { ...newton(answers, () => rate, 1), fitted: "one-label" };
  }
  const label = (row: number): number => labels[row] as number;
  const free = newton(answers, label);
  return { ...(free.slope < LEAST_SLOPE ? newton(answers, label, LEAST_SLOPE) : free), fitted: "both" };
}

interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** The line of least cross-entropy to the targets. @param fixed its slope, where only the intercept is looked for */
function newton(answers: Answers, target: (row: number) => number, fixed?: number): Line {
  const { logits, weights } = answers;
  let line: Line = { slope: fixed ?? 1, intercept: 0 };
  let cost = costOf(answers, target, line, fixed);
  for (let step = 0; step < STEPS; step++) {
    let [da, db] = fixed === undefined ? [line.slope - 1, 0] : [0, 0];
    let [haa, hab, hbb] = [1, 0, 0];
    for (let row = 0; row < logits.length; row++) {
      const x = logits[row] as number;
      const weight = weights?.[row] ?? 1;
      const p = sigmoid(line.slope * x + line.intercept);
      const error = weight * (p - target(row));
      const curvature = weight * p * (1 - p);
      db += error;
      hbb += curvature;
      if (fixed !== undefined) continue;
      da += error * x;
      haa += curvature * x * x;
      hab += curvature * x;
    }
    if (Math.max(Math.abs(da), Math.abs(db)) < CONVERGED * logits.length) break;
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 0)) break;
    const move = { slope: (hbb * da - hab * db) / determinant, intercept: (haa * db - hab * da) / determinant };
    const next = descend(line, move, cost, (tried) => costOf(answers, target, tried, fixed));
    if (next === undefined) break;
    [line, cost] = [next.line, next.cost];
  }
  return line;
}

/** The longest of ever shorter moves that does not make it worse; undefined where none does. */
function descend(from: Line, move: Line, cost: number, costAt: (line: Line) => number) {
  for (let share = 1; share > 1e-6; share /= 2) {
    const line = { slope: from.slope - share * move.slope, intercept: from.intercept - share * move.intercept };
    const next = costAt(line);
    if (next <= cost) return { line, cost: next };
  }
  return undefined;
}

function costOf({ logits, weights }: Answers, target: (row: number) => number, line: Line, fixed?: number): number {
  let cost = fixed === undefined ? (line.slope - 1) ** 2 / 2 : 0;
  for (let row = 0; row < logits.length; row++) {
    const x = line.slope * (logits[row] as number) + line.intercept;
    cost += (weights?.[row] ?? 1) * (Math.max(x, 0) - target(row) * x + log(1 + exp(-Math.abs(x))));
  }
  return cost;
}

const meansSchema = {
  /** Mean probability before and after calibration, and the share of positives. */
  raw: z.number(),
  predicted: z.number(),
  observed: z.number(),
};

export const reliabilitySchema = z.strictObject({
  rows: z.int(),
  ...meansSchema,
  /** Expected calibration error before and after: mean |predicted - observed| over the deciles, by what they count for. */
  rawError: z.number(),
  error: z.number(),
  /** Rows in ten parts of equal size, by probability; fewer where there are fewer rows. */
  deciles: z.array(z.strictObject({ rows: z.int(), ...meansSchema })),
});
export type Reliability = z.output<typeof reliabilitySchema>;

const PARTS = 10;

/** How far probabilities and responses agree; undefined without a response. */
export function reliabilityOf({ logits, labels, weights }: Answers, calibration: Calibration): Reliability | undefined {
  const rows = labels.length;
  if (rows === 0) return undefined;
  const order = Uint32Array.from(logits.keys()).sort((a, b) => (logits[a] as number) - (logits[b] as number) || a - b);
  const sumsOf = (part: Uint32Array) => {
    const sums = { weight: 0, raw: 0, predicted: 0, observed: 0 };
    for (const row of part) {
      const weight = weights?.[row] ?? 1;
      const logit = logits[row] as number;
      sums.weight += weight;
      sums.raw += weight * sigmoid(logit);
      sums.predicted += weight * calibrated(calibration, logit);
      sums.observed += weight * (labels[row] as number);
    }
    const { weight, raw, predicted, observed } = sums;
    return { weight, raw: raw / weight, predicted: predicted / weight, observed: observed / weight };
  };
  const parts = Array.from({ length: PARTS }, (_, i) =>
    order.subarray(Math.floor((i * rows) / PARTS), Math.floor(((i + 1) * rows) / PARTS)),
  ).filter((part) => part.length > 0);
  const deciles = parts.map((part) => ({ rows: part.length, ...sumsOf(part) }));
  const { weight: total, ...means } = sumsOf(order);
  const errorOf = (key: "raw" | "predicted"): number =>
    deciles.reduce((sum, part) => sum + part.weight * Math.abs(part[key] - part.observed), 0) / total;
  return {
    rows,
    ...means,
    rawError: errorOf("raw"),
    error: errorOf("predicted"),
    deciles: deciles.map(({ weight: _, ...decile }) => decile),
  };
}
