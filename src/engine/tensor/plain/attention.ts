import type { Address, Kernels } from "../kernels.ts";
import { attendOne, attendOneBackward, type Rows } from "./attentionRow.ts";
import { each, index, type PlainMemory } from "./plainMemory.ts";

export function attentionKernels(
  memory: PlainMemory,
): Pick<Kernels, "attention" | "attentionBackward" | "attentionExtend"> {
  /** Rows of one head's columns, counted from `first`. */
  const rowsOf = (matrix: Address, ld: number, column: number, first = 0): Rows => ({
    values: memory.floats,
    offset: index(matrix, ld, first, column),
    ld,
  });
  const eachQuery = (
    count: number,
    segments: Address,
    heads: number,
    visit: (keyStart: number, query: number, head: number) => void,
  ): void => {
    for (let s = 0; s < count; s++) {
      const [keyStart = 0, , first = 0, queries = 0] = memory.integers.subarray(segments / 4 + s * 4);
      each(queries, heads, (query, head) => visit(keyStart, first + query, head));
    }
  };
  return {
    attention: (count, segments, limits, heads, headDim, q, ldq, k, ldk, v, ldv, out, ldo, stats) => {
      const { floats: f, integers } = memory;
      eachQuery(count, segments, heads, (keyStart, query, head) => {
        const limit = integers[limits / 4 + query] as number;
        const c = head * headDim;
        const [keys, values] = [rowsOf(k, ldk, c, keyStart), rowsOf(v, ldv, c, keyStart)];
        const { top, inverse } = attendOne(headDim, limit, rowsOf(q, ldq, c), query, keys, values, rowsOf(out, ldo, c));
        f.set([top, inverse], stats / 4 + (query * heads + head) * 2);
      });
    },
    attentionBackward: (
      count,
      segments,
      limits,
      heads,
      headDim,
      q,
      ldq,
      k,
      ldk,
      v,
      ldv,
      out,
      ldo,
      stats,
      dout,
      lddo,
      dq,
      lddq,
      dk,
      lddk,
      dv,
      lddv,
    ) => {
      const { floats: f, integers } = memory;
      for (let s = 0; s < count; s++) {
        const [first = 0, keys = 0] = integers.subarray(segments / 4 + s * 4);
        each(keys, heads * headDim, (j, c) => {
          f[index(dk, lddk, first + j, c)] = 0;
          f[index(dv, lddv, first + j, c)] = 0;
        });
      }
      eachQuery(count, segments, heads, (keyStart, query, head) => {
        const limit = integers[limits / 4 + query] as number;
        const c = head * headDim;
        const [top = 0, inverse = 0] = f.subarray(stats / 4 + (query * heads + head) * 2);
        const forward = {
          q: rowsOf(q, ldq, c),
          k: rowsOf(k, ldk, c, keyStart),
          v: rowsOf(v, ldv, c, keyStart),
          out: rowsOf(out, ldo, c),
          stats: { top, inverse },
        };
        const [dkeys, dvalues] = [rowsOf(dk, lddk, c, keyStart), rowsOf(dv, lddv, c, keyStart)];
        attendOneBackward(headDim, limit, query, forward, rowsOf(dout, lddo, c), rowsOf(dq, lddq, c), dkeys, dvalues);
      });
    },
    attentionExtend: (
      keyCache,
      valueCache,
      capacity,
      position,
      tokens,
      queries,
      heads,
      headDim,
      q,
      ldq,
      k,
      ldk,
      v,
      ldv,
      out,
      ldo,
    ) => {
      const f = memory.floats;
      const width = heads * headDim;
      each(tokens, width, (t, c) => {
        f[index(keyCache, capacity, c, position + t)] = f[index(k, ldk, t, c)] as number;
        f[index(valueCache, width, position + t, c)] = f[index(v, ldv, t, c)] as number;
      });
      const keys = new Float32Array((position + tokens) * width);
      each(position + tokens, width, (t, c) => {
        keys[t * width + c] = f[index(keyCache, capacity, c, t)] as number;
      });
      each(queries, heads, (query, head) => {
        const c = head * headDim;
        const limit = position + tokens - queries + query + 1;
        const own = { values: keys, offset: c, ld: width };
        attendOne(headDim, limit, rowsOf(q, ldq, c), query, own, rowsOf(valueCache, width, c), rowsOf(out, ldo, c));
      });
    },
  };
}
