/** Tells processes apart beyond their ids, which the system hands out again. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { systemCode } from "./files.ts";

/**
 * When a process started, as an opaque text that no later process with the same id repeats; `unknown` where the system
 * does not tell; undefined if no such process runs. A zombie counts as ended: it writes no more.
 */
export function processStart(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  if (process.platform === "linux") return startFromProc(pid);
  if (process.platform === "win32") return "unknown";
  return startFromPs(pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** Field 22 of /proc/<pid>/stat counts clock ticks since boot, so the boot's id belongs to it. */
function startFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // Ended since, or /proc is hidden or not mounted.
    return exists(pid) ? "unknown" : undefined;
  }
  // The second field, the command's name in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return `${bootId()} ${fields[19]}`;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "boot";
  }
}

function startFromPs(pid: number): string {
  try {
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env }).trim() || "unknown";
  } catch {
    return "unknown";
  }
}
