/** One shard of a pass over logged sequences: its buffers, its forward and its backward pass (docs/method.md, section 3). */
import type { Dataset } from "../../data/dataset.ts";
import {
  feedbackVectors,
  type StateBatch,
  type StateSequence,
  type StateWorkspace,
} from "../../encoder/stateEncoder.ts";
import { reshape } from "../../encoder/views.ts";
import { deriveKey } from "../../math/random.ts";
import type { Address } from "../../tensor/kernels.ts";
import { type Matrix, matrix } from "../../tensor/layers/matrix.ts";
import { plan, type Region } from "../../tensor/memory.ts";
import type { ParameterStore } from "../../tensor/parameters.ts";
import type { Tape } from "../../tensor/tape.ts";
import type { TensorEngine } from "../../tensor/tensorEngine.ts";
import type { LoggedSequence } from "./holdOut.ts";
import type { ScorerWorkspace, UserModelNetwork } from "./network.ts";

/** What all shards of a network share. */
export interface UserModelParts {
  readonly engine: TensorEngine;
  readonly network: UserModelNetwork;
  readonly store: ParameterStore;
  readonly features: { readonly items: Region; readonly users: Region };
  readonly dataset: Dataset;
  /** Feedback is concatenated along time and cut into vectors, as in the authors' code (section 10, `feedbackHistory`). */
  readonly reshaped: boolean;
  /** [rows of the log] what a row counts for in the loss (`exposureWeights`); 1 each where left out. */
  readonly rowWeights?: Float32Array | undefined;
}

/** What the loss needs beside the predictions. */
export interface LossSettings {
  /** float32 [types] in the linear memory. */
  readonly negativeWeight: Address;
  /** 1 / rows of the whole batch. */
  readonly scale: number;
  readonly dropout: number;
  readonly key: number;
}

interface Buffers {
  readonly tokens: number;
  readonly rows: number;
  readonly sequences: number;
  readonly state: StateWorkspace;
  readonly scorer: ScorerWorkspace;
  /** int32 [rows]: where the predicted items' encodings lie in state.items; their labels; which bits are known. */
  readonly targets: Address;
  readonly labels: Address;
  readonly observed: Address;
  /** float32 [rows] */
  readonly rowWeights: Address;
  /** [rows, encoding] and its gradient */
  readonly items: Matrix;
  readonly itemGradients: Matrix;
  /** [rows, types] */
  readonly logits: Matrix;
  readonly logitGradients: Matrix;
  /** float64 [types] */
  readonly losses: Address;
}

/** Rows of the sequences whose response is predicted. */
export const predictedRows = (sequences: readonly LoggedSequence[]): number =>
  sequences.reduce((sum, { from, end }) => sum + end - from, 0);

export class UserModelShard {
  readonly tape: Tape;
  private region: Region | undefined;
  private buffers: Buffers | undefined;
  private batch: StateBatch | undefined;

  constructor(
    private readonly parts: UserModelParts,
    private readonly index: number,
  ) {
    this.tape = parts.engine.tape();
  }

  get work(): { readonly workspace: StateWorkspace; readonly batch: StateBatch } {
    const { buffers, batch } = this.loaded();
    return { workspace: buffers.state, batch };
  }

  /** Unscaled loss by feedback type, after a pass with a loss. */
  get losses(): Float64Array {
    return this.parts.engine.memory.doubles(this.loaded().buffers.losses, this.parts.network.types);
  }

  /** [predicted rows, types], in the order of the loaded sequences. */
  get logits(): Float32Array {
    const { buffers, batch } = this.loaded();
    return this.parts.engine.memory.floats(buffers.logits.address, batch.outputs * this.parts.network.types);
  }

  /**
   * Writes a forward pass over `sequences` to the tape and, with a loss, the backward pass behind it.
   * @param sequences of one predicted row each where feedback is reshaped (`rowByRow`)
   */
  record(sequences: readonly LoggedSequence[], loss?: LossSettings): void {
    this.load(sequences);
    const { engine, network, store, features } = this.parts;
    const { buffers, batch } = this.loaded();
    const { state, scorer, items, logits } = buffers;
    const { weights } = store;
    const { encoding, types } = network;
    const rows = batch.outputs;
    this.tape.clear();
    const k = this.tape.kernels;
    const key = loss && deriveKey(loss.key, this.index);
    const dropout = loss && key !== undefined ? { rate: loss.dropout, key, firstRow: 0 } : undefined;
    network.states.forward(k, weights, features, state, batch, dropout);
    network.score(k, weights, scorer, rows, state.states);
    const { address: encodings, ld } = state.items.output;
    k.gatherRows(rows, encoding, encodings, ld, buffers.targets, items.address, items.ld, 0);
    const { address: a, ld: lda } = scorer.scorers;
    const [b, ldb] = [items.address, items.ld];
    k.groupDots(rows, types, encoding, a, lda, b, ldb, 1 / encoding, logits.address, logits.ld);
    if (loss === undefined) return;

