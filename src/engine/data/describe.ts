/** What a data set holds, in numbers: for `lerl data describe`, as an object (JSON) and as text for a terminal. */
import { categoriesOf, type Dataset, type Dropped, FIRST_ROWS, type FirstRow } from "./dataset.ts";

export interface FeedbackCounts {
  readonly type: string;
  /** Interactions where this feedback was recorded at all, and how many of them are positive. */
  readonly observed: number;
  readonly positives: number;
  /** positives / observed; null where nothing was recorded. */
  readonly rate: number | null;
}

export interface CategoryCounts {
  readonly id: number;
  readonly name: string;
  /** Items that carry the category, and their share of all items (shares add up to more than 1). */
  readonly items: number;
  readonly share: number;
  /** Interactions with these items, and the click rate where clicks were recorded. */
  readonly interactions: number;
  readonly clickRate: number | null;
}

/** A row of interactions as it was understood. */
export interface ShownRow {
  readonly user: string;
  readonly item: string;
  /** Names of the item's categories, the primary first. */
  readonly categories: readonly string[];
  /** By type, whether it was given; null where it was not recorded. */
  readonly feedback: Readonly<Record<string, boolean | null>>;
  /** null where the source records none. */
  readonly time: string | null;
}

export interface Popularity {
  /** How much of the log the most frequent items make up: shares of the items, and of the interactions. */
  readonly top: readonly { readonly share: number; readonly items: number; readonly interactions: number }[];
  /** Gini coefficient of the interactions per item: 0 where all have as many, near 1 where one has them all. */
  readonly gini: number;
}

export interface FeatureSize {
  readonly name: string;
  readonly values: number;
}

export interface DatasetDescription {
  readonly name: string;
  readonly fingerprint: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  /** interactions / (users * items) */
  readonly density: number;
  /** In the order of the files; of generated data, in the order of the users. */
  readonly firstRows: readonly ShownRow[];
  /** The click first. */
  readonly feedback: readonly FeedbackCounts[];
  /** Interactions per user. */
  readonly historyLength: {
    readonly p10: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
    readonly mean: number;
  };
  readonly popularity: Popularity;
  /** How many items have so many categories. */
  readonly categoriesPerItem: readonly {
    readonly categories: number;
    readonly items: number;
    readonly share: number;
  }[];
  /** Most items first. */
  readonly categories: readonly CategoryCounts[];
  readonly userFeatures: readonly FeatureSize[];
  readonly itemFeatures: readonly FeatureSize[];
  /** Click rate of the fully recorded matrix, where there is one. */
  readonly matrixClickRate: number | null;
  /** Whether a ground truth is known, and with it an oracle policy. */
  readonly groundTruth: boolean;
  /** Rows of interactions in the files; null of generated data. */
  readonly rowsRead: number | null;
  /** Rows without a click that were drawn beside them; null where none was asked for. */
  readonly rowsDrawn: number | null;
  /** With the id of the first, where rows were left out. */
  readonly dropped: readonly (Dropped & { readonly example?: string })[];
  /** What was taken for something that the experiment does not say. */
  readonly notes: readonly string[];
}

export function describeDataset(dataset: Dataset): DatasetDescription {
  const { users, items, log } = dataset;
  const features = (table: Dataset["userFeatures"]): readonly FeatureSize[] =>
    table.names.map((name, i) => ({ name, values: table.sizes[i] as number }));
  return {
    name: dataset.name,
    fingerprint: dataset.fingerprint,
    users,
    items,
    interactions: log.items.length,
    density: log.items.length / (users * items),
    firstRows: (dataset.reading?.firstRows ?? rowsOf(dataset)).map((row) => shownRow(dataset, row)),
    feedback: dataset.feedbackTypes.map((type, bit) => countFeedback(dataset, type, bit)),
    historyLength: historyLengths(log.offsets),
    popularity: popularityOf(dataset),
    categoriesPerItem: categoriesPerItem(dataset),
    categories: countCategories(dataset),
    userFeatures: features(dataset.userFeatures),
    itemFeatures: features(dataset.itemFeatures),
    matrixClickRate: dataset.matrix ? onesIn(dataset.matrix.bits) / (users * items) : null,
    groundTruth: dataset.latent !== undefined,
    rowsRead: dataset.reading?.rows ?? null,
    rowsDrawn: dataset.reading?.drawn ?? null,
    dropped: dataset.dropped.map((left) => {
      const example = dataset.reading?.examples[left.reason];
      return { ...left, ...(example !== undefined && { example }) };
    }),
    notes: dataset.reading?.notes ?? [],
  };
}

