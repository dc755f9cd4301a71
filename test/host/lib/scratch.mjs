// The temporary folder of one server: everything it writes is inside, and its path marks its processes.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endMarkedProcesses } from "./processes.mjs";

const prefix = "lerl-host-";
const ownerFile = "owner";

export function createScratch() {
  const root = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(root, ownerFile), String(process.pid));
  const folder = (name) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  return {
    root,
    userData: folder("user"),
    extensions: folder("extensions"),
    home: folder("home"),
    temporary: folder("tmp"),
    workspaces: folder("workspaces"),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

const isAlive = (pid) => existsSync(`/proc/${pid}`);

/** Ends and removes what a runner left that was killed before it could clean up. */
export async function sweepAbandoned(log) {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const root = join(tmpdir(), name);
    const owner = existsSync(join(root, ownerFile)) ? readFileSync(join(root, ownerFile), "utf8") : "";
    if (owner === "" || isAlive(owner)) continue;
    log(`removing ${root}, left by process ${owner}`);
    await endMarkedProcesses(root, 0);
    rmSync(root, { recursive: true, force: true });
  }
}
