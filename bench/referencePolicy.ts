/**
 * The reference policy network (docs/method.md, section 5) and one optimiser step on it: what the tensor engine is
 * measured on, and what its gradients are checked on. The loss is quadratic, so that it costs nothing beside the network.
 */

import {
  type StateBatch,
  type StateCapacity,
  StateEncoder,
  type StateEncoderShape,
  type StateSequence,
  type StateWorkspace,
} from "../src/engine/encoder/stateEncoder.ts";
import type { Matrix } from "../src/engine/tensor/layers/matrix.ts";
import { Mlp, type MlpWorkspace } from "../src/engine/tensor/layers/mlp.ts";
import { type Arena, plan, type Region } from "../src/engine/tensor/memory.ts";
import { Adam } from "../src/engine/tensor/optimizer.ts";
import { ParameterLayout, ParameterStore } from "../src/engine/tensor/parameters.ts";
import type { Tape } from "../src/engine/tensor/tape.ts";
import type { TensorEngine } from "../src/engine/tensor/tensorEngine.ts";

export const ACTION_SIZES = [96, 256, 64, 33];
export const VALUE_SIZES = [96, 256, 64, 1];
const SHARDS = 8;

interface Shard {
  readonly state: StateWorkspace;
  readonly action: MlpWorkspace;
  readonly value: MlpWorkspace;
  readonly daction: Matrix;
  readonly dvalue: Matrix;
  readonly dstate: Matrix;
}

export class ReferencePolicy {
  readonly store: ParameterStore;
  readonly encoder: StateEncoder;
  private readonly action: Mlp;
  private readonly value: Mlp;
  private readonly adam: Adam;
  private readonly features: { readonly items: Region; readonly users: Region };
  private readonly shards: readonly Shard[];
  private readonly tapes: readonly Tape[];
  private readonly scatters: readonly Tape[];

  constructor(
    private readonly engine: TensorEngine,
    shape: StateEncoderShape,
    capacity: StateCapacity,
    sizes = { action: ACTION_SIZES, value: VALUE_SIZES },
  ) {
    const layout = new ParameterLayout();
    this.encoder = new StateEncoder(layout, "encoder", shape);
    this.action = new Mlp(layout, "action", "action", sizes.action);
    this.value = new Mlp(layout, "value", "value", sizes.value);
    this.store = new ParameterStore(engine.memory, layout, SHARDS);
    this.store.initialize(1, "reference");
    this.features = this.encoder.placeFeatures(engine.memory);
    this.adam = new Adam(engine, this.store, { beta1: 0.9, beta2: 0.999, epsilon: 1e-5, clipNorm: 0.5 });
    this.shards = Array.from(
      { length: SHARDS },
      () => plan(engine.memory, (arena) => this.workspace(arena, capacity)).value,
    );
    this.tapes = this.shards.map(() => engine.tape());
    this.scatters = Array.from({ length: this.encoder.lookups }, () => engine.tape());
  }

  /**
   * Forward and backward: loss = sum of (mean - 0.1)^2 / 2 + (value - 1)^2 / 2 over the outputs / outputs. Gradients wait for
   * `adamStep`.
   */
  gradients(sequences: readonly StateSequence[]): number {
    const { engine, store } = this;
    const perShard = Math.ceil(sequences.length / SHARDS);
    const batches = this.shards.map((shard, s) =>
      this.encoder.load(engine.memory, shard.state, sequences.slice(s * perShard, (s + 1) * perShard)),
    );
    const outputs = batches.reduce((sum, batch) => sum + batch.outputs, 0);
    this.play((tape, s) => this.forward(tape, this.shards[s] as Shard, batches[s] as StateBatch));
    let loss = 0;
    this.shards.forEach((shard, s) => {
      const rows = (batches[s] as StateBatch).outputs;
      loss += this.quadratic(shard.action.output, shard.daction, rows, 0.1, outputs);
      loss += this.quadratic(shard.value.output, shard.dvalue, rows, 1, outputs);
    });
    this.play((tape, s) =>
      this.backward(tape, this.shards[s] as Shard, batches[s] as StateBatch, store.shardGradient(s)),
    );
    this.encoder.scatter(
      this.scatters,
      store.gradient,
      this.shards.map((shard, s) => ({ workspace: shard.state, batch: batches[s] as StateBatch })),
    );
    return loss;
  }

  /** Reduces the gradients of the shards and takes one Adam step; the gradient norm before clipping. */
  adamStep(): number {
    return this.adam.step({ encoder: 1e-4, action: 1e-4, value: 1e-3 }, this.scatters);
  }

  /** The gradient of every parameter by name, as Adam will see it. */
  gradientsByName(): ReadonlyMap<string, Float32Array> {
    this.engine.run(this.scatters);
    const { layout } = this.store;
    const tables = this.engine.memory.floats(this.store.gradient, layout.length);
    const named = layout.parameters.map(({ name, kind, offset, length }) => {
      const total = tables.slice(offset, offset + length);
      if (kind === "dense") {
        for (let s = 0; s < SHARDS; s++) {
          const share = this.engine.memory.floats(this.store.shardGradient(s) + offset * 4, length);
          for (let i = 0; i < length; i++) total[i] = (total[i] as number) + (share[i] as number);
        }
      }
      return [name, total] as const;
    });
    return new Map(named);
  }

  private workspace(arena: Arena, capacity: StateCapacity): Shard {
    const buffer = (width: number) => ({ address: arena.floats(capacity.outputs * width), ld: width });
    return {
      state: this.encoder.workspace(arena, capacity),
      action: this.action.workspace(arena, capacity.outputs),
      value: this.value.workspace(arena, capacity.outputs),
      daction: buffer(this.action.sizes.at(-1) as number),
      dvalue: buffer(1),
      dstate: buffer(this.encoder.width),
    };
  }

  private play(record: (tape: Tape, shard: number) => void): void {
    this.tapes.forEach((tape, s) => {
      tape.clear();
      record(tape, s);
    });
    this.engine.run(this.tapes);
  }

  private forward({ kernels: k }: Tape, shard: Shard, batch: StateBatch): void {
    const { weights } = this.store;
    this.encoder.forward(k, weights, this.features, shard.state, batch);
    this.action.forward(k, weights, shard.action, batch.outputs, shard.state.states);
    this.value.forward(k, weights, shard.value, batch.outputs, shard.state.states);
  }

  private backward({ kernels: k }: Tape, shard: Shard, batch: StateBatch, gradients: number): void {
    const { weights } = this.store;
    const { states, gradient } = shard.state;
    const rows = batch.outputs;
    this.action.backward(k, weights, gradients, shard.action, rows, states, shard.daction, gradient);
    this.value.backward(k, weights, gradients, shard.value, rows, states, shard.dvalue, shard.dstate);
    k.addRows(rows, this.encoder.width, shard.dstate.address, shard.dstate.ld, gradient.address, gradient.ld);
    this.encoder.backward(k, weights, gradients, this.features, shard.state, batch);
  }

  private quadratic(output: Matrix, gradient: Matrix, rows: number, target: number, outputs: number): number {
    const y = this.engine.memory.floats(output.address, rows * output.ld);
    const dy = this.engine.memory.floats(gradient.address, rows * output.ld);
    let loss = 0;
    for (let i = 0; i < y.length; i++) {
      const error = (y[i] as number) - target;
      loss += (error * error) / 2 / outputs;
      dy[i] = error / outputs;
    }
    return loss;
  }
}
