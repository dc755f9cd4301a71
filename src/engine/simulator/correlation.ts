import type { FidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { ItemEncodings } from "./responseModel.ts";

/** rho as it takes effect: the authors' code divides the cosine by 64, which makes it inert (section 10, `correlation`). */
export function correlationPenaltyInForce(rho: number, correlation: FidelityChoice<"correlation">): number {
  return correlation === "inert" ? rho / 64 : rho;
}

/**
 * corr_i = mean over j of cos(e_i, e_j) within a slate, i included (docs/method.md, section 4). Encodings have unit
 * length, so it is e_i . mean(e).
 *
 * Centred encodings: i's own cosine of 1 is left out, which every item would pay, and a negative sum counts as 0. Items
 * that have nothing in common pay nothing; none is paid for being unlike the others.
 * @param slate [slate]
 * @param out [slate]
 */
export function slateCorrelations(encodings: ItemEncodings, slate: Int32Array, out: Float64Array): void {
  const { dim, values, centred } = encodings;
  out.fill(0, 0, slate.length);
  for (let d = 0; d < dim; d++) {
    let sum = 0;
    for (let j = 0; j < slate.length; j++) sum += values[(slate[j] as number) * dim + d] as number;
    const mean = sum / slate.length;
    for (let i = 0; i < slate.length; i++) {
      out[i] = (out[i] as number) + (values[(slate[i] as number) * dim + d] as number) * mean;
    }
  }
  if (!centred) return;
  for (let i = 0; i < slate.length; i++) out[i] = Math.max(0, (out[i] as number) - 1 / slate.length);
}

/** cos(e_a, e_b) of two items. */
export function itemCosine(encodings: ItemEncodings, a: number, b: number): number {
  const { dim, values } = encodings;
  let dot = 0;
  for (let d = 0; d < dim; d++) dot += (values[a * dim + d] as number) * (values[b * dim + d] as number);
  return dot;
}

/** Scales every row of [rows, dim] to unit length; a row of zeros stays. */
export function normaliseRows(values: Float32Array, dim: number): void {
  for (let from = 0; from < values.length; from += dim) {
    let squares = 0;
    for (let d = from; d < from + dim; d++) squares += (values[d] as number) * (values[d] as number);
    if (squares === 0) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let d = from; d < from + dim; d++) values[d] = (values[d] as number) * scale;
  }
}

/** Unit rows of [rows, dim]. */
export function unitRows(rows: Float32Array, dim: number): ItemEncodings {
  const values = rows.slice();
  normaliseRows(values, dim);
  return { dim, values };
}

/** Unit rows of [rows, dim] less their mean: what a row has of its own, and cosines around 0 where rows have nothing in common. */
export function centredUnitRows(rows: Float32Array, dim: number): ItemEncodings {
  const mean = new Float64Array(dim);
  rows.forEach((value, i) => {
    mean[i % dim] = (mean[i % dim] as number) + (value * dim) / rows.length;
  });
  const { values } = unitRows(
    rows.map((value, i) => value - (mean[i % dim] as number)),
    dim,
  );
  return { dim, values, centred: true };
}
