import type { Accumulate, Address, Kernels } from "../kernels.ts";
import { each, index, indexIn, type PlainMemory, put } from "./plainMemory.ts";

const EPSILON = 1e-5;

interface Moments {
  readonly mean: number;
  /** 1 / standard deviation. */
  readonly inverse: number;
}

/** Moments of the row that starts at index `at`. */
function measure(f: Float32Array, width: number, at: number): Moments {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += f[at + c] as number;
  const mean = sum / width;
  let squares = 0;
  for (let c = 0; c < width; c++) squares += ((f[at + c] as number) - mean) ** 2;
  return { mean, inverse: 1 / Math.sqrt(squares / width + EPSILON) };
}

/** Addresses of a gain and of the gradients of gain and shift. */
interface Gain {
  readonly gamma: Address;
  readonly dgamma: Address;
  readonly dbeta: Address;
}

/** Gradient of one row; x, dy and dx are indices. */
function rowBackward(
  f: Float32Array,
  width: number,
  x: number,
  { mean, inverse }: Moments,
  { gamma, dgamma, dbeta }: Gain,
  dy: number,
  dx: number,
  accumulate: Accumulate,
): void {
  const normed = (c: number) => ((f[x + c] as number) - mean) * inverse;
  const gained = (c: number) => (f[dy + c] as number) * (f[gamma / 4 + c] as number);
  let sum = 0;
  let along = 0;
  for (let c = 0; c < width; c++) {
    sum += gained(c);
    along += gained(c) * normed(c);
    put(f, dgamma / 4 + c, (f[dy + c] as number) * normed(c), 1);
    put(f, dbeta / 4 + c, f[dy + c] as number, 1);
  }
  for (let c = 0; c < width; c++) {
    put(f, dx + c, (gained(c) - sum / width - (normed(c) * along) / width) * inverse, accumulate);
  }
}

export function normalizationKernels(
  memory: PlainMemory,
): Pick<Kernels, "layerNorm" | "layerNormBackward" | "embedSum" | "embedSumBackward"> {
  const tableRow = (ids: Address, columns: Address, perRow: number, row: number, column: number): number => {
    const entity = memory.integers[ids / 4 + row] as number;
    return memory.integers[columns / 4 + entity * perRow + column] as number;
  };
  return {
    layerNorm: (rows, width, x, ldx, residual, ldr, gamma, beta, y, ldy, stats) => {
      const f = memory.floats;
      for (let r = 0; r < rows; r++) {
        if (residual !== 0) {
          for (let c = 0; c < width; c++) put(f, index(x, ldx, r, c), f[index(residual, ldr, r, c)] as number, 1);
        }
        const { mean, inverse } = measure(f, width, index(x, ldx, r, 0));
        f.set([mean, inverse], stats / 4 + 2 * r);
        for (let c = 0; c < width; c++) {
          const normed = ((f[index(x, ldx, r, c)] as number) - mean) * inverse;
          f[index(y, ldy, r, c)] = normed * (f[gamma / 4 + c] as number) + (f[beta / 4 + c] as number);
        }
      }
    },
    layerNormBackward: ({ rows, width, x, gamma, stats, dy, dx, accumulate, dgamma, dbeta }) => {
      const f = memory.floats;
      for (let r = 0; r < rows; r++) {
        const moments = { mean: f[stats / 4 + 2 * r] as number, inverse: f[stats / 4 + 2 * r + 1] as number };
        const [own, dyRow, dxRow] = [indexIn(x, r, 0), indexIn(dy, r, 0), indexIn(dx, r, 0)];
        rowBackward(f, width, own, moments, { gamma, dgamma, dbeta }, dyRow, dxRow, accumulate);
      }
    },
    embedSum: (rows, perRow, width, ids, columns, table, gamma, beta, y, ldy) => {
      const f = memory.floats;
      each(rows, width, (r, c) => put(f, index(y, ldy, r, c), perRow * (f[beta / 4 + c] as number), 0));
      each(rows, perRow, (r, column) => {
        const vector = index(table, width, tableRow(ids, columns, perRow, r, column), 0);
        const { mean, inverse } = measure(f, width, vector);
        for (let c = 0; c < width; c++) {
          const normed = ((f[vector + c] as number) - mean) * inverse;
          put(f, index(y, ldy, r, c), normed * (f[gamma / 4 + c] as number), 1);
        }
      });
    },
    embedSumBackward: ({ rows, perRow, width, ids, columns, table, dy, dvectors, touched, ...gain }) => {
      const { floats: f, integers } = memory;
      each(rows, perRow, (r, column) => {
        const row = tableRow(ids, columns, perRow, r, column);
        const vector = index(table, width, row, 0);
        const place = r * perRow + column;
        const dvector = index(dvectors, width, place, 0);
        rowBackward(f, width, vector, measure(f, width, vector), gain, indexIn(dy, r, 0), dvector, 0);
        integers[touched / 4 + place] = row;
      });
    },
  };
}
