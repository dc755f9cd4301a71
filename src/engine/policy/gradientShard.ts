/** One shard of a gradient step: its buffers, its forward and its backward pass (docs/method.md, section 6). */

import type { StateBatch, StateCapacity, StateSequence, StateWorkspace } from "../encoder/stateEncoder.ts";
import { deriveKey } from "../math/random.ts";
import type { Address } from "../tensor/kernels.ts";
import type { Dropout } from "../tensor/layers/dropout.ts";
import { type Matrix, matrix } from "../tensor/layers/matrix.ts";
import type { MlpWorkspace } from "../tensor/layers/mlp.ts";
import { plan, type Region } from "../tensor/memory.ts";
import type { Tape } from "../tensor/tape.ts";
import type { PolicyModel } from "./model.ts";

interface Buffers {
  readonly state: StateWorkspace;
  readonly action: MlpWorkspace;
  readonly value: MlpWorkspace;
  /** The target network's pass, or the value network's own where no target network is kept. */
  readonly target: MlpWorkspace;
  /** [outputs, action width], [outputs, 1], [outputs, 1]: gradients of means, values and target values. */
  readonly meanGradient: Matrix;
  readonly valueGradient: Matrix;
  readonly targetGradient: Matrix;
  /** [outputs, state width] */
  readonly valueStateGradient: Matrix;
}

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
  views(): {
    readonly means: Float32Array;
    readonly values: Float32Array;
    readonly targets: Float32Array;
    readonly meanGradient: Float32Array;
    readonly valueGradient: Float32Array;
    readonly targetGradient: Float32Array;
  } {
    const { memory } = this.model.engine;
    const { buffers, batch } = this.loaded();
    const view = ({ address, ld }: Matrix) => memory.floats(address, batch.outputs * ld);
    return {
      means: view(buffers.action.output),
      values: view(buffers.value.output),
      targets: view(buffers.target.output),
      meanGradient: view(buffers.meanGradient),
      valueGradient: view(buffers.valueGradient),
      targetGradient: view(buffers.targetGradient),
    };
  }

  /**
   * Lays out the sequences and writes the forward pass to the tape.
   * @param key fresh for every gradient step: what dropout draws from
   * @param target parameters of the target value network, if its values are needed
   */
  recordForward(sequences: readonly StateSequence[], dropout: number, key: number, target: Address | undefined): void {
    const { engine, network, store, features } = this.model;
    this.dropout = dropout;
    this.key = deriveKey(key, this.index);
    this.makeRoom(sequences);
    this.batch = network.states.load(engine.memory, (this.buffers as Buffers).state, sequences);
    const { buffers, batch } = this.loaded();
    const { state, action, value, target: targetPass } = buffers;
    this.tape.clear();
    const k = this.tape.kernels;
    network.states.forward(k, store.weights, features, state, batch, this.drop("state"));
    network.action.forward(k, store.weights, action, batch.outputs, state.states, this.drop(network.action.name));
    network.value.forward(k, store.weights, value, batch.outputs, state.states, this.drop(network.value.name));
    if (target !== undefined) network.value.forward(k, target, targetPass, batch.outputs, state.states);
  }

  /**
   * Writes the backward pass to the tape.
   * @param through which gradients reach the encoder (section 10, row 7); `target` and `discarded` serve the second:
   *   parameters of the target value network and room for gradients that nobody wants
   */
  recordBackward(
    through: { readonly kind: "state" } | { readonly kind: "td-target"; target: Address; discarded: Address },
  ): void {
    const { network, store, features } = this.model;
    const { buffers, batch } = this.loaded();
    const { state, action, value, meanGradient, valueGradient, targetGradient, valueStateGradient } = buffers;
    const { weights } = store;
    const gradients = store.shardGradient(this.index);
    const rows = batch.outputs;
    this.tape.clear();
    const k = this.tape.kernels;
    const { states, gradient } = state;
    const ofState = through.kind === "state";
    const [dAction, dValue] = ofState ? [gradient, valueStateGradient] : [undefined, undefined];
    network.action.backward(
      k,
      weights,
      gradients,
      action,
      rows,
      states,
      meanGradient,
      dAction,
      this.drop(network.action.name),
    );
    network.value.backward(
      k,
      weights,
      gradients,
      value,
      rows,
      states,
      valueGradient,
      dValue,
      this.drop(network.value.name),
    );
    if (ofState) {
      const { address, ld } = valueStateGradient;
      k.addRows(rows, ld, address, ld, gradient.address, gradient.ld);
    } else {
      const { target, discarded } = through;
      network.value.backward(k, target, discarded, buffers.target, rows, states, targetGradient, gradient);
    }
    network.states.backward(k, weights, gradients, features, state, batch, this.drop("state"));
  }

  dispose(): void {
    this.region?.release();
    this.tape.dispose();
  }

  private drop(place: string): Dropout | undefined {
    if (this.dropout === 0) return undefined;
    return { rate: this.dropout, key: deriveKey(this.key, place), firstRow: 0 };
  }

  private loaded(): { readonly buffers: Buffers; readonly batch: StateBatch } {
    if (this.buffers === undefined || this.batch === undefined) throw new Error("no batch is loaded");
    return { buffers: this.buffers, batch: this.batch };
  }

  /** Buffers are planned for the largest batch so far, with some room to spare. */
  private makeRoom(sequences: readonly StateSequence[]): void {
    const sum = (size: (sequence: StateSequence) => number) => sequences.reduce((total, s) => total + size(s), 0);
    const needed: StateCapacity = {
      tokens: sum(({ items }) => items.length),
      outputs: sum(({ items, outputs }) => (outputs === "all" ? items.length : outputs.length)),
      sequences: sequences.length,
    };
    const now = this.buffers?.state.capacity ?? { tokens: 0, outputs: 0, sequences: 0 };
    const fits =
      needed.tokens <= now.tokens && needed.outputs <= now.outputs && needed.sequences <= now.sequences && this.region;
    if (fits) return;
    const enlarged = (need: number, have: number) => (need <= have ? have : Math.ceil(need * 1.25));
    const capacity: StateCapacity = {
      tokens: enlarged(needed.tokens, now.tokens),
      outputs: enlarged(needed.outputs, now.outputs),
      sequences: enlarged(needed.sequences, now.sequences),
    };
    this.region?.release();
    const { network, engine } = this.model;
    const { outputs } = capacity;
    const { value, region } = plan(engine.memory, (arena): Buffers => {
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
    });
    this.buffers = value;
    this.region = region;
  }
}
