import type { Accumulate, Address, Kernels } from "../kernels.ts";
import { each, index, indexIn, type PlainMemory, put } from "./plainMemory.ts";

/** A matrix seen through any strides, in floats: down its rows and along its columns. */
interface Strided {
  readonly address: Address;
  readonly down: number;
  readonly along: number;
}

const rowMajor = (address: Address, ld: number): Strided => ({ address, down: ld, along: 1 });
const transposed = (address: Address, ld: number): Strided => ({ address, down: 1, along: ld });

export function productKernels(
  memory: PlainMemory,
): Pick<Kernels, "gemmNN" | "gemmNT" | "gemmTN" | "linear" | "groupDots" | "groupDotsBackward"> {
  /** C [m, n] (+)= A [m, k] B [k, n]. */
  const product = (
    [m, n, k]: readonly [number, number, number],
    a: Strided,
    b: Strided,
    c: Address,
    ldc: number,
    accumulate: Accumulate,
  ): void => {
    const f = memory.floats;
    each(m, n, (i, j) => {
      const at = index(c, ldc, i, j);
      let sum = accumulate === 1 ? (f[at] as number) : 0;
      for (let l = 0; l < k; l++) {
        const left = f[a.address / 4 + i * a.down + l * a.along] as number;
        sum += left * (f[b.address / 4 + l * b.down + j * b.along] as number);
      }
      f[at] = sum;
    });
  };
  return {
    gemmNN: (m, n, k, a, lda, b, ldb, c, ldc, accumulate) =>
      product([m, n, k], rowMajor(a, lda), rowMajor(b, ldb), c, ldc, accumulate),
    gemmNT: (m, n, k, a, lda, b, ldb, c, ldc, accumulate) =>
      product([m, n, k], rowMajor(a, lda), transposed(b, ldb), c, ldc, accumulate),
    gemmTN: (m, n, k, a, lda, b, ldb, c, ldc, accumulate) =>
      product([m, n, k], transposed(a, lda), rowMajor(b, ldb), c, ldc, accumulate),
    linear: (rows, inputs, outputs, x, ldx, w, ldw, bias, y, ldy, relu) => {
      const f = memory.floats;
      each(rows, outputs, (r, c) => put(f, index(y, ldy, r, c), f[bias / 4 + c] as number, 0));
      product([rows, outputs, inputs], rowMajor(x, ldx), rowMajor(w, ldw), y, ldy, 1);
      if (relu === 1)
        each(rows, outputs, (r, c) => put(f, index(y, ldy, r, c), Math.max(0, f[index(y, ldy, r, c)] as number), 0));
    },
    groupDots: (rows, groups, width, a, lda, b, ldb, scale, out, ldo) => {
      const f = memory.floats;
      each(rows, groups, (r, g) => {
        let sum = 0;
        for (let c = 0; c < width; c++) {
          sum += (f[index(a, lda, r, g * width + c)] as number) * (f[index(b, ldb, r, c)] as number);
        }
        f[index(out, ldo, r, g)] = scale * sum;
      });
    },
    groupDotsBackward: ({ rows, groups, width, a, b, scale, dout, da, db, accumulate }) => {
      const f = memory.floats;
      each(rows, groups, (r, g) => {
        const d = scale * (f[indexIn(dout, r, g)] as number);
        for (let c = 0; c < width; c++) {
          put(f, indexIn(da, r, g * width + c), d * (f[indexIn(b, r, c)] as number), 0);
          const share = d * (f[indexIn(a, r, g * width + c)] as number);
          put(f, indexIn(db, r, c), share, g === 0 ? accumulate : 1);
        }
      });
    },
  };
}
