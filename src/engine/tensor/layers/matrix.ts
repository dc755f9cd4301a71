import type { Address } from "../kernels.ts";

/** Rows of float32 in the linear memory. */
export interface Matrix {
  readonly address: Address;
  /** Leading dimension: floats from one row to the next. */
  readonly ld: number;
}

/** Rows that lie end to end. */
export function matrix(address: Address, width: number): Matrix {
  return { address, ld: width };
}

/** The same rows from column `column` on. */
export function columnsFrom({ address, ld }: Matrix, column: number): Matrix {
  return { address: address + column * 4, ld };
}
