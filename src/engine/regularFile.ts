/**
 * Opens what is read: regular files only. A named pipe keeps its reader waiting for ever, a device may never end, and
 * either may stand where a path from a document or a folder from elsewhere leads.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { InputError, messageOf } from "./errors.ts";

/** Looked at before it is opened, as opening alone may do something to a device; and again, as it may be another by then. */
const READING = constants.O_RDONLY | constants.O_NONBLOCK;

/** @throws InputError `file.not-regular`; errors of the system pass unchanged */
export async function openRegular(file: string): Promise<FileHandle> {
  requireRegular(file, await stat(file));
  return checked(await open(file, READING), file);
}

/** What was opened, where it is a regular file; it is closed where not. @throws InputError `file.not-regular` */
export async function checked(handle: FileHandle, file: string): Promise<FileHandle> {
  try {
    requireRegular(file, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The whole content, as `openRegular`. */
export async function readRegular(file: string): Promise<Buffer> {
  const handle = await openRegular(file);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The whole content as UTF-8, as `openRegular`. */
export async function readText(file: string): Promise<string> {
  return (await readRegular(file)).toString("utf8");
}

/**
 * The text of a document that a person named, as `openRegular`.
 * @param code of the error where it cannot be read
 * @param shown its name in messages
 * @throws InputError
 */
export async function readNamed(file: string, code: string, whatToDo: string, shown = file): Promise<string> {
  const bytes = await readRegular(file).catch((error: unknown) => {
    const text = `${shown || '""'}: cannot be read (${reasonOf(error)}). ${whatToDo}`;
    throw new InputError(code, text, { cause: error });
  });
  return utf8(bytes, code, shown);
}

/** @throws InputError where an editor has saved it as UTF-16 */
export function utf8(bytes: Buffer, code: string, shown: string): string {
  const mark = bytes.toString("latin1", 0, 2);
  if (mark !== "\xff\xfe" && mark !== "\xfe\xff") return bytes.toString("utf8");
  throw new InputError(code, `${shown}: it is saved as UTF-16. Save it as UTF-8.`);
}

/** Why a file cannot be read or written, for a sentence that names it: without its path. */
export function reasonOf(error: unknown): string {
  if (error instanceof NotRegularError) return error.reason;
  const isOfSystem = error instanceof Error && "syscall" in error;
  return isOfSystem ? error.message.replace(/, \w+ '.*/s, "") : messageOf(error);
}

/** As `openRegular`, where nothing can wait; a descriptor to be closed. */
export function openRegularSync(file: string): number {
  requireRegular(file, statSync(file));
  const descriptor = openSync(file, READING);
  try {
    requireRegular(file, fstatSync(descriptor));
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** As `readText`, where nothing can wait. */
export function readTextSync(file: string): string {
  const descriptor = openRegularSync(file);
  try {
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

/** The value that a JSON file holds, with or without a byte order mark. @throws SyntaxError that quotes nothing of the file, which may be of another kind */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new SyntaxError("not JSON");
  }
}

/** @throws InputError `file.not-regular` */
export function requireRegular(file: string, found: Stats): void {
  if (found.isFile()) return;
  throw new NotRegularError(file, `${kindOf(found)}, not a file`);
}

class NotRegularError extends InputError {
  constructor(
    file: string,
    readonly reason: string,
  ) {
    super("file.not-regular", `${file}: ${reason}. Give the path of a regular file.`);
  }
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a named pipe";
  if (found.isSocket()) return "a socket";
  return "a device";
}
