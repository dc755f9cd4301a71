/** Acting: states to hyper-actions, hyper-actions to slates (docs/method.md, section 5). */

import { RunningStates } from "../encoder/runningStates.ts";
import type { StateWorkspace } from "../encoder/stateEncoder.ts";
import { TokenSequence } from "../encoder/tokenSequence.ts";
import { type Views, viewSequence } from "../encoder/views.ts";
import { deriveKey, RandomStream } from "../math/random.ts";
import type { Session, SessionStep } from "../simulator/session.ts";
import type { FeatureWorkspace } from "../tensor/layers/featureEncoder.ts";
import { type Matrix, matrix } from "../tensor/layers/matrix.ts";
import type { MlpWorkspace } from "../tensor/layers/mlp.ts";
import { plan, type Region } from "../tensor/memory.ts";
import type { PolicyModel } from "./model.ts";
import type { ActMode, ActRequest } from "./policy.ts";
import type { SessionNotes } from "./sessionNotes.ts";
import { type Exclusion, topSlate } from "./slate.ts";
import type { UserIdentity } from "./unknownUser.ts";

export interface ActorOptions {
  readonly slateSize: number;
  readonly exclusion: Exclusion;
  /** Dropout while acting (section 10, `actingDropout`); 0 in the paper's mode. */
  readonly dropout: number;
  readonly notes: SessionNotes;
  /** Seed of the run. */
  readonly seed: number;
  readonly identity: UserIdentity;
}

/** What the policy did for one request. */
export interface Decision {
  /** Tokens the policy had seen. */
  readonly tokens: number;
  readonly action: Float32Array;
  readonly logProbability: number;
  readonly value: number;
}

/** Requests whose scores are computed at a time. */
const SCORED_ROWS = 16;

interface Buffers {
  /** [slots, state width] */
  readonly states: Matrix;
  readonly users: FeatureWorkspace;
  readonly userRows: number;
  readonly action: MlpWorkspace;
  readonly value: MlpWorkspace;
  /** [slots, action width] */
  readonly actions: Matrix;
  /** [SCORED_ROWS, items] */
  readonly scores: Matrix;
  /** One session read anew, where acting drops out. */
  readonly single: StateWorkspace;
}

/** One policy's running sessions. A slot's result never depends on which other slots are asked with it. */
export class Actor {
  private readonly states: RunningStates;
  private readonly sessions: Session[] = [];
  private readonly buffers: Buffers;
  private readonly region: Region;

  constructor(
    private readonly model: PolicyModel,
    private readonly views: Views,
    readonly slots: number,
    private readonly options: ActorOptions,
  ) {
    const { engine, network, itemCount } = model;
    this.states = new RunningStates(model, views, slots);
    const capacity = { tokens: options.dropout > 0 ? views.positions : 1, outputs: 1, sequences: 1 };
    const rows = Math.min(slots, SCORED_ROWS);
    const { value, region } = plan(engine.memory, (arena) => ({
      states: matrix(arena.floats(slots * network.states.width), network.states.width),
      users: network.states.users.workspace(arena, slots),
      userRows: arena.integers(slots),
      action: network.action.workspace(arena, slots),
      value: network.value.workspace(arena, slots),
      actions: matrix(arena.floats(slots * network.actionWidth), network.actionWidth),
      scores: matrix(arena.floats(rows * itemCount), itemCount),
      single: network.states.workspace(arena, capacity),
    }));
    this.buffers = value;
    this.region = region;
    engine.memory.integers(value.userRows, slots).set(Int32Array.from({ length: slots }, (_, i) => i));
  }

  open(session: Session): void {
    const { slot, steps } = session;
    const { identity, notes } = this.options;
    this.states.open(slot, new TokenSequence(identity(session), session.history, notes.width));
    this.sessions[slot] = session;
    for (const i of steps.keys()) this.read(session, i);
  }

  /** Takes in the step that a session was served last. */
  observe(session: Session): void {
    this.read(session, session.steps.length - 1);
  }

  sequence(slot: number): TokenSequence {
    return this.states.sequence(slot);
  }

  /** Chooses a hyper-action for every request and serves the slates it leads to: [requests, slateSize]. */
  act(requests: readonly ActRequest[], mode: ActMode): { slates: Int32Array; decisions: Decision[] } {
    const { memory } = this.model.engine;
    const width = this.model.network.actionWidth;
    this.evaluate(requests.map(({ session }) => session.slot));
    const means = memory.floats(this.buffers.action.output.address, requests.length * width);
    const values = memory.floats(this.buffers.value.output.address, requests.length);
    const actions = memory.floats(this.buffers.actions.address, requests.length * width);
    const gaussian = this.model.gaussian();
    const decisions = requests.map(({ session }, row): Decision => {
      const mean = means.subarray(row * width, (row + 1) * width);
      const action = actions.subarray(row * width, (row + 1) * width);
      if (mode === "sample") gaussian.sample(mean, this.noise(session), action);
      else action.set(mean);
      return {
        tokens: this.sequence(session.slot).length,
        action: action.slice(),
        logProbability: gaussian.logProbability(mean, action),
        value: values[row] as number,
      };
    });
    return { slates: this.slates(requests), decisions };
  }

