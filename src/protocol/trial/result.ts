/** What a trial has found (docs/trials.md). Means are over the visits that count: 1 to n, complete for all contenders. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { planQualitySchema } from "../run/planQuality.ts";

const intervalSchema = z.object({ low: z.number(), high: z.number() });

/** One contender's numbers. Absent: nothing to measure it on. */
export const contenderResultSchema = z.object({
  name: z.string(),
  /** Of clicks, as everywhere. */
  rCum: z.number(),
  /** The visit's expected reward: what is compared. */
  expected: z.number(),
  tInt: z.number(),
  rSin: z.number(),
  /** Share of slates that the quit rule counted as repeats. */
  repeats: z.number(),
  /** Absent without a planner, and in trials of early versions. */
  plans: z.exactOptional(planQualitySchema),
  /** Categories a plan, the stand-in's included, and its Jaccard overlap with the visit's plan before. */
  planSize: z.exactOptional(z.number()),
  planOverlap: z.exactOptional(z.number()),
  /** Shares of plans: with a reply that could not be read, and made by the stand-in. */
  invalidPlans: z.exactOptional(z.number()),
  fallbackPlans: z.exactOptional(z.number()),
  /** Reward a planned step: what the plan, and what the policy inside it, leaves of the oracle's slate. */
  lostByPlan: z.exactOptional(z.number()),
  lostByPolicy: z.exactOptional(z.number()),
  /** Reward of the best slate inside the plan, less what its repeats cost. */
  planValue: z.exactOptional(z.number()),
  /** Shares of cells that passed, and of moments that passed every time; absent without moments. */
  pass: z.exactOptional(z.number()),
  passAll: z.exactOptional(z.number()),
  /** Paid for, by all visits and moments. */
  calls: z.int(),
  tokens: z.int(),
  /** Of the tokens, read from the server's prefix cache; absent where it does not say. */
  cachedTokens: z.exactOptional(z.int()),
  /** US dollars; absent: the model has no price. */
  cost: z.exactOptional(z.number()),
  /** Milliseconds, median of the answers. */
  latencyMs: z.exactOptional(z.number()),
});
export type ContenderResult = Immutable<z.output<typeof contenderResultSchema>>;

/**
 * - `identical`: every plan of every visit is the baseline's
 * - `equal`: the interval lies inside the margin
 */
export const verdicts = ["better", "worse", "equal", "identical", "undecided"] as const;
export type Verdict = (typeof verdicts)[number];

/** A contender against the baseline, visit by visit: contender minus baseline. */
export const pairResultSchema = z.object({
  contender: z.int(),
  verdict: z.enum(verdicts),
  /** Of the expected reward. */
  mean: z.number(),
  deviation: z.number(),
  /** Valid however often it is looked at; absent below 16 visits. */
  interval: z.exactOptional(intervalSchema),
  visits: z.object({ better: z.int(), equal: z.int(), worse: z.int() }),
  /** Of R_cum by clicks. `interval`: percentile bootstrap for a fixed n, at the end only; it decides nothing. */
  clicks: z.object({ mean: z.number(), interval: z.exactOptional(intervalSchema) }),
  /** Differences within it count as equal enough. */
  margin: z.number(),
  /** The difference that four trials of five would have shown after the last visit to serve, and at twice as many. */
  shows: z.exactOptional(z.object({ atEnd: z.number(), doubled: z.number() })),
  /** Where it lost most against the baseline. */
  worst: z.array(z.object({ session: z.int(), user: z.string(), difference: z.number() })),
});
export type PairResult = Immutable<z.output<typeof pairResultSchema>>;

/** A contender's plans for one moment. */
export const cellResultSchema = z.object({
  /** Repeats planned so far, and those that passed. */
  planned: z.int(),
  passed: z.int(),
  /** Different plans among them. */
  different: z.int(),
  /** The first plan: its categories by name, best first. */
  plan: z.array(z.string()),
  /** The first plan judged as a plan, in words; absent where it is the stand-in's. */
  about: z.exactOptional(z.string()),
  /** Why those that failed did, each reason once. */
  why: z.array(z.string()),
  /** Mean plan value. */
  planValue: z.exactOptional(z.number()),
});
export type CellResult = Immutable<z.output<typeof cellResultSchema>>;

export const gridSchema = z.object({
  repeats: z.int(),
  /** By moment, then by contender. */
  moments: z.array(z.object({ name: z.string(), cells: z.array(cellResultSchema) })),
});
export type Grid = Immutable<z.output<typeof gridSchema>>;

export const trialResultSchema = z.object({
  /** Visits that count. */
  n: z.int(),
  contenders: z.array(contenderResultSchema),
  pairs: z.array(pairResultSchema),
  /** Absent without moments. */
  grid: z.exactOptional(gridSchema),
});
export type TrialResult = Immutable<z.output<typeof trialResultSchema>>;
