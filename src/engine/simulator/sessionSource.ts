/** Which user comes next, and with which click uniforms (docs/method.md, sections 4 and 13). */
import * as z from "zod";
import type { Experiment } from "../../protocol/experiment.ts";
import { activeUsers, type Dataset, type UserIndex } from "../data/dataset.ts";
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
  private readonly users: Int32Array;
  /** [users + 1] logged rows of the users before. */
  private readonly rows: Int32Array;

  /**
   * @param whom of them it draws; all by default
   * @throws InputError when nobody in the data set has a logged interaction
   */
  constructor(
    dataset: Dataset,
    private readonly draw: UserDraw,
    whom: (user: UserIndex) => boolean = () => true,
  ) {
    const { offsets } = dataset.log;
    this.users = activeUsers(dataset).filter(whom);
    if (this.users.length === 0) {
      throw new InputError(
        "data.no-interactions",
        `The data set "${dataset.name}" has no logged interaction, so no user can be simulated; check its interaction file.`,
      );
    }
    this.rows = new Int32Array(this.users.length + 1);
    this.users.forEach((user, i) => {
      this.rows[i + 1] = (this.rows[i] as number) + (offsets[user + 1] as number) - (offsets[user] as number);
    });
  }

  sample(random: RandomStream): UserIndex {
    const { users, rows } = this;
    if (this.draw === "users") return users[random.integer(users.length)] as number;
    return users[this.ownerOf(random.integer(rows[users.length] as number))] as number;
  }

  /** Place of the user whose rows contain a row. */
  private ownerOf(row: number): number {
    let low = 0;
    let high = this.users.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.rows[middle] as number) <= row) low = middle;
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
