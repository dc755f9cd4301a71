import type { Address, Kernels } from "../kernels.ts";
import type { Arena } from "../memory.ts";
import type { ParameterLayout } from "../parameters.ts";
import { type Dropout, dropped } from "./dropout.ts";
import { LayerNorm } from "./layerNorm.ts";
import { Linear } from "./linear.ts";
import { type Matrix, matrix } from "./matrix.ts";

interface HiddenBuffers {
  /** [rows, width]: after ReLU and dropout */
  readonly active: Matrix;
  /** [rows, width]: after LayerNorm */
  readonly normed: Matrix;
  readonly stats: Address;
  readonly gradient: Matrix;
}

/** What a forward pass keeps for its backward pass, for up to `rows` rows. */
export interface MlpWorkspace {
  readonly rows: number;
  readonly hidden: readonly HiddenBuffers[];
  /** [rows, outputs] */
  readonly output: Matrix;
}

/** Hidden layers of linear, ReLU, dropout and LayerNorm each; the last layer is linear (section 5). */
export class Mlp {
  readonly linears: readonly Linear[];
  private readonly norms: readonly LayerNorm[];

  /** @param sizes input, hidden layers, output: [96, 256, 64, 33] */
  constructor(
    layout: ParameterLayout,
    readonly name: string,
    group: string,
    readonly sizes: readonly number[],
  ) {
    const pairs = sizes.slice(1).map((outputs, i) => [sizes[i] as number, outputs] as const);
    this.linears = pairs.map(([inputs, outputs], i) => new Linear(layout, `${name}.${i}`, group, inputs, outputs));
    this.norms = sizes.slice(1, -1).map((width, i) => new LayerNorm(layout, `${name}.${i}.norm`, group, width));
  }

  workspace(arena: Arena, rows: number): MlpWorkspace {
    const buffer = (width: number) => matrix(arena.floats(rows * width), width);
    const hidden = this.norms.map(({ width }) => ({
      active: buffer(width),
      normed: buffer(width),
      stats: arena.floats(rows * 2),
      gradient: buffer(width),
    }));
    return { rows, hidden, output: buffer(this.sizes.at(-1) as number) };
  }

  /** x [rows, inputs] -> workspace.output. */
  forward(k: Kernels, weights: Address, w: MlpWorkspace, rows: number, x: Matrix, dropout?: Dropout): void {
    let input = x;
    w.hidden.forEach(({ active, normed, stats }, i) => {
      const { width } = this.norms[i] as LayerNorm;
      (this.linears[i] as Linear).forward(k, weights, rows, input, active, 1);
      dropped(k, dropout, i, rows, width, active);
      (this.norms[i] as LayerNorm).forward(k, weights, rows, active, normed, stats);
      input = normed;
    });
    (this.linears.at(-1) as Linear).forward(k, weights, rows, input, w.output);
  }

  /** dy [rows, outputs]; dx, if asked for, is overwritten. `x` and `dropout` as in the forward pass. */
  backward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    w: MlpWorkspace,
    rows: number,
    x: Matrix,
    dy: Matrix,
    dx?: Matrix,
    dropout?: Dropout,
  ): void {
    let gradient = dy;
    for (let i = this.linears.length - 1; i > 0; i--) {
      const { active, normed, stats, gradient: below } = w.hidden[i - 1] as HiddenBuffers;
      const norm = this.norms[i - 1] as LayerNorm;
      (this.linears[i] as Linear).backward(k, weights, gradients, rows, normed, gradient, below);
      norm.backward(k, weights, gradients, rows, active, stats, below, below);
      dropped(k, dropout, i - 1, rows, norm.width, below);
      k.reluBackward(rows, norm.width, active.address, active.ld, below.address, below.ld);
      gradient = below;
    }
    (this.linears[0] as Linear).backward(k, weights, gradients, rows, x, gradient, dx);
  }
}
