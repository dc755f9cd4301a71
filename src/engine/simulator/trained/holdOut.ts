/** Which logged rows train the user response model and which judge it (docs/method.md, section 3). */
import type { Dataset, UserIndex } from "../../data/dataset.ts";

/** Rows of each user kept back for the test, and as many before them for validation. */
const HELD_OUT = 5;
/** Rows that a user needs, where nothing else is said: three fifths are then left to train with. */
const MIN_ROWS = 25;

/** A run of consecutive rows of one user's log, encoded in one causal pass. */
export interface LoggedSequence {
  readonly user: UserIndex;
  /** Rows [start, end) of the interaction log. */
  readonly start: number;
  readonly end: number;
  /** First row whose response is predicted and judged; the rows before it are context. */
  readonly from: number;
}

export interface HoldOut {
  readonly training: readonly LoggedSequence[];
  readonly validation: readonly LoggedSequence[];
  readonly test: readonly LoggedSequence[];
  readonly droppedUsers: number;
}

/**
 * Which rows judge: a user's last ones, or, for the model of evaluations, as many just before them. The rows that one
 * split leaves out train the other.
 */
export type Split = "last" | "before-last";

/**
 * Cuts every user's log into training, validation and test rows.
 * @param maxSequence longest sequence, in rows; longer training logs are cut into several
 * @param minRows users with fewer rows take no part; at least 11, so that one is left to train with
 */
export function holdOut(
  { log, users }: Dataset,
  maxSequence: number,
  split: Split = "last",
  minRows = MIN_ROWS,
): HoldOut {
  const training: LoggedSequence[] = [];
  const validation: LoggedSequence[] = [];
  const test: LoggedSequence[] = [];
  let droppedUsers = 0;
  for (let user = 0; user < users; user++) {
    const start = log.offsets[user] ?? 0;
    const end = log.offsets[user + 1] ?? start;
    const rows = end - start;
    if (rows < minRows) {
      droppedUsers++;
      continue;
    }
    const judged = split === "last" ? end : end - 2 * HELD_OUT;
    const trained = judged - 2 * HELD_OUT;
    for (let from = start; from < trained; from += maxSequence) {
      training.push({ user, start: from, end: Math.min(trained, from + maxSequence), from });
    }
    if (judged < end) training.push({ user, start: judged, end, from: judged });
    const withContext = (until: number): LoggedSequence => ({
      user,
      start: Math.max(start, until - maxSequence),
      end: until,
      from: until - HELD_OUT,
    });
    validation.push(withContext(judged - HELD_OUT));
    test.push(withContext(judged));
  }
  return { training, validation, test, droppedUsers };
}

/**
 * A sequence of its own for every predicted row, each with as much of the user's log before it as `maxSequence` rows hold:
 * where feedback is reshaped, no two rows share a causal pass.
 */
export function rowByRow({ log }: Dataset, { user, from, end }: LoggedSequence, maxSequence: number): LoggedSequence[] {
  const begins = log.offsets[user] ?? 0;
  return Array.from({ length: end - from }, (_, i) => {
    const row = from + i;
    return { user, start: Math.max(begins, row + 1 - maxSequence), end: row + 1, from: row };
  });
}

/** A row counts for at most so many rows of an item that is shown as often as the average. */
const MOST_WEIGHT = 10;

/**
 * What a logged row counts for where every item is to count the same (docs/method.md, section 3): the inverse of its item's
 * propensity to be shown, in units of a uniform one, clipped, and scaled to a mean of 1 over the training rows
 * (self-normalised). The propensity is the item's smoothed share of the training rows; of a row shown at random, uniform.
 * @returns [rows of the log]
 */
export function exposureWeights({ log, items }: Dataset, training: readonly LoggedSequence[]): Float32Array {
  const shown = new Float64Array(items);
  let chosen = 0;
  for (const row of rowsOf(training)) {
    if (log.atRandom?.[row] === 1) continue;
    const item = log.items[row] as number;
    shown[item] = (shown[item] as number) + 1;
    chosen++;
  }
  const average = (chosen + items) / items;
  const weights = Float32Array.from(log.items, (item, row) =>
    log.atRandom?.[row] === 1 ? 1 : Math.min(MOST_WEIGHT, average / ((shown[item] as number) + 1)),
  );
  let [rows, total] = [0, 0];
  for (const row of rowsOf(training)) {
    rows++;
    total += weights[row] as number;
  }
  return weights.map((weight) => (weight * rows) / total);
}

function* rowsOf(sequences: readonly LoggedSequence[]): Generator<number> {
  for (const { start, end } of sequences) for (let row = start; row < end; row++) yield row;
}

/**
 * Weight of a negative by feedback type: count(1) / count(0) over the observed training bits, so that both labels weigh
 * the same in all; 1 where a type has no negatives.
 * @param rowWeights [rows of the log] what a row counts for; 1 each where left out
 */
export function negativeWeights(
  dataset: Dataset,
  training: readonly LoggedSequence[],
  rowWeights?: Float32Array,
): Float32Array {
  const types = dataset.feedbackTypes.length;
  const positives = new Float64Array(types);
  const negatives = new Float64Array(types);
  const { feedback, observed } = dataset.log;
  for (const row of rowsOf(training)) {
    const weight = rowWeights?.[row] ?? 1;
    const seen = observed[row] as number;
    const given = feedback[row] as number;
    for (let f = 0; f < types; f++) {
      if (((seen >> f) & 1) === 0) continue;
      const counts = (given >> f) & 1 ? positives : negatives;
      counts[f] = (counts[f] as number) + weight;
    }
  }
  return Float32Array.from(positives, (count, f) => (negatives[f] === 0 ? 1 : count / (negatives[f] as number)));
}
