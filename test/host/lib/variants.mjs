// The two VS Code servers the extension is tested in, and what is particular to each.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const hostFolder = join(dirname(fileURLToPath(import.meta.url)), "..");
export const repositoryFolder = join(hostFolder, "..", "..");

/**
 * `outer` and `inner` are the native modules to compile: in the installation's own node_modules, and in those of the
 * VS Code server inside it. Everything else that is native comes prebuilt inside its package.
 */
export const variants = {
  current: {
    manifestFolder: hostFolder,
    outer: [],
    inner: ["@vscode/spdlog", "@vscode/native-watchdog"],
    tools: { python3: "python3", make: "make", "g++": "g++" },
    // The server ends by itself when its runner was killed; it runs test modules only with the smoke test driver.
    serverFlags: ["--idle-timeout-seconds", "300", "--vscode-option", "enable-smoke-test-driver"],
  },
  floor: {
    manifestFolder: join(hostFolder, "floor"),
    outer: ["argon2"],
    inner: ["@vscode/spdlog", "native-watchdog", "node-pty", "@parcel/watcher"],
    tools: { python3: "python3", make: "make", "g++": "g++", rg: "ripgrep" },
    serverFlags: [],
  },
};

/** Where installations live: outside the checkout, so that every clone on a machine shares them. */
const cacheFolder = () =>
  process.env.LERL_HOST_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "lerl-host");

/** The installation's folder; its name changes with the lock file and with the steps that install it. */
export function installationFolder(name) {
  const { manifestFolder, outer, inner } = variants[name];
  const hash = createHash("sha256");
  for (const file of [join(manifestFolder, "package-lock.json"), join(hostFolder, "lib", "installation.mjs")]) {
    hash.update(readFileSync(file));
  }
  hash.update(JSON.stringify([process.platform, process.arch, outer, inner]));
  return join(cacheFolder(), `${name}-${hash.digest("hex").slice(0, 16)}`);
}
