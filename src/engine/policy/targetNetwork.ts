/** A copy of the value network that follows it slowly (docs/method.md, section 6; one-step advantages only). */
import type { Address } from "../tensor/kernels.ts";
import type { Region } from "../tensor/memory.ts";
import type { Span } from "../tensor/parameters.ts";
import type { PolicyModel } from "./model.ts";

export class TargetNetwork {
  /** Where the value network lies among all parameters. */
  private readonly source: Span;
  private readonly region: Region;

  constructor(private readonly model: PolicyModel) {
    const { engine, network, store } = model;
    this.source = network.layout.part(network.value.name);
    const { offset, length } = this.source;
    this.region = engine.memory.reserve(length * 4);
    this.values.set(store.values.subarray(offset, offset + length));
  }

  /** Its parameters, laid out as the value network's; a checkpoint keeps them. */
  get values(): Float32Array {
    return this.model.engine.memory.floats(this.region.address, this.source.length);
  }

  /** A copy of the parameter that is called `name` in the value network. */
  parameter(name: string): Float32Array {
    const { offset, length } = this.model.network.layout.parameter(name);
    const from = offset - this.source.offset;
    return this.values.slice(from, from + length);
  }

  /** Where all parameters would begin if the network's others lay around these as they do in the store. */
  get weights(): Address {
    return this.region.address - this.source.offset * 4;
  }

  /** Takes over the share `tau` of the value network. */
  follow(tau: number): void {
    const { engine, store } = this.model;
    const { offset, length } = this.source;
    engine.kernels.interpolate(length, tau, store.weights + offset * 4, this.region.address);
  }

  dispose(): void {
    this.region.release();
  }
}
