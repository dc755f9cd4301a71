/** The trained user response model as the simulator asks it (docs/method.md, sections 3 and 4). */
import type { History, UserIndex } from "../../data/dataset.ts";
import { type EncoderInForce, RunningStates } from "../../encoder/runningStates.ts";
import type { StateEncoder, StateWorkspace } from "../../encoder/stateEncoder.ts";
import { TokenSequence } from "../../encoder/tokenSequence.ts";
import { type Views, viewSequence, viewsFromStart } from "../../encoder/views.ts";
import { deriveKey } from "../../math/random.ts";
import type { Address } from "../../tensor/kernels.ts";
import type { FeatureWorkspace } from "../../tensor/layers/featureEncoder.ts";
import { type Matrix, matrix } from "../../tensor/layers/matrix.ts";
import { plan, type Region } from "../../tensor/memory.ts";
import type { TensorEngine } from "../../tensor/tensorEngine.ts";
import { centredUnitRows, unitRows } from "../correlation.ts";
import type { ItemEncodings, ResponseModel } from "../responseModel.ts";
import { type Calibration, calibrated, UNCALIBRATED } from "./calibration.ts";
import type { ScorerWorkspace } from "./network.ts";
import type { UserModelParts } from "./userModelShard.ts";

/** Tokens a session keeps when it outgrows the sequences the model was trained on. */
const KEPT = 100;

export interface SimulationOptions {
  /** Dropout while simulating (section 10, `actingDropout`); 0 in the paper's mode. */
  readonly dropout: number;
  readonly seed: number;
  /** By feedback type. With it encodings are centred before the correlation penalty. */
  readonly calibrations?: readonly Calibration[];
}

/** What all models of one trained network share: its parameters and the encodings of all items. */
export class TrainedNetwork implements EncoderInForce {
  readonly version = 0;
  /** Unit rows, for the simulator and the metrics: as the network has them, and with their mean taken out. */
  readonly unitEncodings: ItemEncodings;
  readonly centredEncodings: ItemEncodings;
  /** [items, encoding] */
  readonly encodings: Float32Array;
  private readonly allItems: Matrix;

  constructor(readonly parts: UserModelParts) {
    const { engine, network, store, features, dataset } = parts;
    const rows = dataset.items + 1;
    const { value } = plan(engine.memory, (arena) => network.states.items.workspace(arena, rows));
    engine.memory.integers(value.ids, rows).set(Int32Array.from({ length: rows }, (_, i) => i));
    network.states.items.forward(engine.kernels, store.weights, features.items.address, value, rows);
    this.allItems = value.output;
    this.encodings = engine.memory.floats(value.output.address, dataset.items * network.encoding);
    this.unitEncodings = unitRows(this.encodings, network.encoding);
    this.centredEncodings = centredUnitRows(this.encodings, network.encoding);
  }

  get engine(): TensorEngine {
    return this.parts.engine;
  }

  get encoder(): StateEncoder {
    return this.parts.network.states;
  }

  get weights(): Address {
    return this.parts.store.weights;
  }

  itemEncodings(): Matrix {
    return this.allItems;
  }
}

interface Buffers {
  /** [slots, state width] */
  readonly states: Matrix;
  readonly users: FeatureWorkspace;
  readonly userRows: Address;
  readonly scorer: ScorerWorkspace;
  /** One session read anew, where simulating drops out. */
  readonly single: StateWorkspace;
}

export class TrainedResponseModel implements ResponseModel {
  readonly kind = "trained";
  readonly feedbackTypes: readonly string[];
  readonly itemEncodings: ItemEncodings;
  private readonly calibrations: readonly Calibration[];
  private readonly views: Views;
  private readonly states: RunningStates;
  private readonly buffers: Buffers;
  private readonly region: Region;