/** The first rows of the log itself. */
function rowsOf({ log }: Dataset): readonly FirstRow[] {
  let user = 0;
  return Array.from({ length: Math.min(FIRST_ROWS, log.items.length) }, (_, row) => {
    while (row >= (log.offsets[user + 1] as number)) user++;
    return {
      user,
      item: log.items[row] as number,
      feedback: log.feedback[row] as number,
      observed: log.observed[row] as number,
    };
  });
}

function shownRow(dataset: Dataset, { user, item, feedback, observed, time }: FirstRow): ShownRow {
  const given = (bit: number): boolean | null => ((observed >> bit) & 1 ? ((feedback >> bit) & 1) === 1 : null);
  return {
    user: dataset.userIds[user] as string,
    item: dataset.itemIds[item] as string,
    categories: Array.from(categoriesOf(dataset, item), (category) => dataset.categories[category]?.name as string),
    feedback: Object.fromEntries(dataset.feedbackTypes.map((type, bit) => [type, given(bit)])),
    time: time ?? null,
  };
}

const TOP_PERCENT = [1, 5, 10, 20, 50];

function popularityOf({ items, log }: Dataset): Popularity {
  const counts = new Int32Array(items);
  for (const item of log.items) counts[item] = (counts[item] as number) + 1;
  counts.sort().reverse();
  const total = log.items.length;
  const upTo = new Float64Array(items + 1);
  let spread = 0;
  counts.forEach((count, place) => {
    upTo[place + 1] = (upTo[place] as number) + count;
    spread += (items - 1 - 2 * place) * count;
  });
  return {
    top: TOP_PERCENT.map((percent) => {
      const most = Math.ceil((percent * items) / 100);
      return { share: percent / 100, items: most, interactions: (upTo[most] as number) / total };
    }),
    gini: spread / (items * total),
  };
}

function countFeedback({ log }: Dataset, type: string, bit: number): FeedbackCounts {
  let observed = 0;
  let positives = 0;
  for (let row = 0; row < log.items.length; row++) {
    const recorded = ((log.observed[row] as number) >> bit) & 1;
    observed += recorded;
    positives += recorded & ((log.feedback[row] as number) >> bit);
  }
  return { type, observed, positives, rate: ratio(positives, observed) };
}

function historyLengths(offsets: Int32Array): DatasetDescription["historyLength"] {
  const users = offsets.length - 1;
  const lengths = Int32Array.from(
    { length: users },
    (_, u) => (offsets[u + 1] as number) - (offsets[u] as number),
  ).sort();
  // The smallest length that at least this share of the users does not exceed.
  const quantile = (p: number): number => lengths[Math.max(0, Math.ceil(p * users) - 1)] as number;
  return {
    p10: quantile(0.1),
    p25: quantile(0.25),
    p50: quantile(0.5),
    p75: quantile(0.75),
    p90: quantile(0.9),
    p99: quantile(0.99),
    max: quantile(1),
    mean: (offsets[users] as number) / users,
  };
}

function categoriesPerItem({ items, itemCategories }: Dataset): DatasetDescription["categoriesPerItem"] {
  const counts = new Map<number, number>();
  for (let item = 0; item < items; item++) {
    const size = (itemCategories.offsets[item + 1] as number) - (itemCategories.offsets[item] as number);
    counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  return Array.from(counts, ([categories, count]) => ({ categories, items: count, share: count / items })).sort(
    (a, b) => a.categories - b.categories,
  );
}

function countCategories({ categories, items, itemCategories, log }: Dataset): readonly CategoryCounts[] {
  const { offsets, values } = itemCategories;
  const carriers = new Int32Array(categories.length);
  const shown = new Int32Array(categories.length);
  const recorded = new Int32Array(categories.length);
  const clicked = new Int32Array(categories.length);
  for (const category of values) carriers[category] = (carriers[category] as number) + 1;
  for (let row = 0; row < log.items.length; row++) {
    const item = log.items[row] as number;
    const seen = (log.observed[row] as number) & 1;
    const click = (log.feedback[row] as number) & seen;
    for (let k = offsets[item] as number; k < (offsets[item + 1] as number); k++) {
      const category = values[k] as number;
      shown[category] = (shown[category] as number) + 1;
      recorded[category] = (recorded[category] as number) + seen;
      clicked[category] = (clicked[category] as number) + click;
    }
  }
  return categories
    .map(({ id, name }, c) => ({
      id,
      name,
      items: carriers[c] as number,
      share: (carriers[c] as number) / items,
      interactions: shown[c] as number,
      clickRate: ratio(clicked[c] as number, recorded[c] as number),
    }))
    .sort((a, b) => b.items - a.items || a.id - b.id);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function onesIn(bits: Uint8Array): number {
  let ones = 0;
  for (const byte of bits) for (let rest = byte; rest > 0; rest &= rest - 1) ones++;
  return ones;
}
