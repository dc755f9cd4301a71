/** Which user comes next, and with which click uniforms (docs/method.md, sections 4 and 13). */
import * as z from "zod";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset, UserIndex } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import { RandomStream, type StreamState, streamStateSchema } from "../math/random.ts";

export type UserDraw = Experiment["simulator"]["drawUsers"];

export const sessionStartSchema = z.strictObject({
  number: z.int(),
  /** `UserIndex` */
  user: z.int(),
  /** Key of the session's click uniforms. */
  key: z.int(),
});
export type SessionStart = Readonly<z.output<typeof sessionStartSchema>>;

export interface SessionSource {
  /** The next session of a slot; undefined: none is left and the slot falls idle. */
  next(slot: number): SessionStart | undefined;
  /** What a checkpoint must keep (plain JSON). */
  state(): unknown;
  restore(state: unknown): void;
}

/** Draws users with at least one logged interaction. */
export class UserSampler {
  private readonly active: Int32Array;

  /** @throws InputError when nobody in the data set has a logged interaction */
  constructor(
    private readonly dataset: Dataset,
    private readonly draw: UserDraw,
  ) {
    const { offsets } = dataset.log;
    this.active = Int32Array.from({ length: dataset.users }, (_, user) => user).filter(
      (user) => (offsets[user + 1] as number) > (offsets[user] as number),
    );
    if (this.active.length === 0) {
      throw new InputError(
        "data.no-interactions",
        `The data set "${dataset.name}" has no logged interaction, so no user can be simulated; check its interaction file.`,
      );
    }
  }

  sample(random: RandomStream): UserIndex {
    if (this.draw === "users") return this.active[random.integer(this.active.length)] as number;
    return this.ownerOf(random.integer(this.dataset.log.items.length));
  }

  /** The user whose rows contain a row of the log. */
  private ownerOf(row: number): UserIndex {
    const { offsets } = this.dataset.log;
    let low = 0;
    let high = this.dataset.users;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((offsets[middle] as number) <= row) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** What `DrawnSessions` keeps, per slot. */
export const drawnStateSchema = z.strictObject({
  streams: z.array(streamStateSchema).min(1).readonly(),
  numbers: z.array(z.int()).readonly(),
});
type DrawnState = z.output<typeof drawnStateSchema>;

/**
 * Endless sessions for training. Each slot has a stream of its own, so N users in one environment meet the same
 * sessions as N environments of one user with `firstSlot` 0 .. N - 1.
 */
export class DrawnSessions implements SessionSource {
  private readonly streams: readonly RandomStream[];
  private readonly numbers: number[];

  constructor(
    private readonly sampler: UserSampler,
    seed: number,
    slots: number,
    firstSlot = 0,
  ) {
    this.streams = Array.from({ length: slots }, (_, slot) => new RandomStream(seed, "environment", firstSlot + slot));
    this.numbers = new Array<number>(slots).fill(0);
  }

  next(slot: number): SessionStart {
    const random = this.streams[slot];
    if (!random) throw new RangeError(`slot ${slot} of ${this.streams.length}`);
    const number = this.numbers[slot] as number;
    this.numbers[slot] = number + 1;
    return { number, user: this.sampler.sample(random), key: random.word() };
  }

  state(): DrawnState {
    return { streams: this.streams.map((stream) => stream.state()), numbers: [...this.numbers] };
  }

  restore(state: unknown): void {
    const { streams, numbers } = drawnStateSchema.parse(state);
    for (const [slot, stream] of this.streams.entries()) {
      stream.restore(streams[slot] as StreamState);
      this.numbers[slot] = numbers[slot] as number;
    }
  }
}

/**
 * A fixed list of sessions for evaluation, handed to whichever slot is free. What happens in a session depends on its
 * user and key alone, so every policy meets the same users and the same click uniforms; `number` pairs their rows.
 */
export class ListedSessions implements SessionSource {
  private served = 0;

  constructor(private readonly sessions: readonly SessionStart[]) {}

  next(): SessionStart | undefined {
    const session = this.sessions[this.served];
    if (session) this.served++;
    return session;
  }

  state(): number {
    return this.served;
  }

  restore(state: unknown): void {
    this.served = z.int().parse(state);
  }
}

/** The evaluation's sessions (section 13): the same for every policy and every run with this seed. */
export function evaluationSessions(sampler: UserSampler, seed: number, sessions: number): readonly SessionStart[] {
  const random = new RandomStream(seed, "evaluation");
  return Array.from({ length: sessions }, (_, number) => ({
    number,
    user: sampler.sample(random),
    key: random.word(),
  }));
}
