import { LerlError } from "../../errors.ts";
import type { Address, AttentionCache, Kernels } from "../kernels.ts";
import { type Arena, type LinearMemory, plan, type Region } from "../memory.ts";
import type { Parameter, ParameterLayout } from "../parameters.ts";
import { longestSequence } from "../scratch.ts";
import { type Dropout, dropped } from "./dropout.ts";
import { LayerNorm } from "./layerNorm.ts";
import { Linear } from "./linear.ts";
import { columnsFrom, type Matrix, matrix } from "./matrix.ts";
import { type PackedBatch, type PackedBuffers, packedBuffers } from "./packing.ts";
import {
  ALL_PROJECTIONS,
  KEYS_AND_VALUES,
  type LayerBuffers,
  type LayerGradients,
  QUERIES,
  TransformerLayer,
} from "./transformerLayer.ts";

export interface CausalEncoderShape {
  /** Width of an item encoding; a token and an output are twice as wide. */
  readonly dim: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly layers: number;
  /** Longest sequence. */
  readonly positions: number;
  /** Numbers a token brings beside its item. */
  readonly feedbackWidth: number;
}

/** Buffers of one shard, for up to `tokens` packed tokens of which `outputs` are asked for. */
export interface EncoderWorkspace extends PackedBuffers {
  /** [tokens, dim]: item encoding + position embedding */
  readonly located: Matrix;
  readonly locatedStats: Address;
  /** [tokens, 2 dim] */
  readonly token: Matrix;
  readonly layers: readonly LayerBuffers[];
  /** [outputs, 2 dim]: the asked tokens' input of the last layer, and its gradient */
  readonly lastInput: Matrix;
  /** [outputs, 2 dim]: the encodings. */
  readonly output: Matrix;
  /** [outputs, 2 dim]: written by the caller before `backward`, consumed by it. */
  readonly gradient: Matrix;
  /** [tokens, 2 dim] */
  readonly tokenGradient: Matrix;
  readonly gradients: LayerGradients;
}

/** Keys and values of `slots` running sequences. */
export interface EncoderCache {
  readonly slots: number;
  readonly capacity: number;
  readonly region: Region;
}

/** New tokens of one cached sequence: `count` tokens from `position` on, in packed order. */
export interface Extension {
  readonly slot: number;
  readonly position: number;
  readonly count: number;
}

/** Dropout places: one for tokens, three per layer. */
const placeOf = (layer: number): number => 1 + 3 * layer;

/**
 * The history encoder (section 3): token = [LayerNorm(item encoding + position embedding), linear(feedback)], then a causal
 * post-norm transformer. Serves whole packed sequences (training) and growing ones (acting) with the same bits.
 */
export class CausalEncoder {
  readonly width: number;
  private readonly position: Parameter;
  private readonly itemNorm: LayerNorm;
  private readonly feedback: Linear;
  private readonly layers: readonly TransformerLayer[];

  constructor(
    layout: ParameterLayout,
    name: string,
    group: string,
    readonly shape: CausalEncoderShape,
  ) {
    const { dim, heads, feedForward, positions, feedbackWidth } = shape;
    this.width = 2 * dim;
    const longest = longestSequence(this.width / heads);
    if (positions > longest) {
      throw new LerlError(
        "tensor.sequence-too-long",
        `Histories of ${positions} tokens are longer than the attention of a ${this.width}-wide encoder with ${heads} heads can hold (${longest}). Use a shorter history.`,
      );
    }
    const layer = { width: this.width, heads, feedForward };
    this.position = layout.dense(`${name}.position`, group, positions * dim, { kind: "normal", scale: 0.1 });
    this.itemNorm = new LayerNorm(layout, `${name}.itemNorm`, group, dim);
    this.feedback = new Linear(layout, `${name}.feedback`, group, feedbackWidth, dim);
    this.layers = Array.from(
      { length: shape.layers },
      (_, i) => new TransformerLayer(layout, `${name}.layer${i}`, group, layer),
    );
  }

