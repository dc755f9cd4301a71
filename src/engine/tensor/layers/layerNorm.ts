import { type Accumulate, type Address, type Kernels, NONE } from "../kernels.ts";
import type { Parameter, ParameterLayout } from "../parameters.ts";
import type { Matrix } from "./matrix.ts";

/** Layer normalisation with gain and shift, optionally of a sum with a residual. */
export class LayerNorm {
  readonly gamma: Parameter;
  readonly beta: Parameter;

  constructor(
    layout: ParameterLayout,
    name: string,
    group: string,
    readonly width: number,
  ) {
    this.gamma = layout.dense(`${name}.gamma`, group, width, { kind: "constant", scale: 1 });
    this.beta = layout.dense(`${name}.beta`, group, width, { kind: "constant", scale: 0 });
  }

  /**
   * With a residual, x += residual first, in place.
   * @param stats [rows, 2], kept for the backward pass
   */
  forward(k: Kernels, weights: Address, rows: number, x: Matrix, y: Matrix, stats: Address, residual?: Matrix): void {
    const gamma = this.gamma.at(weights);
    const beta = this.beta.at(weights);
    const r = residual ?? { address: NONE, ld: 0 };
    k.layerNorm(rows, this.width, x.address, x.ld, r.address, r.ld, gamma, beta, y.address, y.ld, stats);
  }

  /** dx (+)= the gradient of the (summed) x; `dx` may be `dy`. */
  backward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    rows: number,
    x: Matrix,
    stats: Address,
    dy: Matrix,
    dx: Matrix,
    accumulate: Accumulate = 0,
  ): void {
    k.layerNormBackward({
      rows,
      width: this.width,
      x,
      gamma: this.gamma.at(weights),
      stats,
      dy,
      dx,
      accumulate,
      dgamma: this.gamma.at(gradients),
      dbeta: this.beta.at(gradients),
    });
  }
}
