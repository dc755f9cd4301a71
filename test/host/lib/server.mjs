// The VS Code server as a child process: its own folders, its own socket behind a gate, its own process group.
import { spawn } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openGate } from "./gate.mjs";
import { endMarkedProcesses, markVariable } from "./processes.mjs";

const startTimeoutMs = 30_000;
const stopGraceMs = 8_000;

/** The caller's environment without what would leak into the server: npm's and Node's own settings, other VS Codes. */
function serverEnvironment(scratch) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VSCODE_|XDG_)/i.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: scratch.home,
    TMPDIR: scratch.temporary,
    [markVariable]: scratch.root,
    LERL_HOST_DRIVER: driverSocket(scratch),
    LERL_HOST_JOB: jobFile(scratch),
  };
}

export const driverSocket = (scratch) => join(scratch.root, "driver.sock");
export const jobFile = (scratch) => join(scratch.root, "job.json");

const folderFlags = (scratch) => [
  ...["--config", "/dev/null"],
  ...["--user-data-dir", scratch.userData, "--extensions-dir", scratch.extensions],
];

const isHealthy = (socketPath) =>
  new Promise((resolve) => {
    request({ socketPath, path: "/healthz" }, (reply) => resolve(reply.resume().statusCode === 200))
      .once("error", () => resolve(false)) // not listening yet
      .end();
  });

function spawnServer(host, scratch, flags, logFile) {
  const log = createWriteStream(logFile, { flags: "a" });
  const child = spawn(host.node, [host.entry, ...folderFlags(scratch), ...flags], {
    cwd: scratch.root,
    env: serverEnvironment(scratch),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const ended = new Promise((resolve) => child.once("close", resolve));
  return { child, ended };
}

/** Installs packaged extensions as a user would, all in one go. */
export async function installExtensions(host, scratch, packages) {
  if (packages.length === 0) return;
  const logFile = join(scratch.root, "install-extensions.log");
  const flags = packages.flatMap((path) => ["--install-extension", path]);
  const { ended } = spawnServer(host, scratch, flags, logFile);
  if ((await ended) !== 0) throw new Error(`Installing extensions failed:\n${readFileSync(logFile, "utf8")}`);
}

/**
 * Starts the server and waits until it answers. It listens on a socket in its own folder, which only this user may enter,
 * and is reached by `origin` with `credentials`. `ended` resolves when the server is gone. `stop()` ends its whole group
 * and resolves to the processes that outlived the grace period and had to be killed: an extension that leaves such a
 * process has a fault.
 */
export async function startServer(host, scratch, serverFlags) {
  const socketPath = join(scratch.root, "server.sock");
  const logFile = join(scratch.root, "server.log");
  const { child, ended } = spawnServer(
    host,
    scratch,
    [
      ...["--socket", socketPath, "--socket-mode", "600", "--auth", "none", "--disable-proxy"],
      ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
      ...serverFlags,
    ],
    logFile,
  );

  let gate;
  let stopping;
  const stop = () => {
    stopping ??= (async () => {
      try {
        gate?.close();
        process.kill(-child.pid, "SIGTERM");
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
      const survivors = await endMarkedProcesses(scratch.root, stopGraceMs);
      await ended;
      return survivors;
    })();
    return stopping;
  };

  const deadline = Date.now() + startTimeoutMs;
  while (!(await isHealthy(socketPath))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`The VS Code server did not start:\n${readFileSync(logFile, "utf8")}`);
    }
    await sleep(50);
  }
  gate = await openGate(socketPath);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return { ...gate, logFile, ended, stop, isRunning };
}
