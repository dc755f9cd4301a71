/** Causal attention, forward and backward. */
import type { Attention, AttentionMatrices } from "../../src/engine/tensor/kernels.ts";
import type { TensorEngine } from "../../src/engine/tensor/tensorEngine.ts";
import { filled, HEAD, HEADS, type KernelCase, LENGTH, QKV, ROWS, SEQUENCES, WIDTH } from "./case.ts";

/** Multiplications and additions of one head's scores: [LENGTH, HEAD] times [HEAD, LENGTH]. */
const SCORES = 2 * LENGTH * LENGTH * HEAD;
/** Causal [query, key] pairs among all. */
const VISIBLE = (LENGTH + 1) / (2 * LENGTH);

/** Forward: scores and mixture, 2 products a head. Backward: scores and 4 gradients. */
export function attention(engine: TensorEngine): KernelCase[] {
  const { kernels: k, memory } = engine;
  const [qkv, dqkv] = [filled(engine, ROWS * QKV), filled(engine, ROWS * QKV)];
  const [out, dout] = [filled(engine, ROWS * WIDTH), filled(engine, ROWS * WIDTH)];
  const [stats, scores] = [filled(engine, ROWS * HEADS * 2), filled(engine, LENGTH * LENGTH)];
  /** Where the matrix products write, so that they leave the operands as they are. */
  const products = filled(engine, ROWS * WIDTH);
  const segments = memory.reserve(SEQUENCES * 16).address;
  const limits = memory.reserve(ROWS * 4).address;
  for (let s = 0; s < SEQUENCES; s++) {
    const first = s * LENGTH;
    memory.integers(segments + s * 16, 4).set([first, LENGTH, first, LENGTH]);
    memory.integers(limits + first * 4, LENGTH).set(Array.from({ length: LENGTH }, (_, i) => i + 1));
  }
  const [key, value] = [qkv + WIDTH * 4, qkv + WIDTH * 8];
  const matricesOf = (query: number, output: number): AttentionMatrices => ({
    query: { address: query, ld: QKV },
    key: { address: query + WIDTH * 4, ld: QKV },
    value: { address: query + WIDTH * 8, ld: QKV },
    output: { address: output, ld: WIDTH },
  });
  const plan = { count: SEQUENCES, segments, limits };
  const call: Attention = { plan, heads: HEADS, headDim: HEAD, matrices: matricesOf(qkv, out), stats };
  const gradients = matricesOf(dqkv, dout);
  const forward = () => k.attention(call);
  forward();
  const heads = SEQUENCES * HEADS;
  const each = (call: (at: number, outAt: number) => void): void => {
    for (let s = 0; s < SEQUENCES; s++) {
      for (let h = 0; h < HEADS; h++) call((s * LENGTH * QKV + h * HEAD) * 4, (s * LENGTH * WIDTH + h * HEAD) * 4);
    }
  };
  return [
    {
      name: `attention, ${SEQUENCES} x ${LENGTH}`,
      flops: 2 * heads * SCORES * VISIBLE,
      call: forward,
      results: [
        [out, ROWS * WIDTH],
        [stats, ROWS * HEADS * 2],
      ],
      gemm: {
        flops: 2 * heads * SCORES,
        call: () =>
          each((at, outAt) => {
            k.gemmNT(LENGTH, LENGTH, HEAD, qkv + at, QKV, key + at, QKV, scores, LENGTH, 0);
            k.gemmNN(LENGTH, HEAD, LENGTH, scores, LENGTH, value + at, QKV, dout + outAt, WIDTH, 0);
          }),
      },
    },
    {
      name: `attention backward, ${SEQUENCES} x ${LENGTH}`,
      flops: 5 * heads * SCORES * VISIBLE,
      call: () => k.attentionBackward(call, gradients),
      results: [[dqkv, ROWS * QKV]],
      gemm: {
        flops: 5 * heads * SCORES,
        call: () =>
          each((at, outAt) => {
            k.gemmNT(LENGTH, LENGTH, HEAD, qkv + at, QKV, key + at, QKV, scores, LENGTH, 0);
            k.gemmNT(LENGTH, LENGTH, HEAD, dout + outAt, WIDTH, value + at, QKV, scores, LENGTH, 0);
            k.gemmTN(LENGTH, HEAD, LENGTH, scores, LENGTH, dout + outAt, WIDTH, products + outAt, WIDTH, 0);
            k.gemmNN(LENGTH, HEAD, LENGTH, scores, LENGTH, key + at, QKV, products + outAt, WIDTH, 0);
            k.gemmTN(LENGTH, HEAD, LENGTH, scores, LENGTH, qkv + at, QKV, products + outAt, WIDTH, 0);
          }),
      },
    },
  ];
}
