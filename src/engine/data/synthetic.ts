/**
 * Synthetic data with a known ground truth, calibrated to KuaiRand-Pure (docs/data.md): users with tastes, items with
 * skewed popularity, and a log written by a policy that knows some of those tastes. No file is read.
 *
 * Each kind of draw has a stream of its own, so the users of a seed stay the same when the number of items changes.
 *
 * A million users take a minute, so what loops over users or rows is a generator that pauses now and then: a caller may
 * see to signals and locks meanwhile. Pauses change no number.
 */
import type { SyntheticConfig } from "../../protocol/experiment/dataset.ts";
import { exp, log as ln, pow, sigmoid } from "../math/elementary.ts";
import { deriveKey, RandomStream } from "../math/random.ts";
import type { Dataset, InteractionLog, LatentTruth, Lists } from "./dataset.ts";
import { expose, factorMatch, latentFeedbackTypes, latentLogit } from "./latentTruth.ts";
import { allAtOnce, withPauses } from "./pauses.ts";
import { cumulate, draw, places } from "./sampling.ts";
import { syntheticCategories, syntheticItemCategories } from "./syntheticCategories.ts";
import { itemFeatures, userFeatures } from "./syntheticFeatures.ts";
import { drawTruth, factorSpread } from "./syntheticTruth.ts";

/** Click rate of the log; the bias is solved for it. */
const CLICK_RATE = 0.44;
/** The logging policy shows the best of this many items drawn by popularity. */
const CANDIDATES = 12;
/** Quantiles of the history length; between them the logarithm is interpolated. */
const HISTORY_QUANTILES = [
  [0, 2],
  [0.1, 8],
  [0.25, 18],
  [0.5, 39],
  [0.75, 72],
  [0.9, 115],
  [0.99, 234],
  [1, 400],
] as const;
/** Events that are enough to solve the bias to a thousandth. */
const CALIBRATION_EVENTS = 200_000;
/** Part of the fingerprint: raised whenever the same configuration gives other data than before. */
const GENERATOR = 2;
/** Rows between two pauses: some ten milliseconds. */
const PAUSE_ROWS = 1 << 13;

/** All at once, for what may wait. */
export const generateSynthetic = (config: SyntheticConfig): Dataset => allAtOnce(generation(config));

/** @throws the signal's reason at the next pause after it was aborted */
export const generateWithPauses = (config: SyntheticConfig, signal?: AbortSignal): Promise<Dataset> =>
  withPauses(generation(config), signal);

function* generation(config: SyntheticConfig): Generator<undefined, Dataset> {
  const { users, items, seed } = config;
  const stream = (name: string): RandomStream => new RandomStream(seed, "synthetic", name);
  const categories = syntheticCategories(config.categories);
  const itemCategories = syntheticItemCategories(items, categories, stream("item categories"));
  const activity = places(users, stream("activity"));
  const obscurity = places(items, stream("obscurity"));
  const truth = yield* drawTruth({
    activity,
    obscurity,
    categories: categories.length,
    signal: config.signal,
    satiation: config.satiation,
    stream,
  });
  const offsets = historyOffsets(activity, items);
  const exposures = yield* writeExposures(truth, itemCategories, obscurity, offsets, stream("logging policy"));
  const latent = { ...truth, bias: solveBias(exposures.logits) };
  const spread = factorSpread(config.signal);
  const log = yield* respond(exposures, latent, stream("responses"));

  return {
    name: `Synthetic (${users} users, ${items} items)`,
    users,
    items,
    userIds: Array.from({ length: users }, (_, user) => String(user)),
    itemIds: Array.from({ length: items }, (_, item) => String(item)),
    categories,
    itemCategories,
    userFeatures: userFeatures(latent, offsets, spread, stream("user features")),
    itemFeatures: itemFeatures(latent, itemCategories, categories.length, log, spread, stream("item features")),
    feedbackTypes: latentFeedbackTypes,
    log,
    dropped: [],
    latent,
    fingerprint: syntheticFingerprint(config),
  };
}

/** Strong data is what there was before there was a choice, under the same name. */
export function syntheticFingerprint({ signal, ...config }: SyntheticConfig): string {
  const options = JSON.stringify(signal === "strong" ? config : { ...config, signal });
  return `synthetic-${deriveKey(GENERATOR, options).toString(16).padStart(8, "0")}`;
}

