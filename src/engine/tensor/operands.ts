/**
 * WebAssembly takes numbers, and a tape keeps numbers; some operations of `Kernels` take names. Their calls are spelled as
 * numbers here and nowhere else, in the order of the functions in kernels/*.ts, and read back for kernels that are not
 * WebAssembly. A matrix is two numbers: its address and the floats from one row to the next.
 */
import type { Accumulate, Attention, Kernels, Matrix } from "./kernels.ts";

/** A call of any operation, its operands in order. */
export type Call = (...operands: readonly number[]) => void;

/** The operations as WebAssembly exports them. */
export type PositionalKernels = { readonly [name in keyof Kernels]: Call };

/** What attention and its gradient begin with. */
function attentionOperands({ plan, heads, headDim, matrices, stats }: Attention): readonly number[] {
  const { query, key, value, output } = matrices;
  return [
    plan.count, // sequences
    plan.segments, // int32 [count, 4]: first key row, keys, first query row, queries
    plan.limits, // int32 [queries]: keys that a query sees
    heads,
    headDim,
    query.address, // [queries, heads headDim]
    query.ld,
    key.address, // [keys, heads headDim]
    key.ld,
    value.address, // [keys, heads headDim]
    value.ld,
    output.address, // [queries, heads headDim]
    output.ld,
    stats, // [queries, heads, 2]: largest scaled score, 1 / sum of exponentials
  ];
}

/** Kernels by name, on top of kernels that take numbers. */
export function namedKernels(positional: PositionalKernels): Kernels {
  return {
    ...positional,
    layerNormBackward: ({ rows, width, x, gamma, stats, dy, dx, accumulate, dgamma, dbeta }) =>
      positional.layerNormBackward(
        rows,
        width,
        x.address, // [rows, width]
        x.ld,
        gamma, // [width]
        stats, // [rows, 2]: mean, 1 / standard deviation
        dy.address, // [rows, width]
        dy.ld,
        dx.address, // [rows, width]
        dx.ld,
        accumulate, // of dx
        dgamma, // [width]
        dbeta, // [width]
      ),
    embedSumBackward: (call) =>
      positional.embedSumBackward(
        call.rows,
        call.perRow, // table rows that describe an entity
        call.width,
        call.ids, // int32 [rows]
        call.columns, // int32 [entities, perRow]
        call.table, // [table rows, width]
        call.gamma, // [width]
        call.dy.address, // [rows, width]
        call.dy.ld,
        call.dgamma, // [width]
        call.dbeta, // [width]
        call.dvectors, // [rows, perRow, width]
        call.touched, // int32 [rows, perRow]
      ),
    attention: (call) => positional.attention(...attentionOperands(call)),
    attentionBackward: (call, { output, query, key, value }) =>
      positional.attentionBackward(
        ...attentionOperands(call),
        output.address, // [queries, heads headDim]: where the gradient comes from
        output.ld,
        query.address, // [queries, heads headDim]
        query.ld,
        key.address, // [keys, heads headDim]
        key.ld,
        value.address, // [keys, heads headDim]
        value.ld,
      ),
    attentionExtend: ({ cache, position, tokens, queries, heads, headDim, matrices: { query, key, value, output } }) =>
      positional.attentionExtend(
        cache.keys, // [heads headDim, capacity]
        cache.values, // [capacity, heads headDim]
        cache.capacity, // tokens
        position, // tokens before these
        tokens, // new ones
        queries, // the last of them, which attend
        heads,
        headDim,
        query.address, // [queries, heads headDim]
        query.ld,
        key.address, // [tokens, heads headDim]
        key.ld,
        value.address, // [tokens, heads headDim]
        value.ld,
        output.address, // [queries, heads headDim]
        output.ld,
      ),
    groupDotsBackward: ({ rows, groups, width, a, b, scale, dout, da, db, accumulate }) =>
      positional.groupDotsBackward(
        rows,
        groups,
        width,
        a.address, // [rows, groups width]
        a.ld,
        b.address, // [rows, width]
        b.ld,
        scale, // a float32, the only one
        dout.address, // [rows, groups]
        dout.ld,
        da.address, // [rows, groups width]
        da.ld,
        db.address, // [rows, width]
        db.ld,
        accumulate, // of db
      ),
  };
}

/** Hands out the operands of a call one by one. */
class Reading {
  private at = 0;

  constructor(private readonly operands: readonly number[]) {}

  number(): number {
    return this.operands[this.at++] as number;
  }

  flag(): Accumulate {
    return this.number() as Accumulate;
  }

  matrix(): Matrix {
    return { address: this.number(), ld: this.number() };
  }

  attention(): Attention {
    return {
      plan: { count: this.number(), segments: this.number(), limits: this.number() },
      heads: this.number(),
      headDim: this.number(),
      matrices: { query: this.matrix(), key: this.matrix(), value: this.matrix(), output: this.matrix() },
      stats: this.number(),
    };
  }
}

/** The inverse of `namedKernels`. Properties are read in the order in which they are written here. */
export function positionalKernels(kernels: Kernels): PositionalKernels {
  return {
    ...(kernels as unknown as PositionalKernels),
    layerNormBackward: (...operands) => {
      const r = new Reading(operands);
      kernels.layerNormBackward({
        rows: r.number(),
        width: r.number(),
        x: r.matrix(),
        gamma: r.number(),
        stats: r.number(),
        dy: r.matrix(),
        dx: r.matrix(),
        accumulate: r.flag(),
        dgamma: r.number(),
        dbeta: r.number(),
      });
    },
    embedSumBackward: (...operands) => {
      const r = new Reading(operands);
      kernels.embedSumBackward({
        rows: r.number(),
        perRow: r.number(),
        width: r.number(),
        ids: r.number(),
        columns: r.number(),
        table: r.number(),
        gamma: r.number(),
        dy: r.matrix(),
        dgamma: r.number(),
        dbeta: r.number(),
        dvectors: r.number(),
        touched: r.number(),
      });
    },
    attention: (...operands) => kernels.attention(new Reading(operands).attention()),
    attentionBackward: (...operands) => {
      const r = new Reading(operands);
      const call = r.attention();
      const gradients = { output: r.matrix(), query: r.matrix(), key: r.matrix(), value: r.matrix() };
      kernels.attentionBackward(call, gradients);
    },
    attentionExtend: (...operands) => {
      const r = new Reading(operands);
      kernels.attentionExtend({
        cache: { keys: r.number(), values: r.number(), capacity: r.number() },
        position: r.number(),
        tokens: r.number(),
        queries: r.number(),
        heads: r.number(),
        headDim: r.number(),
        matrices: { query: r.matrix(), key: r.matrix(), value: r.matrix(), output: r.matrix() },
      });
    },
    groupDotsBackward: (...operands) => {
      const r = new Reading(operands);
      kernels.groupDotsBackward({
        rows: r.number(),
        groups: r.number(),
        width: r.number(),
        a: r.matrix(),
        b: r.matrix(),
        scale: r.number(),
        dout: r.matrix(),
        da: r.matrix(),
        db: r.matrix(),
        accumulate: r.flag(),
      });
    },
  };
}
