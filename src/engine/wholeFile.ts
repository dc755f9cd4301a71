/**
 * Replaces files in one step: the next content is written beside, under a name that nobody can foresee, and renamed. What
 * killed processes leave of that is known by its name, wherever it lies.
 */
import { randomBytes } from "node:crypto";
import { open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes a new file, its content at once or in parts, and waits until it has reached the disk. What stands there already fails with EEXIST. */
export async function writeDurably(file: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await writeFile(handle, content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes renames inside a folder durable. Windows offers no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file: whoever reads it finds the old content or the new. Errors of the system pass unchanged; the old file is then untouched. */
export async function replaceWhole(file: string, content: string | Uint8Array): Promise<void> {
  const beside = nameBeside(file);
  try {
    await writeDurably(beside, content);
    await rename(beside, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Whether a file is what a killed process left of one it was replacing; versions before had names of three kinds. */
export const isLeftover = (name: string): boolean =>
  /[.-][0-9a-f]{16}\.tmp$|\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/.test(name);

/** A name for the next content of a file, which nobody can foresee. */
export const nameBeside = (file: string): string => `${file}.${randomBytes(8).toString("hex")}.tmp`;

/** Nothing takes so long to be replaced, in milliseconds. */
const LEFT_AFTER_MS = 3_600_000;

/**
 * Removes what killed processes left of files they were replacing.
 * @param owned the folder is this process's alone; where it is not, others may be replacing files in it now
 */
export async function sweepLeftovers(folder: string, owned: boolean): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isLeftover(name)) continue;
    const file = join(folder, name);
    const found = owned ? undefined : await stat(file).catch(() => undefined);
    if (owned || (found && Date.now() - found.mtimeMs > LEFT_AFTER_MS)) await rm(file, { force: true });
  }
}
