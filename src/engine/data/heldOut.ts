/** Users whom training never sees, so that evaluations measure what a policy does for strangers (docs/method.md, section 13). */
import { deriveKey } from "../math/random.ts";
import { activeUsers, type Dataset } from "./dataset.ts";
import { perDataset } from "./perDataset.ts";

/** Of the users with a history. */
const SHARE = 0.2;
/** With fewer users who have a history nobody is held out: one or two would stand for all. */
export const FEWEST_USERS = 10;

/**
 * The data with a fifth of its users held out: those whose ids hash lowest. Neither a seed nor the order of the users
 * matters, so no run was trained on a user that another one is evaluated on. Unchanged where there are too few.
 */
export const withHeldOut = perDataset((dataset): Dataset => {
  const active = activeUsers(dataset);
  if (active.length < FEWEST_USERS) return dataset;
  const hashes = Uint32Array.from(active, (user) => deriveKey("held out", dataset.userIds[user] as string));
  const bound = hashes.toSorted()[Math.ceil(SHARE * active.length) - 1] as number;
  const heldOut = new Uint8Array(dataset.users);
  active.forEach((user, i) => {
    if ((hashes[i] as number) <= bound) heldOut[user] = 1;
  });
  return { ...dataset, heldOut };
});

/** By row of the log: whether it is a user's that training sees. */
export function trainingRows({ log: { items, offsets }, heldOut }: Dataset): Uint8Array {
  const rows = new Uint8Array(items.length).fill(1);
  heldOut?.forEach((isOut, user) => {
    if (isOut) rows.fill(0, offsets[user], offsets[user + 1]);
  });
  return rows;
}
