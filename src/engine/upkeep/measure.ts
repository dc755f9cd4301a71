/** How much room something takes, and when it was last written. Symbolic links are looked at, never followed. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LimitFunction } from "p-limit";
import { reasonOf } from "../regularFile.ts";
import { isMissing } from "../store/files.ts";

export interface Measured {
  readonly bytes: number;
  /** Milliseconds since 1970; of a folder that of its newest file. */
  readonly changedAt: number;
  /** Why a part could not be looked at. */
  readonly problem?: string;
}

/**
 * @param limit bounds how many paths are looked at together
 * @param apart absolute paths below it that do not count
 */
export async function measure(path: string, limit: LimitFunction, apart: ReadonlySet<string>): Promise<Measured> {
  let changedAt = 0;
  try {
    const found = await limit(() => lstat(path));
    changedAt = found.mtimeMs;
    // A trial's base shares files with its run: each counts for its part.
    if (!found.isDirectory()) return { bytes: found.size / found.nlink, changedAt };
    const names = await limit(() => readdir(path));
    const inner = names.map((name) => join(path, name)).filter((each) => !apart.has(each));
    const parts = await Promise.all(inner.map((each) => measure(each, limit, apart)));
    const all = parts.reduce(together, { bytes: 0, changedAt: 0 });
    return { ...all, changedAt: all.changedAt || changedAt };
  } catch (error) {
    // Somebody removed it meanwhile.
    return { bytes: 0, changedAt, ...(!isMissing(error) && { problem: reasonOf(error) }) };
  }
}

function together(a: Measured, b: Measured): Measured {
  const problem = a.problem ?? b.problem;
  return {
    bytes: a.bytes + b.bytes,
    changedAt: Math.max(a.changedAt, b.changedAt),
    ...(problem !== undefined && { problem }),
  };
}
