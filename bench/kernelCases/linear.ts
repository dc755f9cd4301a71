/** Matrix products, and the linear layer made of them. */
import type { TensorEngine } from "../../src/engine/tensor/tensorEngine.ts";
import { filled, type KernelCase, QKV, ROWS, WIDTH } from "./case.ts";

/** Multiplications and additions of [ROWS, WIDTH] times [WIDTH, QKV]. */
const PROJECTION = 2 * ROWS * WIDTH * QKV;

/** y = x w, dx = dy w^T, dw = x^T dy at the size of the projection to queries, keys and values. */
export function products(engine: TensorEngine): KernelCase[] {
  const { kernels: k } = engine;
  const [x, w, y] = [filled(engine, ROWS * WIDTH), filled(engine, WIDTH * QKV), filled(engine, ROWS * QKV)];
  const [dx, dw, out] = [filled(engine, ROWS * WIDTH), filled(engine, WIDTH * QKV), filled(engine, ROWS * QKV)];
  const size = `${ROWS} x ${WIDTH} x ${QKV}`;
  return [
    {
      name: `gemm NN, ${size}`,
      flops: PROJECTION,
      call: () => k.gemmNN(ROWS, QKV, WIDTH, x, WIDTH, w, QKV, out, QKV, 0),
      results: [[out, ROWS * QKV]],
    },
    {
      name: `gemm NT, ${size}`,
      flops: PROJECTION,
      call: () => k.gemmNT(ROWS, WIDTH, QKV, y, QKV, w, QKV, dx, WIDTH, 0),
      results: [[dx, ROWS * WIDTH]],
    },
    {
      name: `gemm TN, ${size}`,
      flops: PROJECTION,
      call: () => k.gemmTN(WIDTH, QKV, ROWS, x, WIDTH, y, QKV, dw, QKV, 0),
      results: [[dw, WIDTH * QKV]],
    },
  ];
}

export function linear(engine: TensorEngine): KernelCase[] {
  const { kernels: k } = engine;
  const [x, w, bias] = [filled(engine, ROWS * WIDTH), filled(engine, WIDTH * QKV), filled(engine, QKV)];
  const [y, dy, dx] = [filled(engine, ROWS * QKV), filled(engine, ROWS * QKV), filled(engine, ROWS * WIDTH)];
  const [dw, dbias] = [filled(engine, WIDTH * QKV), filled(engine, QKV)];
  const forward = () => k.gemmNN(ROWS, QKV, WIDTH, x, WIDTH, w, QKV, y, QKV, 0);
  const backward = () => {
    k.gemmTN(WIDTH, QKV, ROWS, x, WIDTH, dy, QKV, dw, QKV, 1);
    k.gemmNT(ROWS, WIDTH, QKV, dy, QKV, w, QKV, dx, WIDTH, 0);
  };
  return [
    {
      name: `linear, ${ROWS} rows`,
      flops: PROJECTION,
      call: () => k.linear(ROWS, WIDTH, QKV, x, WIDTH, w, QKV, bias, y, QKV, 1),
      results: [[y, ROWS * QKV]],
      gemm: { flops: PROJECTION, call: forward },
    },
    {
      name: `linear backward, ${ROWS} rows`,
      flops: 2 * PROJECTION,
      call: () => {
        backward();
        k.columnSums(ROWS, QKV, dy, QKV, dbias);
      },
      results: [
        [dw, WIDTH * QKV],
        [dbias, QKV],
        [dx, ROWS * WIDTH],
      ],
      gemm: { flops: 2 * PROJECTION, call: backward },
    },
  ];
}
