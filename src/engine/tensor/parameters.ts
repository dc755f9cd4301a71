/**
 * All parameters of a network in one flat buffer, with gradient and Adam moments of the same layout. Dense parameters
 * come first: each shard has a gradient of its own for those. Tables (embeddings) follow: their gradients are sparse.
 */
import { RandomStream } from "../math/random.ts";
import type { Address } from "./kernels.ts";
import { type Arena, type LinearMemory, plan, type Region } from "./memory.ts";

/** How a parameter starts: uniform in [-scale, scale), normal with deviation scale, or constant scale. */
export interface Initializer {
  readonly kind: "uniform" | "normal" | "constant";
  readonly scale: number;
}

/** One named block of a network's parameters. */
export interface Parameter {
  readonly name: string;
  /** Parameters of one group share a learning rate, for example `encoder`. */
  readonly group: string;
  /** In floats, from the start of the flat buffer. */
  readonly offset: number;
  readonly length: number;
  readonly initializer: Initializer;
}

/** Collects the parameters of a network, in the order its layers are made. */
export class ParameterLayout {
  private readonly collected: Parameter[] = [];
  private tablesBegun = false;
  private total = 0;
  private denseTotal = 0;

  get parameters(): readonly Parameter[] {
    return this.collected;
  }
  /** Floats in all. */
  get length(): number {
    return this.total;
  }
  /** Floats before the first table. */
  get denseLength(): number {
    return this.denseTotal;
  }

  /** A parameter with one gradient per shard. Dense parameters are added before tables. */
  dense(name: string, group: string, length: number, initializer: Initializer): Parameter {
    if (this.tablesBegun) throw new Error(`dense parameter ${name} added after a table`);
    const parameter = this.add(name, group, length, initializer);
    this.denseTotal = this.total;
    return parameter;
  }

  /** A parameter whose gradient is scattered to a few rows. */
  table(name: string, group: string, length: number, initializer: Initializer): Parameter {
    this.tablesBegun = true;
    return this.add(name, group, length, initializer);
  }

  private add(name: string, group: string, length: number, initializer: Initializer): Parameter {
    const parameter = { name, group, offset: this.total, length, initializer };
    this.collected.push(parameter);
    // Multiples of 16 floats keep every parameter on its own cache line.
    this.total += Math.ceil(length / 16) * 16;
    return parameter;
  }
}

/** A copy of parameter values that forward and backward passes read: the network's own, or a target network's. */
export interface Weights {
  /** Of the flat buffer. */
  readonly address: Address;
}

/** The buffers of one network's parameters. */
export class ParameterStore implements Weights {
  /** Addresses of flat buffers [layout.length]. */
  readonly address: Address;
  readonly gradient: Address;
  readonly moment1: Address;
  readonly moment2: Address;
  /** Gradients of the dense parameters, [shards, layout.denseLength]. */
  readonly shardGradients: Address;
  /** Views of the flat buffers. */
  readonly values: Float32Array;
  readonly moments: readonly [Float32Array, Float32Array];
  private readonly region: Region;

  constructor(
    memory: LinearMemory,
    readonly layout: ParameterLayout,
    readonly shards: number,
  ) {
    const take = (arena: Arena) => [
      arena.floats(layout.length),
      arena.floats(layout.length),
      arena.floats(layout.length),
      arena.floats(layout.length),
      arena.floats(shards * layout.denseLength),
    ];
    const { value, region } = plan(memory, take);
    [this.address, this.gradient, this.moment1, this.moment2, this.shardGradients] = value as [
      Address,
      Address,
      Address,
      Address,
      Address,
    ];
    this.region = region;
    this.values = memory.floats(this.address, layout.length);
    this.moments = [memory.floats(this.moment1, layout.length), memory.floats(this.moment2, layout.length)];
  }

  /** Address of shard `shard`'s gradient; a dense parameter lies at its usual offset in it. */
  shardGradient(shard: number): Address {
    return this.shardGradients + shard * this.layout.denseLength * 4;
  }

  /** Draws every parameter from a stream named after it, so that adding a layer leaves the others' values alone. */
  initialize(seed: number, ...name: readonly (number | string)[]): void {
    for (const { name: parameter, offset, length, initializer } of this.layout.parameters) {
      const stream = new RandomStream(seed, ...name, parameter);
      const { kind, scale } = initializer;
      for (let i = offset; i < offset + length; i++) {
        if (kind === "constant") this.values[i] = scale;
        else this.values[i] = kind === "normal" ? scale * stream.normal() : scale * (2 * stream.uniform() - 1);
      }
    }
  }

  dispose(): void {
    this.region.release();
  }
}

/** Where a parameter lies in a flat buffer. */
export function at(buffer: Address, parameter: Parameter): Address {
  return buffer + parameter.offset * 4;
}

/** PyTorch's initialisation of a linear layer's weights and bias: uniform in +-1/sqrt(inputs). */
export function linearInitializer(inputs: number): Initializer {
  return { kind: "uniform", scale: 1 / Math.sqrt(inputs) };
}

/** Xavier (Glorot) uniform. */
export function xavierInitializer(inputs: number, outputs: number): Initializer {
  return { kind: "uniform", scale: Math.sqrt(6 / (inputs + outputs)) };
}
