/** The state encoder (docs/method.md, section 3) in TensorFlow.js, on parameters of the same names. */
import type { Tensor } from "@tensorflow/tfjs";
import type { TfjsLayers } from "../../tensor/tfjs/layers.ts";
import { type Rows, rowsOf } from "../../tensor/tfjs/operations.ts";
import type { StateEncoderShape, StateSequence } from "../stateEncoder.ts";
import { type PaddedSequences, padded } from "./sequences.ts";

/** What dropout multiplies activations with, by place (CausalEncoder's), over the packed `rows`. */
export type StateMask = (place: number, width: number, rows: "tokens" | "outputs") => Float32Array | undefined;

/** Far below any score, and still finite. */
const HIDDEN = -1e9;

export class TfjsStateEncoder {
  constructor(
    private readonly layers: TfjsLayers,
    private readonly shape: StateEncoderShape,
  ) {}

  /** States at the outputs of all sequences, in order: [outputs, 3 encoding]. */
  states(sequences: readonly StateSequence[], mask: StateMask = () => undefined): Rows {
    const { tf } = this.layers;
    const { layers, feedbackWidth, itemCount, userCount, unknownUser } = this.shape;
    const layout = padded(sequences, feedbackWidth, itemCount);
    let x = this.tokens(layout, mask);
    for (let i = 0; i < layers; i++) x = this.layer(i, x, layout, mask);
    const users = Int32Array.from(sequences, ({ user }) => user);
    const encoded = this.features("users", users, this.shape.users, userCount, unknownUser);
    const history = rowsOf(tf, x, layout.outputRows);
    return tf.concat([history, rowsOf(tf, encoded, layout.outputSequences)], 1);
  }

  /** Encodings of items, [ids, encoding]. */
  items(ids: Int32Array): Rows {
    return this.features("items", ids, this.shape.items, this.shape.itemCount + 1);
  }

  private tokens(layout: PaddedSequences, mask: StateMask): Rows {
    const { layers, shape } = this;
    const { tf } = layers;
    const { items, length, feedback } = layout;
    const distinct = [...new Set(items)];
    const rows = new Map(distinct.map((item, row) => [item, row]));
    const encoded = this.items(Int32Array.from(distinct));
    const itemRows = items.map((item) => rows.get(item) ?? 0);
    const positions = items.map((_, i) => i % length);
    const located = tf.add(
      rowsOf(tf, encoded, itemRows),
      rowsOf(tf, layers.matrix("history.position", shape.encoding), positions),
    ) as Rows;
    const heard = layers.linear("history.feedback", tf.tensor2d(feedback, [items.length, shape.feedbackWidth]));
    const x: Rows = tf.concat([layers.norm("history.itemNorm", located), heard], 1);
    return layers.dropped(x, this.scattered(mask(0, x.shape[1], "tokens"), x.shape, layout.tokenRows));
  }

  /** Features of the given entities (FeatureEncoder): [ids, encoding]. */
  private features(
    name: string,
    ids: Int32Array,
    { sizes, values }: StateEncoderShape["items"],
    entities: number,
    unknown = false,
  ): Rows {
    const { layers } = this;
    const { tf } = layers;
    const table = layers.matrix(`${name}.table`, this.shape.idEmbedding);
    const embedded = (rows: Int32Array): Rows => layers.norm(`${name}.inputNorm`, rowsOf(tf, table, rows));
    let base = unknown ? entities + 1 : entities;
    let sum = embedded(ids.map((id) => Math.min(id, entities)));
    sizes.forEach((size, f) => {
      const from = base;
      // The start entity has no features of its own and takes each one's first value.
      sum = tf.add(sum, embedded(ids.map((id) => from + (values[(id % entities) * sizes.length + f] ?? 0))));
      base += size;
    });
    return layers.norm(`${name}.outputNorm`, layers.linear(`${name}.linear`, sum));
  }

  /** One post-norm transformer layer; the last one computes the asked positions only: [batch * queries, width]. */
  private layer(index: number, x: Rows, layout: PaddedSequences, mask: StateMask): Rows {
    const { layers, shape } = this;
    const { tf } = layers;
    const { batch, length, queries, limits } = layout;
    const name = `history.layer${index}`;
    const last = index === shape.layers - 1;
    const asked = limits.map((limit, query) => Math.floor(query / queries) * length + limit);
    const input = last ? rowsOf(tf, x, asked) : x;
    const drop = (y: Rows, place: number): Rows => {
      const of = mask(1 + 3 * index + place, y.shape[1], last ? "outputs" : "tokens");
      return layers.dropped(y, this.scattered(of, y.shape, last ? layout.outputRows : layout.tokenRows));
    };
    const hidden = last ? this.beyond(limits, length, [batch, 1, queries, length]) : this.causal(length);
    const attended = layers.attention(`${name}.qkv`, shape.heads, input, x, batch, hidden);
    const branch = drop(layers.linear(`${name}.projection`, attended), 0);
    const middle = layers.norm(`${name}.attentionNorm`, tf.add(input, branch));
    const active = drop(tf.relu(layers.linear(`${name}.feedIn`, middle)), 1);
    const fed = drop(layers.linear(`${name}.feedOut`, active), 2);
    return layers.norm(`${name}.outputNorm`, tf.add(middle, fed));
  }

  private causal(length: number): Tensor {
    return this.beyond(
      Int32Array.from({ length }, (_, i) => i),
      length,
      [length, length],
    );
  }

  /** 0 up to each query's limit, HIDDEN beyond. */
  private beyond(limits: Int32Array, length: number, shape: number[]): Tensor {
    const hidden = new Float32Array(limits.length * length);
    limits.forEach((limit, query) => {
      hidden.fill(HIDDEN, query * length + limit + 1, (query + 1) * length);
    });
    return this.layers.tf.tensor(hidden, shape);
  }

  /** A packed mask in padded rows; what pads is kept as it is. */
  private scattered(
    mask: Float32Array | undefined,
    [count, width]: readonly [number, number],
    rows: Int32Array,
  ): Rows | undefined {
    if (mask === undefined) return undefined;
    const all = new Float32Array(count * width).fill(1);
    rows.forEach((row, i) => {
      all.set(mask.subarray(i * width, (i + 1) * width), row * width);
    });
    return this.layers.tf.tensor2d(all, [count, width]);
  }
}
