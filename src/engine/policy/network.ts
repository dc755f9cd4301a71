/** The policy's network: state encoder, action and value networks, and the hyper-action's spread (docs/method.md, section 5). */

import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset } from "../data/dataset.ts";
import { StateEncoder } from "../encoder/stateEncoder.ts";
import { Mlp } from "../tensor/layers/mlp.ts";
import { type Parameter, ParameterLayout } from "../tensor/parameters.ts";
import { diagonalGaussian, fullGaussian, type GaussianFamily } from "./gaussian.ts";
import { sessionNotes } from "./sessionNotes.ts";

/** Parameter groups, each with a learning rate of its own. */
export const groups = ["action", "value", "encoder", "std"] as const;
export type Group = (typeof groups)[number];

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
  constructor(dataset: Dataset, experiment: Pick<Experiment, "policy" | "simulator" | "fidelity">, positions: number) {
    const { layout } = this;
    const { policy, fidelity } = experiment;
    const { idEmbedding, encoding, heads, feedForward, layers, hidden, initialStd, tableScale } = policy;
    this.states = new StateEncoder(layout, "encoder", {
      items: dataset.itemFeatures,
      itemCount: dataset.items,
      users: dataset.userFeatures,
      userCount: dataset.users,
      unknownUser: dataset.heldOut !== undefined,
      feedbackWidth: dataset.feedbackTypes.length + sessionNotes(experiment).width,
      idEmbedding,
      encoding,
      heads,
      feedForward,
      layers,
      positions,
      tableScale,
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
