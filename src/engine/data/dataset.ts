/**
 * A data set in memory: dense indices, flat typed arrays. Loaders make one, everything else reads it.
 */

/** 0-based row of a user, an item or a category; `ids` map it back to the file's own id. */
export type UserIndex = number & { readonly __user?: never };
export type ItemIndex = number & { readonly __item?: never };
export type CategoryIndex = number & { readonly __category?: never };

export interface Category {
  /** Identifier in the source data; what prompts and plans use. */
  readonly id: number;
  readonly name: string;
}

/** Features of kinds: each row holds, per feature, the index of its value in [0, sizes[feature]), or several of them. */
export interface FeatureTable {
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  /** How many values of each feature a row holds; one of each by default. */
  readonly widths?: readonly number[];
  /** [rows, values] */
  readonly values: Int32Array;
}

/** Lists of different length laid end to end: list i is `values[offsets[i] .. offsets[i + 1])`. */
export interface Lists {
  readonly offsets: Int32Array;
  readonly values: Int32Array;
}

/**
 * Logged interactions, by user and in time order: user u owns rows `offsets[u] .. offsets[u + 1]`.
 * Feedback is one bit per feedback type, bit f for `feedbackTypes[f]`.
 */
export interface InteractionLog {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly feedback: Uint8Array;
  /** Which feedback bits were recorded at all; an unrecorded one is no negative and trains nothing. */
  readonly observed: Uint8Array;
  /** 1 for rows whose item was drawn uniformly, whatever the user likes; absent where none was. */
  readonly atRandom?: Uint8Array;
}

/** The synthetic data's ground truth (docs/method.md, section 3, `latent`). */
export interface LatentTruth {
  readonly dim: number;
  /** [users, dim] and [items, dim] */
  readonly userFactors: Float32Array;
  readonly itemFactors: Float32Array;
  /** [users], [items]: intercepts on the logit scale */
  readonly userBias: Float32Array;
  readonly itemBias: Float32Array;
  /** [users, categories]: affinity on the logit scale */
  readonly affinity: Float32Array;
  readonly bias: number;
  /** By feedback type, what is added to the click's logit: 0 for the click. */
  readonly feedbackShift: readonly number[];
  /** Logit lost per recent exposure of the item's category, and the factor by which an exposure fades per item shown. */
  readonly satiation: number;
  readonly satiationDecay: number;
}

/** Recorded truth for every user and item of the set (KuaiRec's small matrix): bit user * items + item. */
export interface ClickMatrix {
  readonly bits: Uint8Array;
}

/** What a loader left out, for `lerl data describe`. */
export interface Dropped {
  readonly reason: string;
  readonly rows: number;
}

/** How many rows of a log are shown to whoever wants to see how it was understood. */
export const FIRST_ROWS = 5;

/** One row of interactions as it was understood. */
export interface FirstRow {
  readonly user: UserIndex;
  readonly item: ItemIndex;
  readonly feedback: number;
  readonly observed: number;
  /** As the source counts, or a date; absent where it records none. */
  readonly time?: string;
}

/** How the files were read. */
export interface Reading {
  /** Rows of interactions in the files. */
  readonly rows: number;
  /** Those of them that were left out. */
  readonly dropped: readonly Dropped[];
  /** By reason of what was dropped, the id of the first. */
  readonly examples: Readonly<Record<string, string>>;
  /** The first rows that were kept, in the order of the files; duplicates may be among them. */
  readonly firstRows: readonly FirstRow[];
  /** Rows without a click that were drawn beside those of the files. */
  readonly drawn?: number;
  /** What was taken for something that the experiment does not say. */
  readonly notes: readonly string[];
}

export interface Dataset {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  /** The source's ids, as text, by index. */
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly categories: readonly Category[];
  /** Categories of each item; the first is its primary one. Every item has at least one. */
  readonly itemCategories: Lists;
  readonly userFeatures: FeatureTable;
  readonly itemFeatures: FeatureTable;
  /** The first is the click. */
  readonly feedbackTypes: readonly string[];
  readonly log: InteractionLog;
  readonly dropped: readonly Dropped[];
  /** Absent of generated data; it is no part of the fingerprint. */
  readonly reading?: Reading;
  readonly latent?: LatentTruth;
  readonly matrix?: ClickMatrix;
  /** [users] 1: held out from training (docs/method.md, section 13); absent where nobody is. */
  readonly heldOut?: Uint8Array;
  /** Identifies files and options: the key of the binary cache and of models trained on this data. */
  readonly fingerprint: string;
}

/** Logged interactions of one user, oldest first. */
export interface History {
  readonly items: Int32Array;
  readonly feedback: Uint8Array;
}

/** Users with at least one logged interaction, in order. */
export function activeUsers({ users, log: { offsets } }: Dataset): Int32Array {
  return Int32Array.from({ length: users }, (_, user) => user).filter(
    (user) => (offsets[user + 1] as number) > (offsets[user] as number),
  );
}

/** The last `length` logged interactions of a user. */
export function historyOf(dataset: Dataset, user: UserIndex, length: number): History {
  const end = dataset.log.offsets[user + 1] ?? 0;
  const start = Math.max(dataset.log.offsets[user] ?? 0, end - length);
  return { items: dataset.log.items.subarray(start, end), feedback: dataset.log.feedback.subarray(start, end) };
}

export function categoriesOf(dataset: Dataset, item: ItemIndex): Int32Array {
  const { offsets, values } = dataset.itemCategories;
  return values.subarray(offsets[item], offsets[item + 1]);
}

export function primaryCategory(dataset: Dataset, item: ItemIndex): CategoryIndex {
  return dataset.itemCategories.values[dataset.itemCategories.offsets[item] ?? 0] ?? 0;
}
