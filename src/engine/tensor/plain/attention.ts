import type { AttentionMatrices, AttentionPlan, Kernels, Matrix } from "../kernels.ts";
import { attendOne, attendOneBackward, type HeadRows, type Rows } from "./attentionRow.ts";
import { each, index, indexIn, type PlainMemory } from "./plainMemory.ts";

export function attentionKernels(
  memory: PlainMemory,
): Pick<Kernels, "attention" | "attentionBackward" | "attentionExtend"> {
  /** Rows of one head's columns, counted from `first`. */
  const rowsOf = (matrix: Matrix, column: number, first = 0): Rows => ({
    values: memory.floats,
    offset: indexIn(matrix, first, column),
    ld: matrix.ld,
  });
  /** One head's columns of all four, keys and values counted from `keyStart`. */
  const headOf = ({ query, key, value, output }: AttentionMatrices, column: number, keyStart: number): HeadRows => ({
    q: rowsOf(query, column),
    k: rowsOf(key, column, keyStart),
    v: rowsOf(value, column, keyStart),
    out: rowsOf(output, column),
  });
  const eachQuery = (
    { count, segments }: AttentionPlan,
    heads: number,
    visit: (keyStart: number, query: number, head: number) => void,
  ): void => {
    for (let s = 0; s < count; s++) {
      const [keyStart = 0, , first = 0, queries = 0] = memory.integers.subarray(segments / 4 + s * 4);
      each(queries, heads, (query, head) => visit(keyStart, first + query, head));
    }
  };
  return {
    attention: ({ plan, heads, headDim, matrices, stats }) => {
      const { floats: f, integers } = memory;
      eachQuery(plan, heads, (keyStart, query, head) => {
        const limit = integers[plan.limits / 4 + query] as number;
        const { top, inverse } = attendOne(headDim, limit, query, headOf(matrices, head * headDim, keyStart));
        f.set([top, inverse], stats / 4 + (query * heads + head) * 2);
      });
    },
    attentionBackward: ({ plan, heads, headDim, matrices, stats }, gradients) => {
      const { floats: f, integers } = memory;
      const { key: dk, value: dv } = gradients;
      for (let s = 0; s < plan.count; s++) {
        const [first = 0, keys = 0] = integers.subarray(plan.segments / 4 + s * 4);
        each(keys, heads * headDim, (j, c) => {
          f[indexIn(dk, first + j, c)] = 0;
          f[indexIn(dv, first + j, c)] = 0;
        });
      }
      eachQuery(plan, heads, (keyStart, query, head) => {
        const limit = integers[plan.limits / 4 + query] as number;
        const [top = 0, inverse = 0] = f.subarray(stats / 4 + (query * heads + head) * 2);
        const own = headOf(matrices, head * headDim, keyStart);
        attendOneBackward(headDim, limit, query, own, { top, inverse }, headOf(gradients, head * headDim, keyStart));
      });
    },
    attentionExtend: ({ cache, position, tokens, queries, heads, headDim, matrices }) => {
      const f = memory.floats;
      const { query: q, key: k, value: v, output: out } = matrices;
      const { capacity } = cache;
      const width = heads * headDim;
      const values = { address: cache.values, ld: width };
      each(tokens, width, (t, c) => {
        f[index(cache.keys, capacity, c, position + t)] = f[indexIn(k, t, c)] as number;
        f[indexIn(values, position + t, c)] = f[indexIn(v, t, c)] as number;
      });
      const keys = new Float32Array((position + tokens) * width);
      each(position + tokens, width, (t, c) => {
        keys[t * width + c] = f[index(cache.keys, capacity, c, t)] as number;
      });
      each(queries, heads, (query, head) => {
        const c = head * headDim;
        const limit = position + tokens - queries + query + 1;
        const own = { values: keys, offset: c, ld: width };
        attendOne(headDim, limit, query, { q: rowsOf(q, c), k: own, v: rowsOf(values, c), out: rowsOf(out, c) });
      });
    },
  };
}
