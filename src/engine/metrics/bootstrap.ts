/**
 * Stratified percentile bootstrap (section 13). Scores come in strata, for example one per data set: a resample draws
 * from each stratum as many scores as it has, and the statistic is taken over all of them.
 *
 * A resample is held as counts over the scores in ascending order, so that no resample is ever sorted. Results depend on
 * the scores, never on their order within a stratum.
 */
import { LerlError } from "../errors.ts";
import { RandomStream } from "../math/random.ts";
import {
  aggregate,
  type Estimate,
  probabilityOfImprovement,
  quantile,
  type Statistic,
  sortedScores,
  trims,
} from "./statistics.ts";

/** Scores by stratum. */
export type Strata = readonly (readonly number[])[];

export interface BootstrapOptions {
  /** Of the resampling alone; equal seeds give equal intervals. */
  readonly seed?: number;
  readonly resamples?: number;
  readonly confidence?: number;
}

const DEFAULTS = { seed: 0, resamples: 50_000, confidence: 0.95 } as const;

/** The statistic of all scores with its interval. */
export function bootstrapEstimate(strata: Strata, statistic: Statistic, options: BootstrapOptions = {}): Estimate {
  const value = aggregate(strata.flat(), statistic);
  const sample = new ResampledCounts(strata, streamOf(options));
  const cut = Math.floor(sample.size * trims[statistic]);
  const resample = () => {
    sample.draw();
    return trimmedMean(sample, cut);
  };
  return withInterval(value, sample.size, options, cut === 0 ? () => sample.drawMean() : resample);
}

/**
 * The mean (or interquartile mean) of the differences first - second between two policies on the same sessions, paired
 * by position, strata being seeds. It answers for these seeds: sessions are resampled, trainings are not.
 */
export function pairedDifference(
  first: Strata,
  second: Strata,
  statistic: Statistic = "mean",
  options: BootstrapOptions = {},
): Estimate {
  if (first.length !== second.length) throw unpaired(`there are ${first.length} and ${second.length} strata`);
  const differences = first.map((scores, stratum) => {
    const others = second[stratum] ?? [];
    if (scores.length !== others.length) {
      throw unpaired(`stratum ${stratum} has ${scores.length} and ${others.length} scores`);
    }
    return scores.map((score, i) => score - (others[i] as number));
  });
  return bootstrapEstimate(differences, statistic, options);
}

/** P(first > second), averaged over the strata, with its interval; both sides are resampled. */
export function improvementEstimate(first: Strata, second: Strata, options: BootstrapOptions = {}): Estimate {
  if (first.length !== second.length || first.length === 0) {
    throw unpaired(`there are ${first.length} and ${second.length} strata`);
  }
  const stream = streamOf(options);
  const duels = first.map((scores, i) => new Duel(scores, second[i] ?? [], stream));
  const average = (one: (duel: Duel) => number) => {
    let sum = 0;
    for (const duel of duels) sum += one(duel);
    return sum / duels.length;
  };
  const n = Math.min(...[...first, ...second].map((scores) => scores.length));
  return withInterval(
    average((duel) => duel.observed()),
    n,
    options,
    () => average((duel) => duel.resampled()),
  );
}

/** An estimate from the percentiles of a statistic taken of one resample after another. */
function withInterval(value: number, n: number, options: BootstrapOptions, resample: () => number): Estimate {
  const drawn = new Float64Array(n === 1 ? 0 : resamplesOf(options));
  for (let i = 0; i < drawn.length; i++) drawn[i] = resample();
  return intervalOf(value, n, drawn, options);
}

/** An estimate from the values its statistic took in the resamples, which are sorted in place. */
function intervalOf(value: number, n: number, drawn: Float64Array, options: BootstrapOptions): Estimate {
  if (n === 1) return { value, low: value, high: value, n };
  drawn.sort();
  const tail = (1 - (options.confidence ?? DEFAULTS.confidence)) / 2;
  return { value, low: quantile(drawn, tail), high: quantile(drawn, 1 - tail), n };
}