  /** V of the slots' sessions as they stand. */
  values(slots: readonly number[]): Float32Array {
    this.evaluate(slots);
    return this.model.engine.memory.floats(this.buffers.value.output.address, slots.length).slice();
  }

  dispose(): void {
    this.states.dispose();
    this.region.release();
  }

  private read(session: Session, i: number): void {
    const { items, feedback } = session.steps[i] as SessionStep;
    this.sequence(session.slot).append(items, feedback, this.options.notes.at(session, i));
  }

  /** A stream of the session's step alone, so that a checkpoint needs to keep none. */
  private noise({ key, number, steps }: Session): RandomStream {
    return new RandomStream(this.options.seed, "hyper-action", key, number, steps.length);
  }

  /** Means and values of the slots, in `buffers.action.output` and `buffers.value.output`. */
  private evaluate(slots: readonly number[]): void {
    if (slots.length > this.slots) throw new RangeError(`${slots.length} requests for ${this.slots} slots`);
    if (this.options.dropout > 0) {
      slots.forEach((slot, row) => {
        this.evaluateDropped(slot, row);
      });
      return;
    }
    const { engine, network, store, features } = this.model;
    const { states, users, userRows, action, value } = this.buffers;
    const k = engine.kernels;
    const rows = slots.length;
    this.states.read(slots, states);
    engine.memory.integers(users.ids, rows).set(slots.map((slot) => this.sequence(slot).user));
    network.states.users.forward(k, store.weights, features.users.address, users, rows);
    network.states.joinUsers(k, rows, users.output, userRows, states);
    network.action.forward(k, store.weights, action, rows, states);
    network.value.forward(k, store.weights, value, rows, states);
  }

  /** One slot with dropout: the whole view is read anew, as the authors' code does in training mode. */
  private evaluateDropped(slot: number, row: number): void {
    const { engine, network, store, features } = this.model;
    const { single, action, value } = this.buffers;
    const k = engine.kernels;
    const sequence = this.sequence(slot);
    const { length } = sequence;
    const { start, shape } = network.states;
    const view = viewSequence(this.views, sequence, length, [length], shape.feedbackWidth, start);
    const batch = network.states.load(engine.memory, single, [view]);
    const { key: session, number } = this.sessions[slot] as Session;
    const key = deriveKey(this.options.seed, "acting dropout", session, number, length, this.model.steps);
    const dropout = (place: string) => ({ rate: this.options.dropout, key: deriveKey(key, place), firstRow: 0 });
    const at = <W extends MlpWorkspace>(workspace: W): W => ({
      ...workspace,
      output: { ...workspace.output, address: workspace.output.address + row * workspace.output.ld * 4 },
    });
    network.states.forward(k, store.weights, features, single, batch, dropout("state"));
    network.action.forward(k, store.weights, at(action), 1, single.states, dropout(network.action.name));
    network.value.forward(k, store.weights, at(value), 1, single.states, dropout(network.value.name));
  }

  /** score_i = w . e_i + b for the hyper-actions in `buffers.actions`, and the best slate of each. */
  private slates(requests: readonly ActRequest[]): Int32Array {
    const { engine, network, itemCount } = this.model;
    const { slateSize, exclusion } = this.options;
    const { actions, scores } = this.buffers;
    const { encoding } = network.states.shape;
    const items = this.model.itemEncodings();
    const biases = engine.memory.floats(actions.address, requests.length * actions.ld);
    const slates = new Int32Array(requests.length * slateSize);
    for (let first = 0; first < requests.length; first += SCORED_ROWS) {
      const rows = Math.min(SCORED_ROWS, requests.length - first);
      for (let row = 0; row < rows; row++) {
        const bias = biases[(first + row) * actions.ld + encoding] as number;
        engine.kernels.fill(itemCount, scores.address + row * itemCount * 4, bias);
      }
      const a = actions.address + first * actions.ld * 4;
      const { address: e, ld } = items;
      engine.kernels.gemmNT(rows, itemCount, encoding, a, actions.ld, e, ld, scores.address, itemCount, 1);
      for (let row = 0; row < rows; row++) {
        const request = first + row;
        const own = engine.memory.floats(scores.address + row * itemCount * 4, itemCount);
        const slate = slates.subarray(request * slateSize, (request + 1) * slateSize);
        topSlate(own, requests[request]?.mask, exclusion, slate);
      }
    }
    return slates;
  }
}