  /** @param outputs at most `tokens` */
  workspace(arena: Arena, tokens: number, outputs: number): EncoderWorkspace {
    const { dim, feedbackWidth } = this.shape;
    const buffer = (rows: number, columns: number) => matrix(arena.floats(rows * columns), columns);
    const last = this.layers.length - 1;
    const layers = this.layers.map((layer, i) => layer.buffers(arena, tokens, i === last ? outputs : tokens));
    return {
      ...packedBuffers(arena, tokens, outputs, feedbackWidth),
      located: buffer(tokens, dim),
      locatedStats: arena.floats(tokens * 2),
      token: buffer(tokens, this.width),
      layers,
      lastInput: buffer(outputs, this.width),
      output: (layers[last] as LayerBuffers).output,
      gradient: buffer(outputs, this.width),
      tokenGradient: buffer(tokens, this.width),
      gradients: (this.layers[0] as TransformerLayer).gradientBuffers(arena, tokens),
    };
  }

  /**
   * One causal pass over the packed sequences: workspace.output [batch.outputs, 2 dim].
   * @param items encodings that workspace.itemRows point into
   */
  forward(
    k: Kernels,
    weights: Address,
    w: EncoderWorkspace,
    batch: PackedBatch,
    items: Matrix,
    dropout?: Dropout,
  ): void {
    const { tokens } = batch;
    this.expectPositions(batch.longest);
    this.embed(k, weights, w, tokens, items, dropout);
    let x = w.token;
    this.layers.forEach((layer, i) => {
      const b = w.layers[i] as LayerBuffers;
      const last = i === this.layers.length - 1;
      const rows = last ? batch.outputs : tokens;
      const input = last ? this.asked(k, w, batch, x) : x;
      layer.project(k, weights, b, tokens, x, rows, input);
      layer.attend(k, b, last ? batch.askedPlan : batch.fullPlan);
      layer.finish(k, weights, b, rows, input, dropout, placeOf(i));
      x = b.output;
    });
  }

