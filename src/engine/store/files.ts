/** What every file of a run shares: replacement in one step (wholeFile.ts), changing in place, and errors a person can act on. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { type FileHandle, mkdir, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError, LerlError, messageOf } from "../errors.ts";
import { checked, reasonOf } from "../regularFile.ts";
import { nameBeside, replaceWhole, syncFolder } from "../wholeFile.ts";

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
    const remedy =
      code === "EISDIR"
        ? "A folder stands in its place: move it away."
        : "Choose another folder, or change its permissions.";
    const reason = code === "ENOENT" && !existsSync(dirname(path)) ? "its folder is not there" : reasonOf(error);
    return new InputError("store.unwritable", `${path}: cannot be written (${reason}). ${remedy}`, {
      cause: error,
    });
  }
  if (noSpace.has(code)) {
    return new LerlError(
      "store.disk-full",
      `${path}: no space left to write it (${code}). What was saved before is intact: free some space and try again.`,
      { cause: error },
    );
  }
  return new LerlError("store.failed", `${path}: ${messageOf(error)}`, { cause: error });
}

/** A file or folder that is there and cannot be read. Errors that already speak to a person pass unchanged. */
export function unreadable(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const text = `${path}: cannot be read (${reasonOf(error)}). Check its permissions, and the disk.`;
  return new InputError("store.unreadable", text, { cause: error });
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
export const APPENDING = CHANGING | constants.O_CREAT | constants.O_APPEND;

/**
 * Before a file is changed in place: one that other folders share by a hard link, as `cp -al` and some backups leave it, becomes
 * a copy of its own. Errors of the system pass unchanged; the file is then as it was.
 *
 * @param always also one without other links: whoever still has it open then writes to what no name leads to
 */
export function unshare(file: string, always = false): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || (found.nlink === 1 && !always)) return;
  const beside = nameBeside(file);
  try {
    copyFileSync(file, beside, constants.COPYFILE_EXCL);
    const descriptor = openSync(beside, "r+");
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Opens a file to change it in place. @throws InputError `file.not-regular`; a symbolic link fails with ELOOP */
export async function openToChange(file: string): Promise<FileHandle> {
  return checked(await open(file, CHANGING), file);
}

/**
 * Replaces a file in one step: whoever reads it, and whenever this process dies, finds the old content or the new.
 *
 * @throws InputError `store.unwritable`, LerlError `store.disk-full`; the old file is then untouched
 */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  await replaceWhole(file, content).catch((error: unknown) => {
    throw fileError(error, file);
  });
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
