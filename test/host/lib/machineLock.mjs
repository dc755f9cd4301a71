// Mutual exclusion between processes of this machine.
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Binds a socket of the abstract namespace: the kernel frees the name when its owner ends, so no lock is ever stale. */
function tryBind(name) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(`\0${name}`, () => resolve(server));
  });
}

/** Runs `action` while no other process of this machine runs one under the same name; calls `onWait` once if it must wait. */
export async function withMachineLock(name, onWait, action) {
  let lock = await tryBind(name);
  if (!lock) onWait();
  while (!lock) {
    await sleep(500);
    lock = await tryBind(name);
  }
  try {
    return await action();
  } finally {
    await new Promise((resolve) => lock.close(resolve));
  }
}
