/** A copy of the value network that follows it slowly (docs/method.md, section 6; the reference only). */
import type { Address } from "../tensor/kernels.ts";
import type { Region } from "../tensor/memory.ts";
import type { PolicyModel } from "./model.ts";

export class TargetNetwork {
  /** Where its parameters lie in the network's layout, in floats. */
  readonly first: number;
  private readonly count: number;
  private readonly region: Region;

  constructor(private readonly model: PolicyModel) {
    const { engine, network, store } = model;
    this.first = network.value.linears[0]?.weight.offset ?? 0;
    this.count = network.spread.offset - this.first;
    this.region = engine.memory.reserve(this.count * 4);
    this.values.set(store.values.subarray(this.first, this.first + this.count));
  }

  /** Its parameters, laid out as the value network's; a checkpoint keeps them. */
  get values(): Float32Array {
    return this.model.engine.memory.floats(this.region.address, this.count);
  }

  /** Where they would begin if the network's other parameters lay in front of them. */
  get weights(): Address {
    return this.region.address - this.first * 4;
  }

  /** Takes over the share `tau` of the value network. */
  follow(tau: number): void {
    const { engine, store } = this.model;
    engine.kernels.interpolate(this.count, tau, store.weights + this.first * 4, this.region.address);
  }

  dispose(): void {
    this.region.release();
  }
}
