/**
 * One shard of a gradient step: its buffers, its forward and its backward pass (docs/method.md, section 6). A row is one
 * place where a state is read (placement.ts); `outputs` of them fill the buffers.
 *
 *     sequences [tokens] -> state encoder -> states [outputs, state width]
 *                                              |-> action network -> means   [outputs, action width]
 *                                              |-> value network  -> values  [outputs, 1]
 *                                              '-> target network -> targets [outputs, 1], where they are asked for
 *
 * Between the passes the learner reads the outputs and writes their gradients (`views`). Back from there, the parameters
 * of the action and the value network always learn; `encoderGradient` (section 10) decides which gradients go on to the
 * encoder:
 *
 *     "state":      those of means and values; targets are constants
 *     "td-target":  those of targets; means and values end at their networks
 */

import type { StateBatch, StateCapacity, StateSequence, StateWorkspace } from "../encoder/stateEncoder.ts";
import { deriveKey } from "../math/random.ts";
import type { Address } from "../tensor/kernels.ts";
import type { Dropout } from "../tensor/layers/dropout.ts";
import { type Matrix, matrix } from "../tensor/layers/matrix.ts";
import type { Mlp, MlpWorkspace } from "../tensor/layers/mlp.ts";
import { type Arena, plan, type Region } from "../tensor/memory.ts";
import type { Tape } from "../tensor/tape.ts";
import type { PolicyModel } from "./model.ts";

interface Buffers {
  readonly state: StateWorkspace;
  readonly action: MlpWorkspace;
  readonly value: MlpWorkspace;
  /** The target network's pass, or the value network's own where no target network is kept. */
  readonly target: MlpWorkspace;
  /** [outputs, action width] */
  readonly meanGradient: Matrix;
  /** [outputs, 1] */
  readonly valueGradient: Matrix;
  /** [outputs, 1] */
  readonly targetGradient: Matrix;
  /** [outputs, state width]: the value network's share of the states' gradient. */
  readonly valueStateGradient: Matrix;
}

/** A shard's outputs and their gradients. */
export interface ShardViews {
  readonly means: Float32Array;
  readonly values: Float32Array;
  readonly targets: Float32Array;
  readonly meanGradient: Float32Array;
  readonly valueGradient: Float32Array;
  readonly targetGradient: Float32Array;
  /** [distinct items, encoding]: encodings of what is read and, if the placement asks for it, of what was served. */
  readonly items: Float32Array;
  readonly itemGradient: Float32Array;
  readonly itemRows: ReadonlyMap<number, number>;
}

/** A forward pass. */
export interface ForwardPass {
  readonly dropout: number;
  /** Fresh for every gradient step: what dropout draws from. */
  readonly key: number;
  /** Parameters of the target network; undefined: nobody needs its values. */
  readonly target: Address | undefined;
}

/** Which gradients reach the encoder. */
export type EncoderGradient =
  | { readonly kind: "state" }
  | {
      readonly kind: "td-target";
      /** Parameters of the target network. */
      readonly target: Address;
      /** Room for the gradients of those, which nobody wants: [layout.denseLength]. */
      readonly discarded: Address;
    };

export class GradientShard {
  readonly tape: Tape;
  private region: Region | undefined;
  private buffers: Buffers | undefined;
  private batch: StateBatch | undefined;
  private dropout = 0;
  private key = 0;

  constructor(
    private readonly model: PolicyModel,
    private readonly index: number,
  ) {
    this.tape = model.engine.tape();
  }

  /** For the scattering of table gradients. */
  get work(): { readonly workspace: StateWorkspace; readonly batch: StateBatch } {
    const { buffers, batch } = this.loaded();
    return { workspace: buffers.state, batch };
  }

  /** Views of the outputs after a forward pass and of the gradients a backward pass starts from. */
  views(): ShardViews {
    const { memory } = this.model.engine;
    const { buffers, batch } = this.loaded();
    const view = ({ address, ld }: Matrix) => memory.floats(address, batch.outputs * ld);
    const items = ({ address, ld }: Matrix) => memory.floats(address, batch.distinctItems * ld);
    return {
      means: view(buffers.action.output),
      values: view(buffers.value.output),
      targets: view(buffers.target.output),
      meanGradient: view(buffers.meanGradient),
      valueGradient: view(buffers.valueGradient),
      targetGradient: view(buffers.targetGradient),
      items: items(buffers.state.items.output),
      itemGradient: items(buffers.state.items.gradient),
      itemRows: batch.itemRows,
    };
  }

  /** Lays out the sequences and writes the forward pass to the tape. */
  recordForward(sequences: readonly StateSequence[], { dropout, key, target }: ForwardPass): void {
    const { engine, network, store, features } = this.model;
    this.dropout = dropout;
    this.key = deriveKey(key, this.index);
    const buffers = this.buffersFor(sequences);
    const batch = network.states.load(engine.memory, buffers.state, sequences);
    this.batch = batch;
    const { state } = buffers;
    this.tape.clear();
    const k = this.tape.kernels;
    const head = (mlp: Mlp, workspace: MlpWorkspace) =>
      mlp.forward(k, store.weights, workspace, batch.outputs, state.states, this.dropoutOf(mlp.name));
    network.states.forward(k, store.weights, features, state, batch, this.dropoutOf("state"));
    head(network.action, buffers.action);
    head(network.value, buffers.value);
    if (target !== undefined) network.value.forward(k, target, buffers.target, batch.outputs, state.states);
  }

