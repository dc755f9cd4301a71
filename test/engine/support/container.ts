/** Processes that see no others: as in a container that shares a folder with its host. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const kinds = [
  ["--pid", "--fork", "--mount-proc"],
  ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"],
];

/** What a command begins with to run in a PID namespace of its own; undefined, and said, where the system does not let us. */
export function container(): readonly [string, ...string[]] | undefined {
  const found = kinds.find((flags) => spawnSync("unshare", [...flags, "true"]).status === 0);
  if (found) return ["unshare", ...found];
  console.log("No PID namespace can be made here (unshare): tests of two writers in containers are left out.");
  return undefined;
}

/** The id, seen from outside, of the process that `unshare` has started inside. */
export function inside(unshare: number): number {
  return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, "utf8").trim().split(" ")[0]);
}
