/**
 * The state of a user (section 3): the history's encoding beside the user's own. Serves the user response model and the
 * policy, which differ in their sizes only.
 */
import type { FeatureTable } from "../data/dataset.ts";
import type { Address, Kernels } from "../tensor/kernels.ts";
import { CausalEncoder, type EncoderWorkspace } from "../tensor/layers/causalEncoder.ts";
import type { Dropout } from "../tensor/layers/dropout.ts";
import { FeatureEncoder, type FeatureWorkspace } from "../tensor/layers/featureEncoder.ts";
import { columnsFrom, type Matrix, matrix } from "../tensor/layers/matrix.ts";
import { type PackedBatch, pack } from "../tensor/layers/packing.ts";
import type { Arena, LinearMemory, Region } from "../tensor/memory.ts";
import type { ParameterLayout } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";

export interface StateEncoderShape {
  readonly items: FeatureTable;
  readonly itemCount: number;
  readonly users: FeatureTable;
  readonly userCount: number;
  /** User `userCount + u` is u as somebody who was never seen (FeatureEncoderShape). */
  readonly unknownUser?: boolean;
  /** Numbers a token brings beside its item. */
  readonly feedbackWidth: number;
  readonly idEmbedding: number;
  /** Width of item and user encodings; a history encoding is twice as wide. */
  readonly encoding: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly layers: number;
  /** Longest sequence, the start token included. */
  readonly positions: number;
  /** Initial deviation of the embeddings (FeatureEncoderShape). */
  readonly tableScale?: number;
}

/** A token sequence and the places where its state is read. */
export interface StateSequence {
  readonly user: number;
  /** Item of every token; `StateEncoder.start` for the start token. */
  readonly items: Int32Array;
  /** [tokens, feedbackWidth] */
  readonly feedback: Float32Array;
  /** Ascending positions after which the state is asked for, at least one. */
  readonly outputs: readonly number[] | "all";
  /** Items to encode beside those of the tokens: what a loss compares states with. */
  readonly beside?: Int32Array;
}

export interface StateCapacity {
  readonly tokens: number;
  readonly outputs: number;
  readonly sequences: number;
  /** Items encoded beside those of the tokens; 0 by default. */
  readonly beside?: number;
}

/** Buffers of one shard. */
export interface StateWorkspace {
  readonly capacity: StateCapacity;
  readonly items: FeatureWorkspace;
  readonly users: FeatureWorkspace;
  readonly history: EncoderWorkspace;
  /** int32 [outputs]: the row of each output's user in `users`. */
  readonly userRows: Address;
  /** [outputs, width] */
  readonly states: Matrix;
  /** [outputs, width]: written by the caller before `backward`. */
  readonly gradient: Matrix;
}

export interface StateBatch {
  readonly packed: PackedBatch;
  readonly outputs: number;
  readonly sequences: number;
  readonly distinctItems: number;
  /** Row of each distinct item in workspace.items. */
  readonly itemRows: ReadonlyMap<number, number>;
}

export class StateEncoder {
  readonly items: FeatureEncoder;
  readonly users: FeatureEncoder;
  readonly history: CausalEncoder;
  /** Width of a state: history encoding, then user encoding. */
  readonly width: number;
  /** The entity that stands for the beginning of a sequence, so that a user without a history has a state too. */
  readonly start: number;

  constructor(
    layout: ParameterLayout,
    group: string,
    readonly shape: StateEncoderShape,
  ) {
    const { idEmbedding: idDim, encoding: dim, tableScale } = shape;
    this.start = shape.itemCount;
    this.width = 3 * dim;
    const ofTable = ({ sizes, widths }: FeatureTable) => {
      return { featureSizes: sizes, featureWidths: widths, idDim, dim, tableScale };
    };
    const items = { entities: shape.itemCount + 1, ...ofTable(shape.items) };
    const users = { entities: shape.userCount, unknown: shape.unknownUser, ...ofTable(shape.users) };
    this.items = new FeatureEncoder(layout, "items", group, items);
    this.users = new FeatureEncoder(layout, "users", group, users);
    this.history = new CausalEncoder(layout, "history", group, { ...shape, dim });
  }

  /** Puts the features of items and users into memory. */
  placeFeatures(memory: LinearMemory): { readonly items: Region; readonly users: Region } {
    const { items, itemCount, users } = this.shape;
    // The start token takes the first value of every feature; its id embedding is its own.
    const values = new Int32Array((itemCount + 1) * (this.items.perRow - 1));
    values.set(items.values);
    return {
      items: this.items.placeColumns(memory, values),
      users: this.users.placeColumns(memory, users.values),
    };
  }

  workspace(arena: Arena, capacity: StateCapacity): StateWorkspace {
    const { tokens, outputs, sequences, beside = 0 } = capacity;
    return {
      capacity,
      items: this.items.workspace(arena, tokens + beside),
      users: this.users.workspace(arena, sequences),
      history: this.history.workspace(arena, tokens, outputs),
      userRows: arena.integers(outputs),
      states: matrix(arena.floats(outputs * this.width), this.width),
      gradient: matrix(arena.floats(outputs * this.width), this.width),
    };
  }

