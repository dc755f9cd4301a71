/**
 * All parameters of a network in one flat buffer, with gradient and Adam moments of the same layout. Dense parameters
 * come first: each shard has a gradient of its own for those. Tables (embeddings) follow: their gradients are sparse.
 */
import { RandomStream } from "../math/random.ts";
import type { Address } from "./kernels.ts";
import { type LinearMemory, plan, type Region } from "./memory.ts";

/** How a parameter starts: uniform in [-scale, scale), normal with deviation scale, or constant scale. */
export interface Initializer {
  readonly kind: "uniform" | "normal" | "constant";
  readonly scale: number;
}

/** One named block of a network's parameters. */
export class Parameter {
  constructor(
    readonly name: string,
    /** Parameters of one group share a learning rate, for example `encoder`. */
    readonly group: string,
    /** A table's gradient is scattered to a few of its rows; every shard computes a dense one in full. */
    readonly kind: "dense" | "table",
    readonly length: number,
    readonly initializer: Initializer,
    private readonly start: () => number,
  ) {}

  /** In floats, from the start of the flat buffer; fixed once every layer of the network is made. */
  get offset(): number {
    return this.start();
  }

  /** Address in a flat buffer: values, gradient or a moment. */
  at(buffer: Address): Address {
    return buffer + this.offset * 4;
  }
}

/** A stretch of a flat buffer, in floats. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Collects the parameters of a network while its layers are made. */
export class ParameterLayout {
  private readonly collected: Parameter[] = [];
  private denseTotal = 0;
  private tableTotal = 0;

  /** Dense parameters first, then tables: by ascending offset. */
  get parameters(): readonly Parameter[] {
    return [...this.collected].sort((a, b) => a.offset - b.offset);
  }
  /** The parameter called `name`. */
  parameter(name: string): Parameter {
    const found = this.collected.find((parameter) => parameter.name === name);
    if (found === undefined) throw new Error(`no parameter ${name}`);
    return found;
  }
  /**
   * What the dense parameters of one part of the network cover, such as `value.0.weight` and `value.0.bias` of the part
   * `value`: layers made one after the other lie end to end.
   */
  part(name: string): Span {
    const own = this.parameters.filter((one) => one.kind === "dense" && one.name.startsWith(`${name}.`));
    const offset = Math.min(...own.map((parameter) => parameter.offset));
    let length = 0;
    for (const parameter of own) {
      if (parameter.offset !== offset + length) throw new Error(`the parameters of ${name} do not lie end to end`);
      length += padded(parameter.length);
    }
    if (length === 0) throw new Error(`no part ${name}`);
    return { offset, length };
  }
  /** Floats in all. */
  get length(): number {
    return this.denseTotal + this.tableTotal;
  }
  /** Floats before the first table. */
  get denseLength(): number {
    return this.denseTotal;
  }

  /** A parameter whose gradient every shard computes in full. */
  dense(name: string, group: string, length: number, initializer: Initializer): Parameter {
    const offset = this.denseTotal;
    this.denseTotal += padded(length);
    return this.keep(new Parameter(name, group, "dense", length, initializer, () => offset));
  }

  /** A parameter whose gradient is scattered to a few rows: an embedding. */
  table(name: string, group: string, length: number, initializer: Initializer): Parameter {
    const offset = this.tableTotal;
    this.tableTotal += padded(length);
    return this.keep(new Parameter(name, group, "table", length, initializer, () => this.denseTotal + offset));
  }

  private keep(parameter: Parameter): Parameter {
    this.collected.push(parameter);
    return parameter;
  }
}

/** Multiples of 16 floats keep every parameter on its own cache line. */
const padded = (length: number): number => Math.ceil(length / 16) * 16;

/** The buffers of one network's parameters. */
export class ParameterStore {
  /** Addresses of flat buffers [layout.length]. */
  readonly weights: Address;
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
    const { value, region } = plan(memory, (arena) => ({
      weights: arena.floats(layout.length),
      gradient: arena.floats(layout.length),
      moment1: arena.floats(layout.length),
      moment2: arena.floats(layout.length),
      shardGradients: arena.floats(shards * layout.denseLength),
    }));
    this.weights = value.weights;
    this.gradient = value.gradient;
    this.moment1 = value.moment1;
    this.moment2 = value.moment2;
    this.shardGradients = value.shardGradients;
    this.region = region;
    this.values = memory.floats(this.weights, layout.length);
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

/** PyTorch's initialisation of a linear layer's weights and bias: uniform in +-1/sqrt(inputs). */
export function linearInitializer(inputs: number): Initializer {
  return { kind: "uniform", scale: 1 / Math.sqrt(inputs) };
}

/** Xavier (Glorot) uniform. */
export function xavierInitializer(inputs: number, outputs: number): Initializer {
  return { kind: "uniform", scale: Math.sqrt(6 / (inputs + outputs)) };
}
