import type { Address, Attention, AttentionCache, AttentionMatrices, AttentionPlan, Kernels } from "../kernels.ts";
import type { Arena } from "../memory.ts";
import { type ParameterLayout, xavierInitializer } from "../parameters.ts";
import { type Dropout, dropped } from "./dropout.ts";
import { LayerNorm } from "./layerNorm.ts";
import { Linear } from "./linear.ts";
import { columnsFrom, type Matrix, matrix, rowsFrom } from "./matrix.ts";

/** Activations of one layer: keys and values for every token, the rest for the rows whose output is computed. */
export interface LayerBuffers {
  /** [tokens, 3 width]: queries, keys, values */
  readonly qkv: Matrix;
  /** [rows, width] */
  readonly attended: Matrix;
  /** What attention calls those two. */
  readonly attention: AttentionMatrices;
  /** [rows, heads, 2] */
  readonly attentionStats: Address;
  /** [rows, width]: input + attention, and its LayerNorm */
  readonly attentionSum: Matrix;
  readonly attentionStatsNorm: Address;
  readonly middle: Matrix;
  /** [rows, feedForward] */
  readonly hidden: Matrix;
  /** [rows, width]: middle + feed-forward, and its LayerNorm */
  readonly outputSum: Matrix;
  readonly outputStatsNorm: Address;
  readonly output: Matrix;
}

/** Room for gradients, used by one layer after another. */
export interface LayerGradients {
  /** [tokens, 3 width] */
  readonly qkv: Matrix;
  /** [tokens, width] */
  readonly branch: Matrix;
  readonly attended: Matrix;
  /** What attention calls `qkv` and `attended`. */
  readonly attention: AttentionMatrices;
  /** [tokens, feedForward] */
  readonly hidden: Matrix;
}

export interface LayerShape {
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
}

/** Some of the projections that lie side by side in `qkv`. */
interface Projections {
  readonly from: 0 | 1 | 2;
  readonly count: 1 | 2 | 3;
}

export const QUERIES: Projections = { from: 0, count: 1 };
export const KEYS_AND_VALUES: Projections = { from: 1, count: 2 };
export const ALL_PROJECTIONS: Projections = { from: 0, count: 3 };

/** A post-norm ReLU transformer encoder layer (section 3). Attention weights themselves are not dropped out. */
export class TransformerLayer {
  private readonly qkv: Linear;
  private readonly projection: Linear;
  private readonly attentionNorm: LayerNorm;
  private readonly feedIn: Linear;
  private readonly feedOut: Linear;
  private readonly outputNorm: LayerNorm;
  private readonly headDim: number;

  constructor(
    layout: ParameterLayout,
    name: string,
    group: string,
    private readonly shape: LayerShape,
  ) {
    const { width, heads, feedForward } = shape;
    const zero = { kind: "constant", scale: 0 } as const;
    this.headDim = width / heads;
    if (!Number.isInteger(this.headDim)) throw new RangeError(`${heads} heads do not divide a width of ${width}`);
    this.qkv = new Linear(layout, `${name}.qkv`, group, width, 3 * width, xavierInitializer(width, 3 * width), zero);
    this.projection = new Linear(layout, `${name}.projection`, group, width, width, undefined, zero);
    this.attentionNorm = new LayerNorm(layout, `${name}.attentionNorm`, group, width);
    this.feedIn = new Linear(layout, `${name}.feedIn`, group, width, feedForward);
    this.feedOut = new Linear(layout, `${name}.feedOut`, group, feedForward, width);
    this.outputNorm = new LayerNorm(layout, `${name}.outputNorm`, group, width);
  }

  buffers(arena: Arena, tokens: number, rows: number): LayerBuffers {
    const { width, heads, feedForward } = this.shape;
    const buffer = (n: number, columns: number) => matrix(arena.floats(n * columns), columns);
    const qkv = buffer(tokens, 3 * width);
    const attended = buffer(rows, width);
    return {
      qkv,
      attended,
      attention: this.matricesOf(qkv, attended),
      attentionStats: arena.floats(rows * heads * 2),
      attentionSum: buffer(rows, width),
      attentionStatsNorm: arena.floats(rows * 2),
      middle: buffer(rows, width),
      hidden: buffer(rows, feedForward),
      outputSum: buffer(rows, width),
      outputStatsNorm: arena.floats(rows * 2),
      output: buffer(rows, width),
    };
  }

  gradientBuffers(arena: Arena, tokens: number): LayerGradients {
    const { width, feedForward } = this.shape;
    const buffer = (columns: number) => matrix(arena.floats(tokens * columns), columns);
    const [qkv, branch, attended] = [buffer(3 * width), buffer(width), buffer(width)];
    return { qkv, branch, attended, attention: this.matricesOf(qkv, attended), hidden: buffer(feedForward) };
  }

  /** Keys and values of all tokens, queries of the `rows` in `input` (the tokens themselves, or some of them). */
  project(k: Kernels, weights: Address, b: LayerBuffers, tokens: number, x: Matrix, rows: number, input: Matrix): void {
    const { width } = this.shape;
    if (input === x) {
      this.qkv.forward(k, weights, tokens, x, b.qkv);
    } else {
      this.qkv.forwardColumns(k, weights, tokens, x, columnsFrom(b.qkv, width), width, 2 * width);
      this.qkv.forwardColumns(k, weights, rows, input, b.qkv, 0, width);
    }
  }

