/** What every file of a run shares: durable writing, replacement in one step, and errors a person can act on. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError, LerlError, messageOf } from "../errors.ts";
import { checked } from "../regularFile.ts";

const inTheWay = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "EISDIR", "ENAMETOOLONG", "ENOENT"]);
const noSpace = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** The system's code of a failed call, for example `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

export function isMissing(error: unknown): boolean {
  return systemCode(error) === "ENOENT";
}

/**
 * A failed file operation as the error to show: a path that cannot be written is the user's to change, a full disk to
 * empty. Errors that already speak to a person pass unchanged.
 */
export function fileError(error: unknown, path: string): LerlError {
  if (error instanceof LerlError) return error;
  const code = systemCode(error) ?? "";
  if (code === "ELOOP") return linkError(path, error);
  if (inTheWay.has(code)) {
    return new InputError(
      "store.unwritable",
      `${path}: cannot be written (${messageOf(error)}). Choose another folder, or change its permissions.`,
      { cause: error },
    );
  }
  if (noSpace.has(code)) {
    return new LerlError(
      "store.disk-full",
      `${path}: no space left to write it (${code}). What was saved before is intact: free some space and resume.`,
      { cause: error },
    );
  }
  return new LerlError("store.failed", `${path}: ${messageOf(error)}`, { cause: error });
}

/** A symbolic link stands where this process would write. */
export function linkError(path: string, cause?: unknown): InputError {
  return new InputError(
    "store.link",
    `${path}: a symbolic link, and links are not followed for writing. Remove it, or put what it points to there.`,
    { cause },
  );
}

/**
 * Makes a folder and those above it that are missing. Node's own recursive `mkdir` never ends below a folder that takes
 * none and says so with ENOENT, as /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (systemCode(error) === "EEXIST" && (await isFolder(folder))) return;
    const above = dirname(folder);
    // A root that is missing, as a drive may be, has nothing above it.
    if (above === folder || !isMissing(error) || (await isFolder(above))) throw error;
    await makeFolder(above);
    await makeFolder(folder);
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Does something with what was begun, and undoes that where it fails. */
export async function orUndo<T>(work: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undo();
    throw error;
  }
}

/**
 * How a file is opened that is changed in place: never by way of a symbolic link, and never waiting. Windows knows neither:
 * there a link is followed, and only who may make links can put one there.
 */
const CHANGING = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
export const appending = CHANGING | constants.O_CREAT | constants.O_APPEND;

/** Opens a file to change it in place. @throws InputError `file.not-regular`; a symbolic link fails with ELOOP */
export async function openToChange(file: string): Promise<FileHandle> {
  return checked(await open(file, CHANGING), file);
}

/** Writes a new file and waits until its content has reached the disk. What stands there already fails with EEXIST. */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(content);
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

/** Whether a file is what a killed process left of one it was replacing. */
export const isLeftover = (name: string): boolean => /\.[0-9a-f]{16}\.tmp$/.test(name);

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

/**
 * Replaces a file in one step: whoever reads it, and whenever this process dies, finds the old content or the new.
 *
 * @throws InputError `store.unwritable`, LerlError `store.disk-full`; the old file is then untouched
 */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const beside = nameBeside(file);
  try {
    await writeDurably(beside, content);
    await rename(beside, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw fileError(error, file);
  }
}

/** Removes a file that may be there, before anything is written after. @throws InputError `store.unwritable` */
export async function removeDurably(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
    await syncFolder(dirname(file));
  } catch (error) {
    throw fileError(error, file);
  }
}

/**
 * JSON text of a value. JSON has no NaN or Infinity and would silently hold null instead; that is refused here.
 *
 * @throws LerlError `store.not-finite` naming the key, `store.not-json`
 */
export function toJson(value: unknown, space?: number): string {
  const text: string | undefined = JSON.stringify(value, undefined, space);
  if (text === undefined) throw new LerlError("store.not-json", `A ${typeof value} cannot be written as JSON.`);
  if (text.includes("null")) {
    JSON.stringify(value, (key, part: unknown) => {
      if (typeof part === "number" && !Number.isFinite(part)) {
        throw new LerlError(
          "store.not-finite",
          `"${key}" is ${part}, which JSON cannot hold; only finite numbers can.`,
        );
      }
      return part;
    });
  }
  return text;
}