/**
 * Row offsets by user.
 * @param activity [users], uniform: each user's place in the distribution of history lengths
 */
function historyOffsets(activity: Float64Array, items: number): Int32Array {
  // No item is shown to a user twice, so the policy needs some to be left.
  const longest = Math.floor(items / 2);
  const offsets = new Int32Array(activity.length + 1);
  activity.forEach((place, user) => {
    offsets[user + 1] = (offsets[user] as number) + Math.min(historyLength(place), longest);
  });
  return offsets;
}

function historyLength(place: number): number {
  const next = HISTORY_QUANTILES.findIndex(([probability]) => probability > place);
  const [p0, length0] = HISTORY_QUANTILES[next - 1] ?? HISTORY_QUANTILES[0];
  const [p1, length1] = HISTORY_QUANTILES[next] ?? HISTORY_QUANTILES[7];
  const share = (place - p0) / (p1 - p0);
  return Math.round(exp(ln(length0) * (1 - share) + ln(length1) * share));
}

/**
 * Exposure weight of an item by its place in the order of popularity, 0 the most popular: flat head, Zipf-like middle,
 * falling tail, fitted to the shares of the top 1, 10 and 20 %.
 */
const popularity = (place: number): number => pow(place + 0.0005, -1.05) * exp(-2.4 * place);

interface Exposures {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  /** Click logits without the bias. */
  readonly logits: Float32Array;
}

/**
 * What the logging policy showed to whom: of some items drawn by popularity the one whose factors suit the user best. It
 * knows neither an item's quality nor a user's affinity to a category nor satiation; those are left to learn.
 */
function* writeExposures(
  truth: LatentTruth,
  itemCategories: Lists,
  obscurity: Float64Array,
  offsets: Int32Array,
  random: RandomStream,
): Generator<undefined, Exposures> {
  const users = truth.userBias.length;
  const weights = cumulate(Array.from(obscurity, popularity));
  const items = new Int32Array(offsets[users] as number);
  const logits = new Float32Array(items.length);
  const lastViewer = new Int32Array(truth.itemBias.length).fill(-1);
  const exposure = new Float64Array(truth.affinity.length / users);
  for (let user = 0; user < users; user++) {
    exposure.fill(0);
    for (let row = offsets[user] as number; row < (offsets[user + 1] as number); row++) {
      let best = -1;
      let bestMatch = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < CANDIDATES || best < 0; k++) {
        const item = draw(weights, random);
        if (lastViewer[item] === user) continue;
        const match = factorMatch(truth, user, item);
        if (match > bestMatch) {
          best = item;
          bestMatch = match;
        }
      }
      lastViewer[best] = user;
      items[row] = best;
      logits[row] = latentLogit(truth, itemCategories, user, best, exposure);
      expose(truth, itemCategories, best, exposure);
      if (row % PAUSE_ROWS === PAUSE_ROWS - 1) yield;
    }
  }
  return { offsets, items, logits };
}

/** The bias that gives the log its click rate, by bisection. */
function solveBias(logits: Float32Array): number {
  const sample = logits.subarray(0, CALIBRATION_EVENTS);
  let low = -20;
  let high = 20;
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (const logit of sample) sum += sigmoid(logit + middle);
    if (sum < CLICK_RATE * sample.length) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Draws the feedback: one uniform per row, so that the rarer feedback is part of the click. */
function* respond(
  { offsets, items, logits }: Exposures,
  { bias, feedbackShift }: LatentTruth,
  random: RandomStream,
): Generator<undefined, InteractionLog> {
  const feedback = new Uint8Array(items.length);
  for (let row = 0; row < items.length; row++) {
    const u = random.uniform();
    let bits = 0;
    for (let f = 0; f < feedbackShift.length; f++) {
      if (u < sigmoid((logits[row] as number) + bias + (feedbackShift[f] as number))) bits |= 1 << f;
    }
    feedback[row] = bits;
    if (row % PAUSE_ROWS === PAUSE_ROWS - 1) yield;
  }
  const observed = new Uint8Array(items.length).fill((1 << feedbackShift.length) - 1);
  return { offsets, items, feedback, observed };
}
