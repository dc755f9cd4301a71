import type { Accumulate, Address, Kernels } from "../kernels.ts";
import { type Initializer, linearInitializer, type Parameter, type ParameterLayout } from "../parameters.ts";
import type { Matrix } from "./matrix.ts";

/** y = x W + b, W [inputs, outputs]; optionally followed by ReLU. */
export class Linear {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(
    layout: ParameterLayout,
    name: string,
    group: string,
    readonly inputs: number,
    readonly outputs: number,
    weight: Initializer = linearInitializer(inputs),
    bias: Initializer = linearInitializer(inputs),
  ) {
    this.weight = layout.dense(`${name}.weight`, group, inputs * outputs, weight);
    this.bias = layout.dense(`${name}.bias`, group, outputs, bias);
  }

  /** @param weights address of the network's flat parameter buffer */
  forward(k: Kernels, weights: Address, rows: number, x: Matrix, y: Matrix, relu: 0 | 1 = 0): void {
    this.forwardColumns(k, weights, rows, x, y, 0, this.outputs, relu);
  }

  /** Computes the outputs [from, from + count) only. */
  forwardColumns(
    k: Kernels,
    weights: Address,
    rows: number,
    x: Matrix,
    y: Matrix,
    from: number,
    count: number,
    relu: 0 | 1 = 0,
  ): void {
    const w = this.weight.at(weights) + from * 4;
    const b = this.bias.at(weights) + from * 4;
    k.linear(rows, this.inputs, count, x.address, x.ld, w, this.outputs, b, y.address, y.ld, relu);
  }

  /** Adds the gradients of W and b, from the gradient of the outputs [from, from + count). */
  parameterGradients(
    k: Kernels,
    gradients: Address,
    rows: number,
    x: Matrix,
    dy: Matrix,
    from: number,
    count: number,
  ): void {
    const dw = this.weight.at(gradients) + from * 4;
    k.gemmTN(this.inputs, count, rows, x.address, x.ld, dy.address, dy.ld, dw, this.outputs, 1);
    k.columnSums(rows, count, dy.address, dy.ld, this.bias.at(gradients) + from * 4);
  }

  /** dx (+)= the gradient of x, from the gradient of the outputs [from, from + count). */
  inputGradient(
    k: Kernels,
    weights: Address,
    rows: number,
    dy: Matrix,
    dx: Matrix,
    accumulate: Accumulate,
    from = 0,
    count = this.outputs,
  ): void {
    const w = this.weight.at(weights) + from * 4;
    k.gemmNT(rows, this.inputs, count, dy.address, dy.ld, w, this.outputs, dx.address, dx.ld, accumulate);
  }

  /** Both gradients; without `dx` the input's is left out. */
  backward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    rows: number,
    x: Matrix,
    dy: Matrix,
    dx?: Matrix,
    accumulate: Accumulate = 0,
  ): void {
    this.parameterGradients(k, gradients, rows, x, dy, 0, this.outputs);
    if (dx !== undefined) this.inputGradient(k, weights, rows, dy, dx, accumulate);
  }
}
