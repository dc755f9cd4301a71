/**
 * Small mutable documents, kept by lowdb through an adapter of our own: lowdb's renames but does not fsync, keeps no
 * backup and checks nothing it reads.
 */
import { constants } from "node:fs";
import { copyFile, lstat, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { type Adapter, Low } from "lowdb";
import * as z from "zod";
import { documentMisfit, shownValue } from "../../protocol/misfit.ts";
import { InputError, LerlError } from "../errors.ts";
import { readJson } from "../regularFile.ts";
import { nameBeside } from "../wholeFile.ts";
import { fileError, isMissing, replaceFile, systemCode, toJson, unreadable } from "./files.ts";

/** What a document must look like, and how older versions become the newest. Its `schemaVersion` says which it is. */
export interface DocumentFormat<T> {
  readonly schema: z.core.$ZodType<T>;
  readonly version: number;
  /** By the version they start from: each returns the document of the next version, `schemaVersion` included. */
  readonly migrations: Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>>;
}

/**
 * Of a document whose id is the name of its folder, whatever it says itself: that may have been copied or renamed with it.
 * @param file of the document
 */
export function namedByFolder<T>(file: string, format: DocumentFormat<T>): DocumentFormat<T> {
  const id = basename(dirname(resolve(file)));
  const named = (document: unknown): unknown =>
    typeof document === "object" && document !== null ? { ...document, id } : document;
  return { ...format, schema: z.preprocess(named, format.schema) };
}

export interface JsonDocumentOptions<T> {
  readonly file: string;
  readonly format: DocumentFormat<T>;
  /** Written at once when there is no file yet; without it a missing file is an error. */
  readonly initial?: T;
  /** Told when the backup had to be used, or a write in the background failed; the next change tries again. */
  readonly onWarning: (warning: Error) => void;
  /** Changes within this time become one write, in milliseconds. */
  readonly coalesceMs?: number;
  /** Asked before every write; throws where the folder is another process's by now. */
  readonly assertOwned?: () => void;
}

const COALESCE_MS = 200;

/** One document in memory and on disk. The process that holds it open is its only writer. */
export class JsonDocument<T extends object> {
  private dirty = false;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly database: Low<T>,
    private readonly onWarning: (warning: Error) => void,
    private readonly coalesceMs: number,
  ) {}

  /**
   * @throws InputError `store.missing`, `store.broken-document` (with file, JSON path and value), `store.newer-version`
   */
  static async open<T extends object>(options: JsonDocumentOptions<T>): Promise<JsonDocument<T>> {
    const { file, format, initial, onWarning } = options;
    const adapter = new DurableJsonFile(file, format, onWarning, options.assertOwned);
    const found = await adapter.read();
    const data = found ?? initial;
    if (data === undefined) throw missing(file);
    const document = new JsonDocument(new Low(adapter, data), onWarning, options.coalesceMs ?? COALESCE_MS);
    if (found === null || adapter.isRestored) await document.database.write();
    return document;
  }

  get data(): Readonly<T> {
    return this.database.data;
  }

  /** Replaces the content; it reaches the disk within the coalescing time, or with `flush`. */
  update(change: (data: Readonly<T>) => T): void {
    this.database.data = change(this.database.data);
    this.dirty = true;
    this.timer ??= setTimeout(() => void this.flush().catch(this.onWarning), this.coalesceMs);
  }

  /** Resolves when every change so far has reached the disk. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const write = async () => {
      if (!this.dirty) return;
      this.dirty = false;
      try {
        await this.database.write();
      } catch (error) {
        this.dirty = true;
        throw error;
      }
    };
    const turn = this.writing.then(write);
    this.writing = turn.catch(() => undefined);
    await turn;
  }
}

const backupOf = (file: string): string => `${file}.bak`;
const damagedOf = (file: string): string => `${file}.damaged`;
/** So many damaged contents of a document are kept; the last one makes room for what comes after. */
const MOST_DAMAGED = 9;

/** Whether a document stands there: the file itself, or the version before it. One that nobody lets us see may. */
export async function isDocument(file: string): Promise<boolean> {
  const looks = [file, backupOf(file)].map((path) =>
    stat(path).then(
      (found) => found.isFile(),
      (error: unknown) => systemCode(error) === "EACCES",
    ),
  );
  return (await Promise.all(looks)).includes(true);
}

/** Reads a document without owning it. */
export async function readJsonDocument<T>(
  file: string,
  format: DocumentFormat<T>,
  onWarning: (warning: Error) => void,
): Promise<T> {
  const data = await new DurableJsonFile(file, format, onWarning).read();
  if (data === null) throw missing(file);
  return data;
}

/** lowdb's file access: checked reading with a backup, durable writing in one step. */
class DurableJsonFile<T> implements Adapter<T> {
  /** Only a file known to be good may become the backup; a damaged one is kept under a name of its own. */
  private mainIsGood = false;
  private mainIsDamaged = false;
  /** Told once: only the spare copy cannot be written. */
  private hasNoBackup = false;
  /** What was read is the version before: the file itself is missing or damaged. */
  isRestored = false;
  private readonly backup: string;

  constructor(
    private readonly file: string,
    private readonly format: DocumentFormat<T>,
    private readonly onWarning: (warning: Error) => void,
    private readonly assertOwned: () => void = () => undefined,
  ) {
    this.backup = backupOf(file);
  }

  async read(): Promise<T | null> {
    try {
      const data = await readChecked(this.file, this.format);
      this.mainIsGood = data !== null;
      return data ?? this.restored(await readChecked(this.backup, this.format), `${this.file}: not found.`);
    } catch (error) {
      if (!(error instanceof LerlError) || error.code !== "store.broken-document") throw error;
      const kept = await readChecked(this.backup, this.format).catch(() => null);
      if (kept === null) throw error;
      this.mainIsDamaged = true;
      const aside = `Before it is written, what stands in it is moved to ${basename(damagedOf(this.file))}, or where that is taken to .damaged.2 and so on.`;
      return this.restored(kept, `${error.message} ${aside}`, error);
    }
  }

  private restored(kept: T | null, why: string, cause?: unknown): T | null {
    if (kept === null) return null;
    this.isRestored = true;
    const text = `${why} The version before it is used instead (${this.backup}).`;
    this.onWarning(new LerlError("store.backup-used", text, { cause }));
    return kept;
  }

  async write(data: T): Promise<void> {
    const text = `${toJson(z.parse(this.format.schema, data), 2)}\n`;
    this.assertOwned();
    if (this.mainIsGood) await this.keepBackup();
    if (this.mainIsDamaged) await this.moveAside();
    await replaceFile(this.file, text);
    this.mainIsGood = true;
    this.mainIsDamaged = false;
  }

  /** Somebody may have edited it by hand, and more than once. */
  private async moveAside(): Promise<void> {
    let aside = damagedOf(this.file);
    for (let i = 2; i <= MOST_DAMAGED && (await isTaken(aside)); i++) aside = `${damagedOf(this.file)}.${i}`;
    await rename(this.file, aside).catch((error: unknown) => {
      if (!isMissing(error)) throw fileError(error, this.file);
    });
  }

  private async keepBackup(): Promise<void> {
    const beside = nameBeside(this.backup);
    try {
      await copyFile(this.file, beside, constants.COPYFILE_EXCL);
      await rename(beside, this.backup);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      if (isMissing(error) || this.hasNoBackup) return;
      this.hasNoBackup = true;
      const text = `The version before is not kept from here on; all else goes on. ${fileError(error, this.backup).message}`;
      this.onWarning(new LerlError("store.no-backup", text, { cause: error }));
    }
  }
}

const isTaken = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function readChecked<T>(file: string, format: DocumentFormat<T>): Promise<T | null> {
  let document: unknown;
  try {
    document = await readJson(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error instanceof SyntaxError ? broken(file, "not valid JSON") : unreadable(file, error);
  }
  return checked(migrated(document, file, format), file, format);
}

function migrated<T>(document: unknown, file: string, format: DocumentFormat<T>): unknown {
  if (typeof document !== "object" || document === null) throw broken(file, "expected an object");
  let current: Record<string, unknown> = { ...document };
  for (;;) {
    const version = current.schemaVersion;
    if (typeof version !== "number") throw broken(file, `$.schemaVersion is ${shownValue(version)}, expected a number`);
    if (version > format.version) {
      throw new InputError(
        "store.newer-version",
        `${file}: $.schemaVersion is ${version}, and this version reads up to ${format.version}. Update LERL Studio.`,
      );
    }
    const migrate = format.migrations[version];
    if (version === format.version || !migrate) return current;
    current = migrate(current);
  }
}

function checked<T>(document: unknown, file: string, format: DocumentFormat<T>): T {
  const result = z.safeParse(format.schema, document);
  if (result.success) return result.data;
  throw broken(file, documentMisfit(document, result.error.issues));
}

function broken(file: string, what: string): InputError {
  return new InputError(
    "store.broken-document",
    `${file}: ${what}. If another version of LERL Studio wrote it, use that one; else restore the file.`,
  );
}

function missing(file: string): InputError {
  return new InputError("store.missing", `${file}: not found. Give the folder of a run.`);
}
