/** Bytes of scratch memory that each thread's kernels work in. */
export const SCRATCH_BYTES = 2 ** 21;

/**
 * Keys that one attention call can hold: its backward pass keeps transposed keys and values of a head and two blocks of 16
 * query rows over all keys (kernels/attention.ts).
 */
export function longestSequence(headDim: number): number {
  return Math.floor(SCRATCH_BYTES / 4 / (2 * headDim + 32) / 8) * 8;
}
