import { deriveKey } from "../../math/random.ts";
import type { Kernels } from "../kernels.ts";
import type { Matrix } from "./matrix.ts";

/** Dropout of one pass: the mask depends on `key`, the place in the network and the row's number in the whole batch. */
export interface Dropout {
  readonly rate: number;
  /** Fresh for every pass, the same forward and backward. */
  readonly key: number;
  /** Number of this shard's first row in the whole batch. */
  readonly firstRow: number;
}

/** Applies dropout at one place of the network, to values or to their gradient; nothing without `dropout`. */
export function dropped(
  k: Kernels,
  dropout: Dropout | undefined,
  place: number,
  rows: number,
  width: number,
  x: Matrix,
): void {
  if (dropout === undefined || dropout.rate === 0) return;
  const key = deriveKey(dropout.key, place) | 0;
  k.dropout(rows, width, x.address, x.ld, dropout.rate, key, dropout.firstRow);
}
