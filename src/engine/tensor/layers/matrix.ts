import type { Address, Matrix } from "../kernels.ts";

export type { Matrix };

/** Rows that lie end to end. */
export function matrix(address: Address, width: number): Matrix {
  return { address, ld: width };
}

/** The same rows from column `column` on. */
export function columnsFrom({ address, ld }: Matrix, column: number): Matrix {
  return { address: address + column * 4, ld };
}

/** The same columns from row `row` on. */
export function rowsFrom({ address, ld }: Matrix, row: number): Matrix {
  return { address: address + row * ld * 4, ld };
}