  /** Writes the sequences' tokens into the workspace; each distinct item is encoded once. */
  load(memory: LinearMemory, w: StateWorkspace, sequences: readonly StateSequence[]): StateBatch {
    const packed = pack(
      memory,
      w.history,
      sequences.map(({ items, outputs }) => ({ length: items.length, outputs })),
    );
    const itemIds = memory.integers(w.items.ids, w.items.rows);
    const itemRows = memory.integers(w.history.itemRows, packed.tokens);
    const feedback = memory.floats(w.history.feedback, packed.tokens * this.shape.feedbackWidth);
    const userIds = memory.integers(w.users.ids, sequences.length);
    const userRows = memory.integers(w.userRows, packed.outputs);
    const rows = new Map<number, number>();
    const rowOf = (item: number): number => {
      const known = rows.get(item);
      if (known !== undefined) return known;
      itemIds[rows.size] = item;
      rows.set(item, rows.size);
      return rows.size - 1;
    };
    let token = 0;
    let output = 0;
    sequences.forEach((sequence, s) => {
      userIds[s] = sequence.user;
      const asked = sequence.outputs === "all" ? sequence.items.length : sequence.outputs.length;
      userRows.fill(s, output, output + asked);
      output += asked;
      feedback.set(sequence.feedback, token * this.shape.feedbackWidth);
      for (const item of sequence.items) itemRows[token++] = rowOf(item);
    });
    for (const { beside = [] } of sequences) for (const item of beside) rowOf(item);
    const { outputs } = packed;
    return { packed, outputs, sequences: sequences.length, distinctItems: rows.size, itemRows: rows };
  }

  /** workspace.states of a loaded batch. */
  forward(
    k: Kernels,
    weights: Address,
    features: { readonly items: Region; readonly users: Region },
    w: StateWorkspace,
    batch: StateBatch,
    dropout?: Dropout,
  ): void {
    this.items.forward(k, weights, features.items.address, w.items, batch.distinctItems);
    this.users.forward(k, weights, features.users.address, w.users, batch.sequences);
    this.history.forward(k, weights, w.history, batch.packed, w.items.output, dropout);
    this.joinHistory(k, batch.outputs, w.history.output, w.states);
    this.joinUsers(k, batch.outputs, w.users.output, w.userRows, w.states);
  }

  /** From workspace.gradient to the parameters' gradients; those of the tables wait for `scatter`. */
  backward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    features: { readonly items: Region; readonly users: Region },
    w: StateWorkspace,
    batch: StateBatch,
    dropout?: Dropout,
    itemGradientsBegun = false,
  ): void {
    const { encoding } = this.shape;
    const { history } = w;
    if (!itemGradientsBegun) this.clearItemGradients(k, w, batch);
    k.fill(batch.sequences * encoding, w.users.gradient.address, 0);
    const ofUsers = columnsFrom(w.gradient, 2 * encoding);
    const { address: users, ld } = w.users.gradient;
    k.scatterAddRows(batch.outputs, encoding, ofUsers.address, ofUsers.ld, w.userRows, 1, users, ld);
    const { address, ld: width } = w.gradient;
    k.copyRows(batch.outputs, 2 * encoding, address, width, history.gradient.address, history.gradient.ld);
    this.history.backward(k, weights, gradients, history, batch.packed, w.items.gradient, dropout);
    this.items.backward(k, weights, gradients, features.items.address, w.items, batch.distinctItems);
    this.users.backward(k, weights, gradients, features.users.address, w.users, batch.sequences);
  }

  /** Begins the gradients of item encodings, for callers that add to them before `backward`. */
  clearItemGradients(k: Kernels, w: StateWorkspace, batch: StateBatch): void {
    k.fill(batch.distinctItems * this.shape.encoding, w.items.gradient.address, 0);
  }

  /** One tape per lookup of both tables, each adding all shards' gradients in shard order; they may run in parallel. */
  scatter(
    tapes: readonly Tape[],
    gradient: Address,
    shards: readonly { readonly workspace: StateWorkspace; readonly batch: StateBatch }[],
  ): void {
    tapes.forEach((tape, lookup) => {
      tape.clear();
      for (const { workspace: w, batch } of shards) {
        if (lookup < this.items.lookups.length) {
          this.items.scatter(tape.kernels, gradient, w.items, batch.distinctItems, lookup);
        } else {
          this.users.scatter(tape.kernels, gradient, w.users, batch.sequences, lookup - this.items.lookups.length);
        }
      }
    });
  }

  /** Of both tables together: how many tapes `scatter` takes. */
  get lookups(): number {
    return this.items.lookups.length + this.users.lookups.length;
  }

  joinHistory(k: Kernels, rows: number, history: Matrix, states: Matrix): void {
    k.copyRows(rows, 2 * this.shape.encoding, history.address, history.ld, states.address, states.ld);
  }

  joinUsers(k: Kernels, rows: number, users: Matrix, userRows: Address, states: Matrix): void {
    const { encoding } = this.shape;
    const { address, ld } = columnsFrom(states, 2 * encoding);
    k.gatherRows(rows, encoding, users.address, users.ld, userRows, address, ld, 0);
  }
}

/** Feedback bits as the vectors the encoder reads: [tokens, types] of 0 and 1. */
export function feedbackVectors(bits: Uint8Array, types: number): Float32Array {
  const vectors = new Float32Array(bits.length * types);
  for (let i = 0; i < bits.length; i++) {
    for (let f = 0; f < types; f++) vectors[i * types + f] = ((bits[i] as number) >> f) & 1;
  }
  return vectors;
}
