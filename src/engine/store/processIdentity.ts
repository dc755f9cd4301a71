/** Tells processes apart beyond their ids, which the system hands out again, and says where ids mean anything. */
import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { promisify } from "node:util";
import { systemCode } from "./files.ts";

/** Where a process runs. Ids and start times say something to processes of the same place only. */
export interface Place {
  readonly host: string;
  /** Of the start of the system, where it has a name: Linux. */
  readonly boot?: string;
  /** A container has its own: Linux. */
  readonly pidNamespace?: string;
}

export function ownPlace(): Place {
  const boot = textOf("/proc/sys/kernel/random/boot_id");
  const pidNamespace = linkOf("/proc/self/ns/pid");
  return { host: hostname(), ...(boot !== undefined && { boot }), ...(pidNamespace !== undefined && { pidNamespace }) };
}

/**
 * When a process of this place started, as an opaque text that no later process with the same id repeats; `unknown` where
 * the system does not tell; undefined if no such process runs. A zombie counts as ended: it writes no more.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  return process.platform === "linux" ? startFromProc(pid) : startFromTool(pid);
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
  // Mounted for another PID namespace, it tells of other processes with these ids.
  if (linkOf("/proc/self") !== String(process.pid)) return "unknown";
  const stat = textOf(`/proc/${pid}/stat`);
  // Ended since, or hidden.
  if (stat === undefined) return exists(pid) ? "unknown" : undefined;
  // The second field, the command's name in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return `${textOf("/proc/sys/kernel/random/boot_id") ?? "boot"} ${fields[19]}`;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** A program of the system that tells when a process started. */
export interface StartTool {
  /** Absolute: the current folder may be anybody's. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** What it printed -> the start; undefined where that is none. */
  readonly read: (output: string) => string | undefined;
}

export function startTool(
  platform: NodeJS.Platform,
  pid: number,
  { SystemRoot = "C:\\Windows" } = process.env,
): StartTool {
  if (platform === "win32") {
    const query = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
    return {
      file: `${SystemRoot}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`,
      args: ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", query],
      env: { SystemRoot },
      // 100 ns since 1601. A process of another user prints nothing.
      read: (output) => /^\d{17,19}$/.exec(output.trim())?.[0],
    };
  }
  return {
    file: "/bin/ps",
    args: ["-o", "lstart=", "-p", String(pid)],
    env: { LC_ALL: "C", TZ: "UTC" },
    // "Sun Nov 29 14:02:03 2026"
    read: (output) => /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.exec(output.trim())?.[0],
  };
}

/** Asking takes up to a second on Windows; a list asks of the same process for every run of its. */
const REMEMBERED_MS = 10_000;
const TOOL_PATIENCE_MS = 20_000;
const asked = new Map<number, { readonly start: Promise<string>; readonly at: number }>();

/** This process's own never changes. */
function startFromTool(pid: number): Promise<string> {
  const known = asked.get(pid);
  if (known && (pid === process.pid || performance.now() - known.at < REMEMBERED_MS)) return known.start;
  const start = ask(startTool(process.platform, pid));
  asked.set(pid, { start, at: performance.now() });
  return start;
}

async function ask({ file, args, env, read }: StartTool): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args, { env, timeout: TOOL_PATIENCE_MS, windowsHide: true });
    return read(stdout) ?? "unknown";
  } catch {
    return "unknown";
  }
}
