/** The user response model's network (docs/method.md, section 3). */
import type { Dataset } from "../../data/dataset.ts";
import { StateEncoder } from "../../encoder/stateEncoder.ts";
import type { Address, Kernels } from "../../tensor/kernels.ts";
import { LayerNorm } from "../../tensor/layers/layerNorm.ts";
import { Linear } from "../../tensor/layers/linear.ts";
import { type Matrix, matrix } from "../../tensor/layers/matrix.ts";
import type { Arena } from "../../tensor/memory.ts";
import { ParameterLayout } from "../../tensor/parameters.ts";

const SIZES = { idEmbedding: 32, encoding: 64, heads: 4, feedForward: 64, layers: 2 };
const HIDDEN = 128;

/** Activations of the scorer for up to `rows` states. */
export interface ScorerWorkspace {
  /** [rows, HIDDEN] */
  readonly hidden: Matrix;
  readonly hiddenNormed: Matrix;
  readonly hiddenStats: Address;
  readonly hiddenGradient: Matrix;
  /** [rows, types * encoding] */
  readonly raw: Matrix;
  readonly scorers: Matrix;
  readonly stats: Address;
  readonly gradient: Matrix;
}

/** Scores a state: one vector per feedback type, whose mean product with an item's encoding is that item's logit. */
export class UserModelNetwork {
  readonly layout = new ParameterLayout();
  readonly states: StateEncoder;
  readonly types: number;
  readonly encoding = SIZES.encoding;
  private readonly first: Linear;
  private readonly firstNorm: LayerNorm;
  private readonly second: Linear;
  private readonly secondNorm: LayerNorm;

  /** @param positions longest sequence, the start token included */
  constructor(dataset: Dataset, positions: number) {
    const { layout } = this;
    this.types = dataset.feedbackTypes.length;
    this.states = new StateEncoder(layout, "all", {
      items: dataset.itemFeatures,
      itemCount: dataset.items,
      users: dataset.userFeatures,
      userCount: dataset.users,
      feedbackWidth: this.types,
      positions,
      ...SIZES,
    });
    this.first = new Linear(layout, "scorer.0", "all", this.states.width, HIDDEN);
    this.firstNorm = new LayerNorm(layout, "scorer.0.norm", "all", HIDDEN);
    this.second = new Linear(layout, "scorer.1", "all", HIDDEN, this.types * this.encoding);
    this.secondNorm = new LayerNorm(layout, "scorer.1.norm", "all", this.encoding);
  }

  scorerWorkspace(arena: Arena, rows: number): ScorerWorkspace {
    const buffer = (width: number) => matrix(arena.floats(rows * width), width);
    const wide = this.types * this.encoding;
    return {
      hidden: buffer(HIDDEN),
      hiddenNormed: buffer(HIDDEN),
      hiddenStats: arena.floats(rows * 2),
      hiddenGradient: buffer(HIDDEN),
      raw: buffer(wide),
      scorers: buffer(wide),
      stats: arena.floats(rows * this.types * 2),
      gradient: buffer(wide),
    };
  }

  /** states [rows, state width] -> workspace.scorers. */
  score(k: Kernels, weights: Address, w: ScorerWorkspace, rows: number, states: Matrix): void {
    this.first.forward(k, weights, rows, states, w.hidden, 1);
    this.firstNorm.forward(k, weights, rows, w.hidden, w.hiddenNormed, w.hiddenStats);
    this.second.forward(k, weights, rows, w.hiddenNormed, w.raw);
    this.secondNorm.forward(k, weights, rows * this.types, this.byType(w.raw), this.byType(w.scorers), w.stats);
  }

  /** From workspace.gradient, the gradient of workspace.scorers, to parameters and to `dstates`, which is overwritten. */
  scoreBackward(
    k: Kernels,
    weights: Address,
    gradients: Address,
    w: ScorerWorkspace,
    rows: number,
    states: Matrix,
    dstates: Matrix,
  ): void {
    const [raw, gradient] = [this.byType(w.raw), this.byType(w.gradient)];
    this.secondNorm.backward(k, weights, gradients, rows * this.types, raw, w.stats, gradient, gradient);
    this.second.backward(k, weights, gradients, rows, w.hiddenNormed, w.gradient, w.hiddenGradient);
    const { hidden, hiddenGradient } = w;
    this.firstNorm.backward(k, weights, gradients, rows, hidden, w.hiddenStats, hiddenGradient, hiddenGradient);
    k.reluBackward(rows, HIDDEN, hidden.address, hidden.ld, hiddenGradient.address, hiddenGradient.ld);
    this.first.backward(k, weights, gradients, rows, states, hiddenGradient, dstates);
  }

  /** The same numbers with one row per state and feedback type. */
  private byType({ address }: Matrix): Matrix {
    return matrix(address, this.encoding);
  }
}
