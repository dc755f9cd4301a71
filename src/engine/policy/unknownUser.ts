/** How a policy knows the users it serves: by their own ids, or as the unknown user (docs/method.md, section 13). */
import type { Dataset } from "../data/dataset.ts";
import { RandomStream } from "../math/random.ts";
import type { Session } from "../simulator/session.ts";

/** Share of training's sessions whose user is taken for the unknown one, so that it is trained too. */
const UNKNOWN_SHARE = 0.1;

/** The user that the encoder reads a session with (`StateEncoderShape.unknownUser`). */
export type UserIdentity = (session: KnownSession) => number;
type KnownSession = Pick<Session, "user" | "key" | "number">;

/**
 * Users who are held out are unknown; in training now and then others are, by a stream of the session's own, so that a
 * checkpoint keeps nothing of it.
 * @param seed of the run, where it trains
 */
export function userIdentity({ heldOut, users }: Dataset, seed?: number): UserIdentity {
  if (!heldOut) return ({ user }) => user;
  const isDisguised = ({ key, number }: KnownSession): boolean =>
    seed !== undefined && new RandomStream(seed, "unknown user", key, number).uniform() < UNKNOWN_SHARE;
  return (session) => (heldOut[session.user] || isDisguised(session) ? users + session.user : session.user);
}
