/** Layer normalisation, forward and backward. */
import { NONE } from "../../src/engine/tensor/kernels.ts";
import type { TensorEngine } from "../../src/engine/tensor/tensorEngine.ts";
import { filled, type KernelCase, ROWS, WIDTH } from "./case.ts";

/** 8 operations an element forward, 13 backward; beside a product of [rows, width] with [width, width]. */
export function layerNorm(engine: TensorEngine): KernelCase[] {
  const { kernels: k } = engine;
  const elements = ROWS * WIDTH;
  const [x, y] = [filled(engine, elements), filled(engine, elements)];
  const [dy, dx] = [filled(engine, elements), filled(engine, elements)];
  const [gamma, beta, dgamma, dbeta] = [
    filled(engine, WIDTH),
    filled(engine, WIDTH),
    filled(engine, WIDTH),
    filled(engine, WIDTH),
  ];
  const [stats, w] = [filled(engine, ROWS * 2), filled(engine, WIDTH * WIDTH)];
  const product = filled(engine, elements);
  const gemm = {
    flops: 2 * elements * WIDTH,
    call: () => k.gemmNN(ROWS, WIDTH, WIDTH, x, WIDTH, w, WIDTH, product, WIDTH, 0),
  };
  const forward = () => k.layerNorm(ROWS, WIDTH, x, WIDTH, NONE, 0, gamma, beta, y, WIDTH, stats);
  forward();
  return [
    {
      name: `layer norm, ${ROWS} x ${WIDTH}`,
      flops: 8 * elements,
      call: forward,
      results: [
        [y, elements],
        [stats, ROWS * 2],
      ],
      gemm,
    },
    {
      name: `layer norm backward, ${ROWS} x ${WIDTH}`,
      flops: 13 * elements,
      call: () =>
        k.layerNormBackward({
          rows: ROWS,
          width: WIDTH,
          x: { address: x, ld: WIDTH },
          gamma,
          stats,
          dy: { address: dy, ld: WIDTH },
          dx: { address: dx, ld: WIDTH },
          accumulate: 0,
          dgamma,
          dbeta,
        }),
      results: [
        [dx, elements],
        [dgamma, WIDTH],
        [dbeta, WIDTH],
      ],
      gemm,
    },
  ];
}