    const { labels, observed, logitGradients: d, itemGradients } = buffers;
    const rowWeights = this.parts.rowWeights ? buffers.rowWeights : 0;
    engine.memory.doubles(buffers.losses, types).fill(0);
    const { negativeWeight, scale } = loss;
    const { address: z, ld: ldz } = logits;
    k.bceWithLogits(
      rows,
      types,
      z,
      ldz,
      labels,
      observed,
      negativeWeight,
      rowWeights,
      scale,
      d.address,
      d.ld,
      buffers.losses,
    );
    k.groupDotsBackward({
      rows,
      groups: types,
      width: encoding,
      a: scorer.scorers,
      b: items,
      scale: 1 / encoding,
      dout: d,
      da: scorer.gradient,
      db: itemGradients,
      accumulate: 0,
    });
    const gradients = store.shardGradient(this.index);
    network.scoreBackward(k, weights, gradients, scorer, rows, state.states, state.gradient);
    network.states.clearItemGradients(k, state, batch);
    const { address: begun, ld: ldg } = state.items.gradient;
    const { address: db, ld: lddb } = itemGradients;
    k.scatterAddRows(rows, encoding, db, lddb, buffers.targets, 1, begun, ldg);
    network.states.backward(k, weights, gradients, features, state, batch, dropout, true);
  }

  dispose(): void {
    this.region?.release();
    this.tape.dispose();
  }

  private loaded(): { readonly buffers: Buffers; readonly batch: StateBatch } {
    if (this.buffers === undefined || this.batch === undefined) throw new Error("no sequences are loaded");
    return { buffers: this.buffers, batch: this.batch };
  }

  private load(sequences: readonly LoggedSequence[]): void {
    const { engine, network, dataset, rowWeights: given } = this.parts;
    const { memory } = engine;
    const tokens = sequences.reduce((sum, { start, end }) => sum + end - start + 1, 0);
    const rows = predictedRows(sequences);
    const buffers = this.makeRoom(tokens, rows, sequences.length);
    this.batch = network.states.load(
      memory,
      buffers.state,
      sequences.map((sequence) => this.stateSequence(sequence)),
    );
    const itemRows = memory.integers(buffers.state.history.itemRows, tokens);
    const targets = memory.integers(buffers.targets, rows);
    const labels = memory.integers(buffers.labels, rows);
    const observed = memory.integers(buffers.observed, rows);
    const rowWeights = memory.floats(buffers.rowWeights, rows);
    let row = 0;
    let firstToken = 0;
    for (const { start, end, from } of sequences) {
      for (let i = from; i < end; i++) {
        // Token 0 is the start token, so row i of the log is token i - start + 1.
        targets[row] = itemRows[firstToken + i - start + 1] as number;
        labels[row] = dataset.log.feedback[i] as number;
        observed[row] = dataset.log.observed[i] as number;
        rowWeights[row] = given?.[i] ?? 1;
        row++;
      }
      firstToken += end - start + 1;
    }
  }

  private stateSequence({ user, start, end, from }: LoggedSequence): StateSequence {
    const { network, dataset, reshaped } = this.parts;
    const items = new Int32Array(end - start + 1);
    const bits = new Uint8Array(items.length);
    items[0] = network.states.start;
    items.set(dataset.log.items.subarray(start, end), 1);
    bits.set(dataset.log.feedback.subarray(start, end), 1);
    const outputs = Array.from({ length: end - from }, (_, i) => from - start + i);
    const feedback = feedbackVectors(bits, network.types);
    // The last token is the one whose response is predicted: its feedback is no part of what the user has seen.
    if (reshaped) reshape(feedback.subarray(0, (end - start) * network.types), network.types);
    return { user, items, feedback, outputs };
  }

  /** Buffers are planned for the largest batch so far, with some room to spare. */
  private makeRoom(tokens: number, rows: number, sequences: number): Buffers {
    const now = this.buffers;
    if (now !== undefined && tokens <= now.tokens && rows <= now.rows && sequences <= now.sequences) return now;
    const enlarged = (need: number, have = 0) => (need <= have ? have : Math.ceil(need * 1.25));
    const size = {
      tokens: enlarged(tokens, now?.tokens),
      rows: enlarged(rows, now?.rows),
      sequences: enlarged(sequences, now?.sequences),
    };
    this.region?.release();
    const { engine, network } = this.parts;
    const { value, region } = plan(engine.memory, (arena): Buffers => {
      const buffer = (width: number) => matrix(arena.floats(size.rows * width), width);
      return {
        ...size,
        state: network.states.workspace(arena, { tokens: size.tokens, outputs: size.rows, sequences: size.sequences }),
        scorer: network.scorerWorkspace(arena, size.rows),
        targets: arena.integers(size.rows),
        labels: arena.integers(size.rows),
        observed: arena.integers(size.rows),
        rowWeights: arena.floats(size.rows),
        items: buffer(network.encoding),
        itemGradients: buffer(network.encoding),
        logits: buffer(network.types),
        logitGradients: buffer(network.types),
        losses: arena.doubles(network.types),
      };
    });
    this.buffers = value;
    this.region = region;
    return value;
  }
}
