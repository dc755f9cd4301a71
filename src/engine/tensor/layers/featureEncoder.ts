import type { Address, Kernels } from "../kernels.ts";
import type { Arena, LinearMemory, Region } from "../memory.ts";
import type { Parameter, ParameterLayout } from "../parameters.ts";
import { LayerNorm } from "./layerNorm.ts";
import { Linear } from "./linear.ts";
import { type Matrix, matrix } from "./matrix.ts";

export interface FeatureEncoderShape {
  /** Items or users. */
  readonly entities: number;
  /** Values of each feature. */
  readonly featureSizes: readonly number[];
  /** How many values of each feature an entity has; one of each by default. */
  readonly featureWidths?: readonly number[] | undefined;
  /** Width of the id and feature embeddings. */
  readonly idDim: number;
  /** Width of the encoding. */
  readonly dim: number;
  /**
   * Initial deviation of the embeddings, 0.1 by default. LayerNorm makes it meaningless for the encodings themselves; it
   * sets how far one optimiser step turns them.
   */
  readonly tableScale?: number | undefined;
  /** One more id, for entities that were never seen: `entities + e` is e by its features, under that id. */
  readonly unknown?: boolean | undefined;
}

/** Buffers of one shard, for up to `rows` distinct entities. */
export interface FeatureWorkspace {
  readonly rows: number;
  /** int32 [rows], written by the caller: which entities. */
  readonly ids: Address;
  /** [rows, dim]: the encodings. */
  readonly output: Matrix;
  /** [rows, dim]: the gradient of the encodings, added to by whoever used them. */
  readonly gradient: Matrix;
  /** [rows, idDim] */
  readonly sum: Matrix;
  readonly projected: Matrix;
  readonly stats: Address;
  /** [rows, 1 + values, idDim]: gradients of table rows, and int32 [rows, 1 + values]: which ones. */
  readonly vectors: Address;
  readonly touched: Address;
}

/**
 * Encodes items or users (section 3): LayerNorm of the id embedding and of one embedding per feature value, a shared linear
 * layer on each, their sum, LayerNorm. The linear layer is applied to the sum, which is the same function: its bias
 * stands for the sum of the biases, and a feature's own bias for a shift of its table.
 */
export class FeatureEncoder {
  /** [ids + all feature values, idDim]: ids first, then feature after feature. */
  readonly table: Parameter;
  readonly perRow: number;
  /** Columns by what they look up: the id, then feature after feature. Different ones touch different rows of the table. */
  readonly lookups: readonly (readonly number[])[];
  private readonly inputNorm: LayerNorm;
  private readonly linear: Linear;
  private readonly outputNorm: LayerNorm;
  private readonly columnBases: readonly number[];

  constructor(
    layout: ParameterLayout,
    readonly name: string,
    group: string,
    readonly shape: FeatureEncoderShape,
  ) {
    const { entities, unknown, featureSizes, featureWidths, idDim, dim } = shape;
    const ids = unknown ? entities + 1 : entities;
    const tableRows = ids + featureSizes.reduce((sum, size) => sum + size, 0);
    const featureOf = featureSizes.flatMap((_, f) => new Array<number>(featureWidths?.[f] ?? 1).fill(f));
    this.perRow = 1 + featureOf.length;
    this.columnBases = featureOf.map((f) => ids + featureSizes.slice(0, f).reduce((sum, n) => sum + n, 0));
    this.lookups = [[0], ...featureSizes.map((_, f) => featureOf.flatMap((of, c) => (of === f ? [c + 1] : [])))];
    this.table = layout.table(`${name}.table`, group, tableRows * idDim, {
      kind: "normal",
      scale: shape.tableScale ?? 0.1,
    });
    this.inputNorm = new LayerNorm(layout, `${name}.inputNorm`, group, idDim);
    this.linear = new Linear(layout, `${name}.linear`, group, idDim, dim);
    this.outputNorm = new LayerNorm(layout, `${name}.outputNorm`, group, dim);
  }

  /**
   * Puts the table rows of every entity into memory, for every network with the same features.
   * @param values [entities, values]: of each feature, those an entity has
   * @returns int32 [entities, 1 + values], once more under the unknown id where there is one
   */
  placeColumns(memory: LinearMemory, values: Int32Array): Region {
    const { entities, unknown } = this.shape;
    const own = this.perRow - 1;
    const rows = unknown ? 2 * entities : entities;
    const region = memory.reserve(rows * this.perRow * 4);
    const columns = memory.integers(region.address, rows * this.perRow);
    for (let row = 0; row < rows; row++) {
      const e = row % entities;
      columns[row * this.perRow] = Math.min(row, entities);
      for (let c = 0; c < own; c++) {
        columns[row * this.perRow + 1 + c] = (this.columnBases[c] as number) + (values[e * own + c] as number);
      }
    }
    return region;
  }

  workspace(arena: Arena, rows: number): FeatureWorkspace {
    const { idDim, dim } = this.shape;
    return {
      rows,
      ids: arena.integers(rows),
      output: matrix(arena.floats(rows * dim), dim),
      gradient: matrix(arena.floats(rows * dim), dim),
      sum: matrix(arena.floats(rows * idDim), idDim),
      projected: matrix(arena.floats(rows * dim), dim),
      stats: arena.floats(rows * 2),
      vectors: arena.floats(rows * this.perRow * idDim),
      touched: arena.integers(rows * this.perRow),
    };
  }

  /** Encodes the first `rows` of workspace.ids into workspace.output. */
  forward(k: Kernels, weights: Address, columns: Address, w: FeatureWorkspace, rows: number): void {
    const { idDim } = this.shape;
    const table = this.table.at(weights);
    const gamma = this.inputNorm.gamma.at(weights);
    const beta = this.inputNorm.beta.at(weights);
    k.embedSum(rows, this.perRow, idDim, w.ids, columns, table, gamma, beta, w.sum.address, w.sum.ld);
    this.linear.forward(k, weights, rows, w.sum, w.projected);
    this.outputNorm.forward(k, weights, rows, w.projected, w.output, w.stats);
  }

  /** Consumes workspace.gradient; the tables' share waits in workspace.vectors for `scatter`. */
  backward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    columns: Address,
    w: FeatureWorkspace,
    rows: number,
  ): void {
    const { gradient } = w;
    this.outputNorm.backward(k, weights, gradients, rows, w.projected, w.stats, gradient, gradient);
    this.linear.backward(k, weights, gradients, rows, w.sum, gradient, w.sum);
    k.embedSumBackward({
      rows,
      perRow: this.perRow,
      width: this.shape.idDim,
      ids: w.ids,
      columns,
      table: this.table.at(weights),
      gamma: this.inputNorm.gamma.at(weights),
      // linear.backward left the gradient of the sum in the sum's place.
      dy: w.sum,
      dgamma: this.inputNorm.gamma.at(gradients),
      dbeta: this.inputNorm.beta.at(gradients),
      dvectors: w.vectors,
      touched: w.touched,
    });
  }

  /**
   * Adds one shard's gradients of a lookup (0 the id, f + 1 feature f) to the network's flat gradient. Lookups may run in
   * parallel; shards go in order.
   */
  scatter(k: Kernels, gradient: Address, w: FeatureWorkspace, rows: number, lookup: number): void {
    const { idDim } = this.shape;
    const table = this.table.at(gradient);
    for (const column of this.lookups[lookup] ?? []) {
      const vectors = w.vectors + column * idDim * 4;
      const touched = w.touched + column * 4;
      k.scatterAddRows(rows, idDim, vectors, this.perRow * idDim, touched, this.perRow, table, idDim);
    }
  }
}
