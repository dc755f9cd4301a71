/**
 * What a session is expected to earn, whoever plans it: mostly the user's doing. What is left of a score says something of
 * the session (docs/method.md, section 2).
 */
import * as z from "zod";
import type { History } from "../data/dataset.ts";

/** A session's weight falls by this with every later one: the policy learns, and what is usual rises. */
const FADING = 1 - 1 / 200;
/** Squared difference of click rates that the slope is drawn to 0 by: about that of three sessions. */
const RIDGE = 0.05;
/** Sessions of a user that the line counts for: users differ much more than the sessions of one. */
const LINE_WEIGHT = 0.25;
/** Users remembered; of more, those who came last. */
const MOST_USERS = 20_000;

export const expectationStateSchema = z
  .strictObject({
    /** Faded sums over sessions: of weights, x, y, x^2 and x y. */
    sums: z
      .strictObject({ weight: z.number(), x: z.number(), y: z.number(), xx: z.number(), xy: z.number() })
      .readonly(),
    /** By user, whoever came last at the end: sessions, and what they scored above the line in all. */
    users: z.array(z.tuple([z.string(), z.int(), z.number()]).readonly()).readonly(),
  })
  .readonly();
export type ExpectationState = z.output<typeof expectationStateSchema>;

export interface ScoredSession {
  readonly user: string;
  /** Of the user before the session: `loggedClickRate`. */
  readonly clickRate: number;
  readonly score: number;
}

/** A line through logged click rate and score, fitted to the sessions of late, and each user's own distance from it. */
export class SessionExpectation {
  private sums: ExpectationState["sums"] = { weight: 0, x: 0, y: 0, xx: 0, xy: 0 };
  private readonly users = new Map<string, { readonly sessions: number; readonly above: number }>();

  /** Takes in what ended together, then tells what each was expected to score: in order, in units of the scores. */
  observe(ended: readonly ScoredSession[]): readonly number[] {
    for (const { clickRate: x, score: y } of ended) {
      const { sums } = this;
      this.sums = {
        weight: FADING * sums.weight + 1,
        x: FADING * sums.x + x,
        y: FADING * sums.y + y,
        xx: FADING * sums.xx + x * x,
        xy: FADING * sums.xy + x * y,
      };
    }
    return ended.map(({ user, clickRate, score }) => {
      const line = this.lineAt(clickRate);
      const { sessions, above } = this.users.get(user) ?? { sessions: 0, above: 0 };
      this.remember(user, sessions + 1, above + score - line);
      return line + above / (sessions + LINE_WEIGHT);
    });
  }

  state(): ExpectationState {
    return { sums: this.sums, users: [...this.users].map(([user, { sessions, above }]) => [user, sessions, above]) };
  }

  restore({ sums, users }: ExpectationState): void {
    this.sums = sums;
    this.users.clear();
    for (const [user, sessions, above] of users) this.users.set(user, { sessions, above });
  }

  private lineAt(clickRate: number): number {
    const { weight, x, y, xx, xy } = this.sums;
    const slope = (xy - (x * y) / weight) / (xx - (x * x) / weight + RIDGE);
    return y / weight + slope * (clickRate - x / weight);
  }

  private remember(user: string, sessions: number, above: number): void {
    this.users.delete(user);
    this.users.set(user, { sessions, above });
    const [first] = this.users.keys();
    if (this.users.size > MOST_USERS && first !== undefined) this.users.delete(first);
  }
}

/** Share of clicks in a user's logged history, drawn towards one half by two rows; one half without any. */
export function loggedClickRate({ items, feedback }: History): number {
  let clicks = 0;
  for (let i = 0; i < items.length; i++) clicks += (feedback[i] as number) & 1;
  return (clicks + 1) / (items.length + 2);
}
