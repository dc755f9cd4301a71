/** States of running sessions: keys and values kept per slot and extended by what is new (docs/method.md, section 5). */
import type { Address } from "../tensor/kernels.ts";
import type { EncoderCache, EncoderWorkspace, Extension } from "../tensor/layers/causalEncoder.ts";
import { type Matrix, matrix } from "../tensor/layers/matrix.ts";
import { plan, type Region } from "../tensor/memory.ts";
import type { Tape } from "../tensor/tape.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import type { StateEncoder } from "./stateEncoder.ts";
import type { TokenSequence } from "./tokenSequence.ts";
import { type Views, viewSequence } from "./views.ts";

/** Extensions are spread over this many tapes, so that threads can share them. */
const LANES = 4;
/** Tokens one lane takes at a time, if a single session does not need more. */
const LANE_TOKENS = 256;

/** An encoder with its parameters. */
export interface EncoderInForce {
  readonly engine: TensorEngine;
  readonly encoder: StateEncoder;
  readonly weights: Address;
  /** Counts changes of the parameters; whatever was computed from an older version is stale. */
  readonly version: number;
  /** Encodings of all items and, last, of the start token, [items + 1, encoding]. */
  itemEncodings(): Matrix;
}

interface SlotState {
  sequence: TokenSequence | undefined;
  /** What the cache holds: tokens read from `origin` on, by this version of the parameters. */
  tokens: number;
  origin: number;
  version: number;
}

interface Lane {
  readonly workspace: EncoderWorkspace;
  readonly capacity: number;
  readonly tape: Tape;
  readonly extensions: Extension[];
  tokens: number;
}

export class RunningStates {
  private readonly slots: SlotState[];
  private readonly cache: EncoderCache;
  private readonly lanes: readonly Lane[];
  private readonly regions: Region[] = [];
  /** [slots, history width]: the newest history encoding of every slot. */
  private readonly newest: Matrix;

  constructor(
    private readonly model: EncoderInForce,
    private readonly views: Views,
    slots: number,
  ) {
    const { engine, encoder } = model;
    const { memory } = engine;
    const { history } = encoder;
    this.slots = Array.from({ length: slots }, () => ({ sequence: undefined, tokens: 0, origin: 0, version: -1 }));
    this.cache = history.cache(memory, slots);
    const capacity = Math.max(LANE_TOKENS, views.positions);
    this.lanes = Array.from({ length: LANES }, () => {
      const { value: workspace, region } = plan(memory, (arena) => history.workspace(arena, capacity, capacity));
      this.regions.push(region);
      return { workspace, capacity, tape: engine.tape(), extensions: [], tokens: 0 };
    });
    const { value, region } = plan(memory, (arena) => arena.floats(slots * history.width));
    this.newest = matrix(value, history.width);
    this.regions.push(region, this.cache.region);
  }

  open(slot: number, sequence: TokenSequence): void {
    this.slots[slot] = { sequence, tokens: 0, origin: 0, version: -1 };
  }

  sequence(slot: number): TokenSequence {
    const sequence = this.slots[slot]?.sequence;
    if (sequence === undefined) throw new Error(`slot ${slot} has no open session`);
    return sequence;
  }

  /** History encodings of the slots' sessions as they stand, copied row by row to `out`. */
  read(slots: readonly number[], out: Matrix): void {
    const { engine } = this.model;
    const itemEncodings = this.model.itemEncodings();
    const pending = slots.map((slot) => this.extension(slot)).filter((extension) => extension !== undefined);
    // Long extensions first, so that the lanes come out even.
    pending.sort((a, b) => b.count - a.count || a.slot - b.slot);
    while (pending.length > 0) {
      this.fillLanes(pending);
      const busy = this.lanes.filter((lane) => lane.extensions.length > 0);
      for (const lane of busy) this.record(lane, itemEncodings);
      engine.run(busy.map(({ tape }) => tape));
    }
    const { address, ld } = this.newest;
    slots.forEach((slot, row) => {
      engine.kernels.copyRows(1, ld, address + slot * ld * 4, ld, out.address + row * out.ld * 4, out.ld);
    });
  }

  dispose(): void {
    for (const region of this.regions) region.release();
    for (const { tape } of this.lanes) tape.dispose();
  }

  /** What the slot's cache lacks, if anything; the slot is taken to hold it from now on. */
  private extension(slot: number): Extension | undefined {
    const { length } = this.sequence(slot);
    const state = this.slots[slot] as SlotState;
    const origin = this.views.origin(length);
    const { version } = this.model;
    const kept = state.version === version && state.origin === origin && !this.views.reshaped;
    const known = kept ? state.tokens : origin;
    const unchanged = state.version === version && state.tokens === length;
    Object.assign(state, { tokens: length, origin, version });
    return unchanged ? undefined : { slot, position: known - origin, count: length - known };
  }

  private fillLanes(pending: Extension[]): void {
    for (const lane of this.lanes) {
      lane.extensions.length = 0;
      lane.tokens = 0;
    }
    while (pending.length > 0) {
      const next = pending[0] as Extension;
      const lane = this.lanes.reduce((best, other) => (other.tokens < best.tokens ? other : best));
      if (lane.tokens + next.count > lane.capacity) return;
      lane.extensions.push(next);
      lane.tokens += next.count;
      pending.shift();
    }
  }

  private record({ tape, workspace: w, extensions, tokens }: Lane, items: Matrix): void {
    const { engine, encoder, weights } = this.model;
    const { memory } = engine;
    const { history, start, shape } = encoder;
    const types = shape.feedbackWidth;
    const itemRows = memory.integers(w.itemRows, tokens);
    const positions = memory.integers(w.positions, tokens);
    const feedback = memory.floats(w.feedback, tokens * types);
    let row = 0;
    for (const { slot, position, count } of extensions) {
      const sequence = this.sequence(slot);
      const view = viewSequence(this.views, sequence, sequence.length, [], types, start);
      itemRows.set(view.items.subarray(position), row);
      feedback.set(view.feedback.subarray(position * types), row * types);
      for (let i = 0; i < count; i++) positions[row + i] = position + i;
      row += count;
    }
    tape.clear();
    history.extend(tape.kernels, weights, w, this.cache, extensions, items);
    extensions.forEach(({ slot }, i) => {
      const { address, ld } = w.output;
      const to = this.newest.address + slot * ld * 4;
      tape.kernels.copyRows(1, ld, address + i * ld * 4, ld, to, ld);
    });
  }
}
