/** A network with its parameters in memory and what follows from them; a policy and its evaluators share one. */

import type { EncoderInForce } from "../encoder/runningStates.ts";
import type { StateEncoder } from "../encoder/stateEncoder.ts";
import type { Address } from "../tensor/kernels.ts";
import type { FeatureWorkspace } from "../tensor/layers/featureEncoder.ts";
import type { Matrix } from "../tensor/layers/matrix.ts";
import { plan, type Region } from "../tensor/memory.ts";
import { ParameterStore } from "../tensor/parameters.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import type { Gaussian } from "./gaussian.ts";
import type { ActorCritic } from "./network.ts";

/** Parts an update is cut into. Fixed, and reduced in order, so that results do not depend on the number of threads. */
export const SHARDS = 4;

export class PolicyModel implements EncoderInForce {
  readonly store: ParameterStore;
  readonly features: { readonly items: Region; readonly users: Region };
  version = 0;
  /** Gradient steps behind the parameters; a checkpoint keeps it. */
  steps = 0;
  private readonly allItems: { readonly value: FeatureWorkspace; readonly region: Region };
  private encodedVersion = -1;

  constructor(
    readonly engine: TensorEngine,
    readonly network: ActorCritic,
  ) {
    const { memory } = engine;
    this.store = new ParameterStore(memory, network.layout, SHARDS);
    this.features = network.states.placeFeatures(memory);
    const rows = this.itemCount + 1;
    this.allItems = plan(memory, (arena) => network.states.items.workspace(arena, rows));
    memory.integers(this.allItems.value.ids, rows).set(Int32Array.from({ length: rows }, (_, i) => i));
  }

  get encoder(): StateEncoder {
    return this.network.states;
  }

  get weights(): Address {
    return this.store.weights;
  }

  get itemCount(): number {
    return this.network.states.shape.itemCount;
  }

  itemEncodings(): Matrix {
    const { value } = this.allItems;
    if (this.encodedVersion !== this.version) {
      const { items } = this.network.states;
      items.forward(this.engine.kernels, this.store.weights, this.features.items.address, value, this.itemCount + 1);
      this.encodedVersion = this.version;
    }
    return value.output;
  }

  /** The spread parameter's values. */
  spread(): Float32Array {
    const { offset, length } = this.network.spread;
    return this.store.values.subarray(offset, offset + length);
  }

  gaussian(): Gaussian {
    return this.network.gaussian.at(this.spread());
  }

  dispose(): void {
    this.store.dispose();
    this.allItems.region.release();
    this.features.items.release();
    this.features.users.release();
  }
}