  /**
   * From workspace.gradient to parameter gradients and to `itemGradients`, which is added to, row by row as `items` was
   * read. `batch`, `dropout` as in the forward pass.
   */
  backward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    w: EncoderWorkspace,
    batch: PackedBatch,
    itemGradients: Matrix,
    dropout?: Dropout,
  ): void {
    const { tokens, outputs } = batch;
    const g = w.gradients;
    let dx = w.gradient;
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const layer = this.layers[i] as TransformerLayer;
      const b = w.layers[i] as LayerBuffers;
      const x = i === 0 ? w.token : (w.layers[i - 1] as LayerBuffers).output;
      const last = i === this.layers.length - 1;
      const rows = last ? outputs : tokens;
      const attention = last ? batch.askedPlan : batch.fullPlan;
      layer.backward(k, weights, gradients, b, g, attention, rows, dx, dropout, placeOf(i));
      if (last && !batch.allAsked) {
        layer.projectionBackward(k, weights, gradients, g, QUERIES, outputs, w.lastInput, dx, 1);
        layer.projectionBackward(k, weights, gradients, g, KEYS_AND_VALUES, tokens, x, w.tokenGradient, 0);
        const { address, ld } = w.tokenGradient;
        k.scatterAddRows(outputs, this.width, dx.address, dx.ld, w.outputRows, 1, address, ld);
        dx = w.tokenGradient;
      } else {
        layer.projectionBackward(k, weights, gradients, g, ALL_PROJECTIONS, tokens, x, dx, 1);
      }
    }
    this.embedBackward(k, weights, gradients, w, tokens, dx, itemGradients, dropout);
  }

  /** Room for the keys and values of `slots` sequences of up to `positions` tokens. */
  cache(memory: LinearMemory, slots: number): EncoderCache {
    const capacity = Math.ceil(this.shape.positions / 8) * 8;
    const floats = slots * this.layers.length * 2 * capacity * this.width;
    const { region } = plan(memory, (arena) => arena.floats(floats));
    return { slots, capacity, region };
  }

  /**
   * Appends tokens to cached sequences, whose item rows, positions and feedback the caller packed into the workspace in
   * this order: workspace.output row i is the encoding at the last token of extension i.
   */
  extend(
    k: Kernels,
    weights: Address,
    w: EncoderWorkspace,
    cache: EncoderCache,
    extensions: readonly Extension[],
    items: Matrix,
  ): void {
    const firsts: number[] = [];
    let tokens = 0;
    for (const { position, count } of extensions) {
      this.expectPositions(position + count);
      firsts.push(tokens);
      tokens += count;
    }
    this.embed(k, weights, w, tokens, items, undefined);
    let x = w.token;
    this.layers.forEach((layer, i) => {
      const b = w.layers[i] as LayerBuffers;
      const last = i === this.layers.length - 1;
      let input = x;
      if (last) {
        input = w.lastInput;
        extensions.forEach(({ count }, e) => {
          const from = x.address + ((firsts[e] as number) + count - 1) * x.ld * 4;
          k.copyRows(1, this.width, from, x.ld, input.address + e * input.ld * 4, input.ld);
        });
      }
      const rows = last ? extensions.length : tokens;
      layer.project(k, weights, b, tokens, x, rows, input);
      extensions.forEach(({ slot, position, count }, e) => {
        const first = firsts[e] as number;
        const tokens = { first, count };
        layer.attendCached(
          k,
          b,
          this.placeIn(cache, slot, i),
          position,
          tokens,
          last ? { first: e, count: 1 } : tokens,
        );
      });
      layer.finish(k, weights, b, rows, input, undefined, placeOf(i));
      x = b.output;
    });
  }

  /** Positions beyond the table would read whatever parameter comes next. */
  private expectPositions(length: number): void {
    const { positions } = this.shape;
    if (length > positions)
      throw new RangeError(`a sequence of ${length} tokens; the encoder has ${positions} positions`);
  }

  private placeIn({ capacity, region }: EncoderCache, slot: number, layer: number): AttentionCache {
    const block = capacity * this.width * 4;
    const keys = region.address + (slot * this.layers.length + layer) * 2 * block;
    return { keys, values: keys + block, capacity };
  }

  /** The last layer's input at the asked tokens. */
  private asked(k: Kernels, w: EncoderWorkspace, batch: PackedBatch, x: Matrix): Matrix {
    if (batch.allAsked) return x;
    const { address, ld } = w.lastInput;
    k.gatherRows(batch.outputs, this.width, x.address, x.ld, w.outputRows, address, ld, 0);
    return w.lastInput;
  }

  private embed(
    k: Kernels,
    weights: Address,
    w: EncoderWorkspace,
    tokens: number,
    items: Matrix,
    dropout?: Dropout,
  ): void {
    const { dim, feedbackWidth } = this.shape;
    const { address, ld } = w.located;
    k.gatherRows(tokens, dim, items.address, items.ld, w.itemRows, address, ld, 0);
    k.gatherRows(tokens, dim, this.position.at(weights), dim, w.positions, address, ld, 1);
    this.itemNorm.forward(k, weights, tokens, w.located, w.token, w.locatedStats);
    this.feedback.forward(k, weights, tokens, matrix(w.feedback, feedbackWidth), columnsFrom(w.token, dim));
    dropped(k, dropout, 0, tokens, this.width, w.token);
  }

  private embedBackward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    w: EncoderWorkspace,
    tokens: number,
    dx: Matrix,
    itemGradients: Matrix,
    dropout: Dropout | undefined,
  ): void {
    const { dim, feedbackWidth } = this.shape;
    dropped(k, dropout, 0, tokens, this.width, dx);
    this.feedback.backward(k, weights, gradients, tokens, matrix(w.feedback, feedbackWidth), columnsFrom(dx, dim));
    this.itemNorm.backward(k, weights, gradients, tokens, w.located, w.locatedStats, dx, dx);
    k.scatterAddRows(tokens, dim, dx.address, dx.ld, w.itemRows, 1, itemGradients.address, itemGradients.ld);
    k.scatterAddRows(tokens, dim, dx.address, dx.ld, w.positions, 1, this.position.at(gradients), dim);
  }
}
