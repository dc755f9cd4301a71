/** The policy's network: state encoder, action and value networks, and the hyper-action's spread (docs/method.md, section 5). */

import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset } from "../data/dataset.ts";
import { StateEncoder } from "../encoder/stateEncoder.ts";
import { Mlp } from "../tensor/layers/mlp.ts";
import { type Parameter, ParameterLayout } from "../tensor/parameters.ts";
import { diagonalGaussian, fullGaussian, type GaussianFamily } from "./gaussian.ts";

/** Parameter groups, each with a learning rate of its own. */
export const groups = ["action", "value", "encoder", "std"] as const;
export type Group = (typeof groups)[number];

/**
 * Hyper-actions point at item encodings, so these must not turn faster than the action network can follow: embeddings
 * start ten times as large as the response model's and therefore turn a tenth as fast.
 */
const TABLE_SCALE = 1;

export class ActorCritic {
  readonly layout = new ParameterLayout();
  readonly states: StateEncoder;
  readonly action: Mlp;
  readonly value: Mlp;
  readonly spread: Parameter;
  readonly gaussian: GaussianFamily;
  /** Width of the hyper-action: a virtual item's encoding and a bias. */
  readonly actionWidth: number;

  /** @param positions longest view of a session, in tokens */
  constructor(dataset: Dataset, { policy, fidelity }: Pick<Experiment, "policy" | "fidelity">, positions: number) {
    const { layout } = this;
    const { idEmbedding, encoding, heads, feedForward, layers, hidden, initialStd } = policy;
    this.states = new StateEncoder(layout, "encoder", {
      items: dataset.itemFeatures,
      itemCount: dataset.items,
      users: dataset.userFeatures,
      userCount: dataset.users,
      feedbackTypes: dataset.feedbackTypes.length,
      idEmbedding,
      encoding,
      heads,
      feedForward,
      layers,
      positions,
      tableScale: TABLE_SCALE,
    });
    this.actionWidth = encoding + 1;
    this.action = new Mlp(layout, "action", "action", [this.states.width, ...hidden, this.actionWidth]);
    this.value = new Mlp(layout, "value", "value", [this.states.width, ...hidden, 1]);
    this.gaussian = fidelityChoice(fidelity, "actionStd") === "full" ? fullGaussian : diagonalGaussian;
    this.spread = layout.dense("spread", "std", this.actionWidth, {
      kind: "constant",
      scale: this.gaussian.initial(initialStd),
    });
  }
}
