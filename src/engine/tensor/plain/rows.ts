import { exp, log, sigmoid, tanh } from "../../math/elementary.ts";
import type { Address, Kernels } from "../kernels.ts";
import { each, index, type PlainMemory, put } from "./plainMemory.ts";

/** Finaliser of MurmurHash3. */
function mix(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

type RowKernels = Pick<
  Kernels,
  | "fill"
  | "copyRows"
  | "addRows"
  | "gatherRows"
  | "scatterAddRows"
  | "columnSums"
  | "reluBackward"
  | "dropout"
  | "exp"
  | "log"
  | "tanh"
  | "sigmoid"
>;

/** Filling, moving and element-wise functions. */
export function rowKernels(memory: PlainMemory): RowKernels {
  const map = (apply: (value: number) => number) => (count: number, x: Address, y: Address) => {
    const f = memory.floats;
    for (let i = 0; i < count; i++) f[y / 4 + i] = apply(f[x / 4 + i] as number);
  };
  return {
    fill: (count, x, value) => {
      memory.floats.fill(value, x / 4, x / 4 + count);
    },
    copyRows: (rows, width, x, ldx, y, ldy) => {
      const f = memory.floats;
      each(rows, width, (r, c) => put(f, index(y, ldy, r, c), f[index(x, ldx, r, c)] as number, 0));
    },
    addRows: (rows, width, x, ldx, y, ldy) => {
      const f = memory.floats;
      each(rows, width, (r, c) => put(f, index(y, ldy, r, c), f[index(x, ldx, r, c)] as number, 1));
    },
    gatherRows: (rows, width, table, ldt, indices, y, ldy, accumulate) => {
      const { floats: f, integers } = memory;
      each(rows, width, (r, c) => {
        const row = integers[indices / 4 + r] as number;
        put(f, index(y, ldy, r, c), f[index(table, ldt, row, c)] as number, accumulate);
      });
    },
    scatterAddRows: (rows, width, x, ldx, indices, stride, table, ldt) => {
      const { floats: f, integers } = memory;
      each(rows, width, (r, c) => {
        const row = integers[indices / 4 + r * stride] as number;
        put(f, index(table, ldt, row, c), f[index(x, ldx, r, c)] as number, 1);
      });
    },
    columnSums: (rows, width, x, ldx, out) => {
      const f = memory.floats;
      each(rows, width, (r, c) => put(f, out / 4 + c, f[index(x, ldx, r, c)] as number, 1));
    },
    reluBackward: (rows, width, y, ldy, dy, lddy) => {
      const f = memory.floats;
      each(rows, width, (r, c) => {
        if (!((f[index(y, ldy, r, c)] as number) > 0)) f[index(dy, lddy, r, c)] = 0;
      });
    },
    dropout: (rows, width, x, ldx, rate, key, firstRow) => {
      const f = memory.floats;
      const single = Math.fround(rate);
      const threshold = Math.floor(single * 16_777_216);
      const scale = Math.fround(1 / Math.fround(1 - single));
      each(rows, width, (r, c) => {
        const rowKey = mix((key + Math.imul(firstRow + r, 0x9e37_79b1)) | 0);
        const kept = mix(rowKey ^ Math.imul(c, 0x85eb_ca77)) >>> 8 >= threshold;
        const at = index(x, ldx, r, c);
        f[at] = kept ? (f[at] as number) * scale : 0;
      });
    },
    exp: map(exp),
    log: map(log),
    tanh: map(tanh),
    sigmoid: map(sigmoid),
  };
}