  constructor(
    private readonly trained: TrainedNetwork,
    slots: number,
    private readonly options: SimulationOptions,
  ) {
    const { dataset, engine, network, reshaped } = trained.parts;
    this.feedbackTypes = dataset.feedbackTypes;
    this.calibrations = options.calibrations ?? dataset.feedbackTypes.map(() => UNCALIBRATED);
    this.itemEncodings = options.calibrations ? trained.centredEncodings : trained.unitEncodings;
    const { positions } = network.states.shape;
    this.views = { ...viewsFromStart(positions, Math.min(KEPT, Math.floor((positions - 1) / 2))), reshaped };
    this.states = new RunningStates(trained, this.views, slots);
    const capacity = { tokens: options.dropout > 0 ? positions : 1, outputs: 1, sequences: 1 };
    const { value, region } = plan(engine.memory, (arena) => ({
      states: matrix(arena.floats(slots * network.states.width), network.states.width),
      users: network.states.users.workspace(arena, slots),
      userRows: arena.integers(slots),
      scorer: network.scorerWorkspace(arena, slots),
      single: network.states.workspace(arena, capacity),
    }));
    this.buffers = value;
    this.region = region;
    engine.memory.integers(value.userRows, slots).set(Int32Array.from({ length: slots }, (_, i) => i));
  }

  open(slot: number, user: UserIndex, history: History): void {
    this.states.open(slot, new TokenSequence(user, history));
  }

  predict(slots: readonly number[], slates: Int32Array, out: Float32Array): void {
    const { types } = this.trained.parts.network;
    const slateSize = slates.length / slots.length;
    const scorers = this.scorers(slots);
    for (let i = 0; i < slates.length; i++) {
      const row = Math.floor(i / slateSize);
      for (let f = 0; f < types; f++) out[i * types + f] = this.probability(scorers, row, f, slates[i] as number);
    }
  }

  append(slots: readonly number[], slates: Int32Array, feedback: Uint8Array): void {
    const slateSize = slates.length / slots.length;
    slots.forEach((slot, row) => {
      const [from, to] = [row * slateSize, (row + 1) * slateSize];
      this.states.sequence(slot).append(slates.subarray(from, to), feedback.subarray(from, to));
    });
  }

  predictAll(slot: number, feedbackType: number, out: Float32Array): void {
    const scorers = this.scorers([slot]);
    for (let item = 0; item < out.length; item++) out[item] = this.probability(scorers, 0, feedbackType, item);
  }

  dispose(): void {
    this.states.dispose();
    this.region.release();
  }

  /** Of the mean product of scorer f and the item's encoding, the logit. */
  private probability(scorers: Float32Array, row: number, f: number, item: number): number {
    const { types, encoding } = this.trained.parts.network;
    const { encodings } = this.trained;
    const a = (row * types + f) * encoding;
    const b = item * encoding;
    let sum = 0;
    for (let c = 0; c < encoding; c++) sum += (scorers[a + c] as number) * (encodings[b + c] as number);
    return calibrated(this.calibrations[f] as Calibration, sum / encoding);
  }

  /** [slots, types, encoding] */
  private scorers(slots: readonly number[]): Float32Array {
    const { engine, network, store, features } = this.trained.parts;
    const { states, users, userRows, scorer } = this.buffers;
    const k = engine.kernels;
    const rows = slots.length;
    if (this.options.dropout > 0) {
      slots.forEach((slot, row) => {
        this.readDropped(slot, row);
      });
    } else {
      this.states.read(slots, states);
      engine.memory.integers(users.ids, rows).set(slots.map((slot) => this.states.sequence(slot).user));
      network.states.users.forward(k, store.weights, features.users.address, users, rows);
      network.states.joinUsers(k, rows, users.output, userRows, states);
    }
    network.score(k, store.weights, scorer, rows, states);
    return engine.memory.floats(scorer.scorers.address, rows * network.types * network.encoding);
  }

  /** One slot's state with dropout: the whole view is read anew, as the authors' code does in training mode. */
  private readDropped(slot: number, row: number): void {
    const { engine, network, store, features } = this.trained.parts;
    const { single, states } = this.buffers;
    const k = engine.kernels;
    const sequence = this.states.sequence(slot);
    const { length, user } = sequence;
    const { types } = network;
    const view = viewSequence(this.views, sequence, length, [length], types, network.states.start);
    const batch = network.states.load(engine.memory, single, [view]);
    const key = deriveKey(this.options.seed, "simulator dropout", slot, user, length);
    const dropout = { rate: this.options.dropout, key, firstRow: 0 };
    network.states.forward(k, store.weights, features, single, batch, dropout);
    const { address, ld } = single.states;
    k.copyRows(1, ld, address, ld, states.address + row * states.ld * 4, states.ld);
  }
}
