/** A model server for every test of the file that imports this one, and the address to ask it at. */
import type { LLMock, Mountable } from "@copilotkit/aimock";
import { afterEach, beforeEach } from "vitest";
import { hangUp, startServer } from "./modelServer.ts";

export let server: LLMock;
export let base: string;
let mounts = 0;

/** A new server in the place of one that was stopped. */
export async function restart(port = 0): Promise<void> {
  server = await startServer(port);
  base = `${server.url}/v1`;
}

/** From here on `base` is an address whose every path is answered by the mount. */
export function remount(mount: Mountable): void {
  const path = `/mount-${mounts++}/v1`;
  server.mount(path, mount);
  base = `${server.url}${path}`;
}

beforeEach(() => restart());

afterEach(() => {
  hangUp();
  return server.stop();
});