function streamOf(options: BootstrapOptions): RandomStream {
  return new RandomStream(options.seed ?? DEFAULTS.seed, "bootstrap");
}

function resamplesOf(options: BootstrapOptions): number {
  return options.resamples ?? DEFAULTS.resamples;
}

/** A resample as counts over all scores in ascending order. */
class ResampledCounts {
  /** Ascending, all strata together. */
  readonly sorted: Float64Array;
  /** How often the resample holds each of them. */
  readonly counts: Uint32Array;
  /** For each stratum, where its scores stand in `sorted`. */
  private readonly places: readonly Int32Array[];

  constructor(
    strata: Strata,
    private readonly stream: RandomStream,
  ) {
    const scores = strata.flat();
    this.sorted = sortedScores(scores);
    this.counts = new Uint32Array(scores.length);
    const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
    const stratumOf = strata.flatMap((stratum, i) => stratum.map(() => i));
    this.places = strata.map((_, stratum) =>
      Int32Array.from(order.keys()).filter((place) => stratumOf[order[place] as number] === stratum),
    );
  }

  get size(): number {
    return this.sorted.length;
  }

  draw(): void {
    const { counts } = this;
    counts.fill(0);
    for (const places of this.places) {
      const n = places.length;
      // 32 random bits favour no place by more than n / 2^32.
      const scale = n / 2 ** 32;
      for (let i = 0; i < n; i++) {
        const place = places[Math.floor(this.stream.word() * scale)] as number;
        counts[place] = (counts[place] as number) + 1;
      }
    }
  }
  /** The mean of the resample `draw` would make, without making it: half the time for thousands of scores. */
  drawMean(): number {
    const { sorted } = this;
    let sum = 0;
    for (const places of this.places) {
      const n = places.length;
      const scale = n / 2 ** 32;
      for (let i = 0; i < n; i++) sum += sorted[places[Math.floor(this.stream.word() * scale)] as number] as number;
    }
    return sum / this.size;
  }
}

/** The mean of a resample without its `cut` lowest and highest scores. */
function trimmedMean({ sorted, counts, size }: ResampledCounts, cut: number): number {
  const last = size - cut;
  let position = 0;
  let sum = 0;
  for (let place = 0; position < last; place++) {
    const end = position + (counts[place] as number);
    const kept = Math.min(end, last) - Math.max(position, cut);
    if (kept > 0) sum += kept * (sorted[place] as number);
    position = end;
  }
  return sum / (last - cut);
}

/** Two samples of one stratum, both resampled. */
class Duel {
  private readonly first: ResampledCounts;
  private readonly second: ResampledCounts;

  constructor(
    private readonly firstScores: readonly number[],
    private readonly secondScores: readonly number[],
    stream: RandomStream,
  ) {
    this.first = new ResampledCounts([firstScores], stream);
    this.second = new ResampledCounts([secondScores], stream);
  }

  observed(): number {
    return probabilityOfImprovement(this.firstScores, this.secondScores);
  }

  resampled(): number {
    this.first.draw();
    this.second.draw();
    const x = this.first;
    const y = this.second;
    let place = 0;
    let below = 0;
    let equal = 0;
    let wins = 0;
    for (let i = 0; i < x.size; i++) {
      const score = x.sorted[i] as number;
      for (; place < y.size && (y.sorted[place] as number) < score; place++) below += y.counts[place] as number;
      if (i === 0 || score !== x.sorted[i - 1]) {
        equal = 0;
        for (let j = place; j < y.size && y.sorted[j] === score; j++) equal += y.counts[j] as number;
      }
      wins += (x.counts[i] as number) * (below + equal / 2);
    }
    return wins / (x.size * y.size);
  }
}

function unpaired(what: string): LerlError {
  return new LerlError("statistics.unpaired", `The two policies cannot be compared: ${what} on the two sides.`);
}
