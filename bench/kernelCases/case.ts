/**
 * One measured kernel, and the sizes of all: those of a shard of an update. Operations are counted as in the literature: what
 * a kernel computes besides (exponentials, masks) is not, and attention counts the keys that a query sees.
 */
import { RandomStream } from "../../src/engine/math/random.ts";
import type { TensorEngine } from "../../src/engine/tensor/tensorEngine.ts";

export interface KernelCase {
  readonly name: string;
  readonly flops: number;
  readonly call: () => void;
  /** Where the results lie. */
  readonly results: readonly (readonly [address: number, floats: number])[];
  /** The matrix products of the same work, nothing fused or left out; a case without is a matrix product itself. */
  readonly gemm?: { readonly flops: number; readonly call: () => void };
}

/** Four sequences of 100 tokens, four heads of 16. */
export const SEQUENCES = 4;
export const LENGTH = 100;
export const HEADS = 4;
export const HEAD = 16;
export const ROWS = SEQUENCES * LENGTH;
export const WIDTH = HEADS * HEAD;
/** Queries, keys and values side by side. */
export const QKV = 3 * WIDTH;

/** A block of memory with seeded values around 0. */
export function filled({ memory }: TensorEngine, count: number): number {
  const stream = new RandomStream(1, "bench", count);
  const { address } = memory.reserve(count * 4);
  memory.floats(address, count).set(Float32Array.from({ length: count }, () => stream.uniform() - 0.5));
  return address;
}
