// Processes known by a mark in their environment: children inherit it, so it finds them whatever group they moved to.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One that the product hands on: its processes get the variables they need, and no others. */
export const markVariable = "XDG_SESSION_ID";

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // ended meanwhile, or another user's
  }
}

/** Every live process started under `mark`: { pid, command }. A zombie has no environment and does not count. */
export function markedProcesses(mark) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(pid, "environ").split("\0").includes(`${markVariable}=${mark}`))
    .map((pid) => ({ pid: Number(pid), command: read(pid, "cmdline").replaceAll("\0", " ").trim() }));
}

const signalAll = (processes, signal) => {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }
};

/** Ends the extension hosts under `mark`; their windows are gone. */
export const endExtensionHosts = (mark) =>
  signalAll(
    markedProcesses(mark).filter(({ command }) => command.includes("--type=extensionHost")),
    "SIGKILL",
  );

/** Waits until no process carries the mark, then kills what is left; returns the killed. */
export async function endMarkedProcesses(mark, graceMs) {
  const deadline = Date.now() + graceMs;
  while (markedProcesses(mark).length > 0 && Date.now() < deadline) await sleep(50);
  const survivors = markedProcesses(mark);
  signalAll(survivors, "SIGKILL");
  while (markedProcesses(mark).length > 0) await sleep(20);
  return survivors;
}