  /** Writes the backward pass to the tape. @param itemGradientsBegun `views().itemGradient` holds gradients already */
  recordBackward(encoderGradient: EncoderGradient, itemGradientsBegun: boolean): void {
    const { network, store, features } = this.model;
    const { buffers, batch } = this.loaded();
    const { state } = buffers;
    this.tape.clear();
    if (encoderGradient.kind === "state") this.headsBackward(state.gradient);
    else {
      this.headsBackward(undefined);
      this.targetBackward(encoderGradient.target, encoderGradient.discarded);
    }
    const gradients = store.shardGradient(this.index);
    const dropout = this.dropoutOf("state");
    const k = this.tape.kernels;
    network.states.backward(k, store.weights, gradients, features, state, batch, dropout, itemGradientsBegun);
  }

  dispose(): void {
    this.region?.release();
    this.tape.dispose();
  }

  /** From the gradients of means and values to the networks' parameters and, where asked for, to the states' gradient. */
  private headsBackward(states: Matrix | undefined): void {
    const { network, store } = this.model;
    const { buffers, batch } = this.loaded();
    const { action, value, state, meanGradient, valueGradient, valueStateGradient } = buffers;
    const gradients = store.shardGradient(this.index);
    const rows = batch.outputs;
    const k = this.tape.kernels;
    const head = (mlp: Mlp, workspace: MlpWorkspace, dy: Matrix, dx: Matrix | undefined) => {
      const dropout = this.dropoutOf(mlp.name);
      mlp.backward(k, store.weights, gradients, workspace, rows, state.states, dy, dx, dropout);
    };
    head(network.action, action, meanGradient, states);
    head(network.value, value, valueGradient, states && valueStateGradient);
    if (states === undefined) return;
    const { address, ld } = valueStateGradient;
    k.addRows(rows, ld, address, ld, states.address, states.ld);
  }

  /** From the gradients of targets to the states' gradient. */
  private targetBackward(weights: Address, discarded: Address): void {
    const { buffers, batch } = this.loaded();
    const { state, target, targetGradient } = buffers;
    const { value } = this.model.network;
    const k = this.tape.kernels;
    value.backward(k, weights, discarded, target, batch.outputs, state.states, targetGradient, state.gradient);
  }

  /** Dropout of one network; undefined where it rests. */
  private dropoutOf(network: string): Dropout | undefined {
    if (this.dropout === 0) return undefined;
    return { rate: this.dropout, key: deriveKey(this.key, network), firstRow: 0 };
  }

  private loaded(): { readonly buffers: Buffers; readonly batch: StateBatch } {
    if (this.buffers === undefined || this.batch === undefined) throw new Error("no batch is loaded");
    return { buffers: this.buffers, batch: this.batch };
  }

  /** Buffers with room for the largest batch so far. */
  private buffersFor(sequences: readonly StateSequence[]): Buffers {
    const needed = capacityFor(sequences);
    const now = this.buffers?.state.capacity;
    if (this.buffers !== undefined && now !== undefined && holds(now, needed)) return this.buffers;
    this.region?.release();
    const capacity = enlarged(now ?? { tokens: 0, outputs: 0, sequences: 0, beside: 0 }, needed);
    const { value, region } = plan(this.model.engine.memory, (arena) => this.take(arena, capacity));
    this.buffers = value;
    this.region = region;
    return value;
  }

  private take(arena: Arena, capacity: StateCapacity): Buffers {
    const { network } = this.model;
    const { outputs } = capacity;
    const buffer = (width: number) => matrix(arena.floats(outputs * width), width);
    return {
      state: network.states.workspace(arena, capacity),
      action: network.action.workspace(arena, outputs),
      value: network.value.workspace(arena, outputs),
      target: network.value.workspace(arena, outputs),
      meanGradient: buffer(network.actionWidth),
      valueGradient: buffer(1),
      targetGradient: buffer(1),
      valueStateGradient: buffer(network.states.width),
    };
  }
}

function capacityFor(sequences: readonly StateSequence[]): Required<StateCapacity> {
  const sum = (size: (sequence: StateSequence) => number) => sequences.reduce((total, s) => total + size(s), 0);
  return {
    tokens: sum(({ items }) => items.length),
    outputs: sum(({ items, outputs }) => (outputs === "all" ? items.length : outputs.length)),
    sequences: sequences.length,
    beside: sum(({ beside }) => beside?.length ?? 0),
  };
}

const sizes = ["tokens", "outputs", "sequences", "beside"] as const;

function holds(capacity: StateCapacity, needed: Required<StateCapacity>): boolean {
  return sizes.every((size) => needed[size] <= (capacity[size] ?? 0));
}

/** Room to spare where there was too little, so that slowly growing batches do not move the buffers every time. */
function enlarged(have: StateCapacity, need: Required<StateCapacity>): StateCapacity {
  const room = (size: (typeof sizes)[number]) => {
    const had = have[size] ?? 0;
    return need[size] <= had ? had : Math.ceil(need[size] * 1.25);
  };
  return { tokens: room("tokens"), outputs: room("outputs"), sequences: room("sequences"), beside: room("beside") };
}