  /** Attention over the packed sequences of `plan`: b.qkv -> b.attended. */
  attend(k: Kernels, b: LayerBuffers, plan: AttentionPlan): void {
    k.attention(this.attention(b, plan));
  }

  /** Attention of the last `queries` of `tokens` new tokens of one cached sequence; rows start at `first`. */
  attendCached(
    k: Kernels,
    b: LayerBuffers,
    cache: AttentionCache,
    position: number,
    tokens: { readonly first: number; readonly count: number },
    queries: { readonly first: number; readonly count: number },
  ): void {
    const { query, key, value, output } = b.attention;
    k.attentionExtend({
      cache,
      position,
      tokens: tokens.count,
      queries: queries.count,
      heads: this.shape.heads,
      headDim: this.headDim,
      matrices: {
        query: rowsFrom(query, queries.first),
        key: rowsFrom(key, tokens.first),
        value: rowsFrom(value, tokens.first),
        output: rowsFrom(output, queries.first),
      },
    });
  }

  /** Everything after attention, for `rows` rows of `input`: b.attended -> b.output. */
  finish(
    k: Kernels,
    weights: Address,
    b: LayerBuffers,
    rows: number,
    input: Matrix,
    dropout: Dropout | undefined,
    place: number,
  ): void {
    const { width, feedForward } = this.shape;
    this.projection.forward(k, weights, rows, b.attended, b.attentionSum);
    dropped(k, dropout, place, rows, width, b.attentionSum);
    this.attentionNorm.forward(k, weights, rows, b.attentionSum, b.middle, b.attentionStatsNorm, input);
    this.feedIn.forward(k, weights, rows, b.middle, b.hidden, 1);
    dropped(k, dropout, place + 1, rows, feedForward, b.hidden);
    this.feedOut.forward(k, weights, rows, b.hidden, b.outputSum);
    dropped(k, dropout, place + 2, rows, width, b.outputSum);
    this.outputNorm.forward(k, weights, rows, b.outputSum, b.output, b.outputStatsNorm, b.middle);
  }

  /**
   * Backward pass. `dy` [rows, width], the gradient of b.output, becomes the gradient of `input` except for the part that
   * goes through queries, keys and values; those are left in g.qkv.
   */
  backward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    b: LayerBuffers,
    g: LayerGradients,
    plan: AttentionPlan,
    rows: number,
    dy: Matrix,
    dropout: Dropout | undefined,
    place: number,
  ): void {
    const { feedForward } = this.shape;
    this.outputNorm.backward(k, weights, gradients, rows, b.outputSum, b.outputStatsNorm, dy, dy);
    const feed = this.branchGradient(k, g, rows, dy, dropout, place + 2);
    this.feedOut.backward(k, weights, gradients, rows, b.hidden, feed, g.hidden);
    dropped(k, dropout, place + 1, rows, feedForward, g.hidden);
    k.reluBackward(rows, feedForward, b.hidden.address, b.hidden.ld, g.hidden.address, g.hidden.ld);
    this.feedIn.backward(k, weights, gradients, rows, b.middle, g.hidden, dy, 1);

    this.attentionNorm.backward(k, weights, gradients, rows, b.attentionSum, b.attentionStatsNorm, dy, dy);
    const projected = this.branchGradient(k, g, rows, dy, dropout, place);
    this.projection.backward(k, weights, gradients, rows, b.attended, projected, g.attended);
    k.attentionBackward(this.attention(b, plan), g.attention);
  }

  /** dx (+)= what reaches `x` through some of the projections. */
  projectionBackward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    g: LayerGradients,
    { from, count }: Projections,
    rows: number,
    x: Matrix,
    dx: Matrix,
    accumulate: 0 | 1,
  ): void {
    const { width } = this.shape;
    const dqkv = columnsFrom(g.qkv, from * width);
    this.qkv.parameterGradients(k, gradients, rows, x, dqkv, from * width, count * width);
    this.qkv.inputGradient(k, weights, rows, dqkv, dx, accumulate, from * width, count * width);
  }

  private attention(b: LayerBuffers, plan: AttentionPlan): Attention {
    return { plan, heads: this.shape.heads, headDim: this.headDim, matrices: b.attention, stats: b.attentionStats };
  }

  private matricesOf(qkv: Matrix, attended: Matrix): AttentionMatrices {
    const { width } = this.shape;
    return { query: qkv, key: columnsFrom(qkv, width), value: columnsFrom(qkv, 2 * width), output: attended };
  }

  /** The gradient of a branch that was dropped out before it joined its residual. */
  private branchGradient(
    k: Kernels,
    g: LayerGradients,
    rows: number,
    dy: Matrix,
    dropout: Dropout | undefined,
    place: number,
  ): Matrix {
    if (dropout === undefined || dropout.rate === 0) return dy;
    const { width } = this.shape;
    k.copyRows(rows, width, dy.address, dy.ld, g.branch.address, g.branch.ld);
    dropped(k, dropout, place, rows, width, g.branch);
    return g.branch;
  }
}
