/**
 * The checkpoint of a run: `checkpoint/` with its state as JSON, its arrays in one binary file and a manifest with their
 * checksums. It is written beside and put in place by renaming, and the one before is kept as `checkpoint.previous/`.
 */
import { createHash } from "node:crypto";
import { access, copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { LerlError, messageOf } from "../errors.ts";
import { readRegular, readText } from "../regularFile.ts";
import { syncFolder, writeDurably } from "../wholeFile.ts";
import { fileError, toJson } from "./files.ts";
import { type DocumentFormat, readJsonDocument } from "./jsonDocument.ts";
import { rowsEndSchema } from "./jsonLines.ts";

export interface Checkpoint {
  /** Plain JSON; non-finite numbers are refused. */
  readonly json: unknown;
  readonly arrays: Readonly<Record<string, Float32Array>>;
  /** Absent where a version wrote it that did not say. */
  readonly origin?: CheckpointOrigin;
}

const originSchema = z.strictObject({
  /** Of the run, as run.json has it. */
  uid: z.string(),
  /** SHA-256 of the document that the run began with. */
  document: z.string(),
  /** Where each of the run's logs ended. */
  logs: z.record(z.string(), rowsEndSchema),
});
/** Whose checkpoint it is, and which rows belong to it. */
export type CheckpointOrigin = Readonly<z.output<typeof originSchema>>;

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(2),
  stateSha256: z.string(),
  arraysSha256: z.string(),
  /** Arrays in the order of the binary file, little-endian float32, with their lengths in elements. */
  arrays: z.array(z.strictObject({ name: z.string(), length: z.int().min(0) })),
  origin: originSchema.exactOptional(),
});
type Manifest = z.output<typeof manifestSchema>;

const manifestFormat: DocumentFormat<Manifest> = {
  schema: manifestSchema,
  version: 2,
  migrations: { 1: (manifest) => ({ ...manifest, schemaVersion: 2 }) },
};

const files = { manifest: "manifest.json", state: "state.json", arrays: "arrays.bin" } as const;

/** Saves and loads the checkpoint of one run folder, which this process must own. */
export class CheckpointStore {
  private readonly current: string;
  private readonly next: string;
  private readonly previous: string;
  /** Only a good checkpoint may take the previous one's place; unknown until looked at. */
  private currentIsGood: boolean | undefined;
  private saving: Promise<void> = Promise.resolve();

  /** @param assertOwned asked before every write; throws where the folder is another process's by now */
  constructor(
    private readonly runFolder: string,
    private readonly onWarning: (warning: Error) => void,
    private readonly assertOwned: () => void = () => undefined,
  ) {
    this.current = join(runFolder, "checkpoint");
    this.next = join(runFolder, "checkpoint.next");
    this.previous = join(runFolder, "checkpoint.previous");
  }

  /**
   * Replaces the checkpoint. State and arrays are copied before this returns its promise, so that work may go on; a
   * process killed at any moment leaves the old checkpoint or the new one.
   *
   * @throws InputError `store.unwritable`, LerlError `store.disk-full`; the old checkpoint is then untouched
   */
  save(checkpoint: Checkpoint): Promise<void> {
    const content = encode(checkpoint);
    const turn = this.saving.then(() => this.write(content));
    this.saving = turn.catch(() => undefined);
    return turn;
  }

  /**
   * The newest checkpoint whose checksums agree; undefined if none was ever saved. A broken one is reported and the
   * previous one used.
   *
   * @throws LerlError `store.broken-checkpoint` if none is left to use, InputError `store.newer-version`
   */
  async load(): Promise<Checkpoint | undefined> {
    await this.saving;
    let broken: unknown;
    for (const folder of [this.current, this.next, this.previous]) {
      if (!(await exists(folder))) continue;
      try {
        const checkpoint = await decode(folder);
        if (broken) this.onWarning(fallbackWarning(broken, folder));
        return checkpoint;
      } catch (error) {
        if (isNewer(error)) throw error;
        // A half-written `checkpoint.next` is what a killed save leaves: nothing to report.
        if (folder !== this.next) broken ??= error;
      }
    }
    if (broken) throw broken;
    return undefined;
  }

  private async write(content: Encoded): Promise<void> {
    try {
      this.assertOwned();
      await this.finishInterruptedSave();
      await rm(this.next, { recursive: true, force: true });
      await mkdir(this.next);
      await writeDurably(join(this.next, files.arrays), content.arrays);
      await writeDurably(join(this.next, files.state), content.state);
      await writeDurably(join(this.next, files.manifest), content.manifest);
      await syncFolder(this.next);
      await this.putInPlace();
    } catch (error) {
      throw fileError(error, this.next);
    }
  }

  /** A save killed between its two renames left a complete `checkpoint.next` and no `checkpoint`. */
  private async finishInterruptedSave(): Promise<void> {
    if (await exists(this.current)) {
      this.currentIsGood ??= await isGood(this.current);
    } else if (await isGood(this.next)) {
      await rename(this.next, this.current);
      this.currentIsGood = true;
    }
  }

  private async putInPlace(): Promise<void> {
    // Writing it took a while.
    this.assertOwned();
    if (this.currentIsGood) {
      await rm(this.previous, { recursive: true, force: true });
      await rename(this.current, this.previous);
    } else {
      await rm(this.current, { recursive: true, force: true });
    }
    await rename(this.next, this.current);
    this.currentIsGood = true;
    await syncFolder(this.runFolder);
  }
}

/** Where a run's logs ended at its newest checkpoint, as far as that says so. */
export async function checkpointedEnds(runFolder: string): Promise<CheckpointOrigin["logs"]> {
  const manifest = await readJsonDocument(
    join(runFolder, "checkpoint", files.manifest),
    manifestFormat,
    () => undefined,
  ).catch(() => undefined);
  return manifest?.origin?.logs ?? {};
}

/**
 * Keeps the newest good checkpoint of a run as a folder's own, by hard link where the system has them: files of a
 * checkpoint are replaced, never changed. The run may be running.
 *
 * @returns what names it by its content, and what it holds; undefined: the run has none
 */
export async function freezeCheckpoint(
  runFolder: string,
  folder: string,
): Promise<{ readonly name: string; readonly checkpoint: Checkpoint } | undefined> {
  const target = join(folder, "checkpoint");
  for (let attempt = 0; attempt < FREEZE_TRIES; attempt++) {
    for (const kept of ["checkpoint", "checkpoint.next", "checkpoint.previous"]) {
      const source = join(runFolder, kept);
      if (!(await exists(source))) continue;
      await rm(target, { recursive: true, force: true });
      await mkdir(target, { recursive: true });
      // A checkpoint that was replaced meanwhile is torn: the next try finds the new one.
      const checkpoint = await linkAll(source, target)
        .then(
          () => decode(target),
          () => undefined,
        )
        .catch(() => undefined);
      if (checkpoint) return { name: sha256(await readRegular(join(target, files.manifest))).slice(0, 16), checkpoint };
    }
  }
  await rm(target, { recursive: true, force: true });
  return undefined;
}

/** A run replaces its checkpoint once an iteration at most; so many in a row are not met. */
const FREEZE_TRIES = 5;

async function linkAll(source: string, target: string): Promise<void> {
  for (const name of Object.values(files)) {
    await link(join(source, name), join(target, name)).catch(() => copyFile(join(source, name), join(target, name)));
  }
}

interface Encoded {
  readonly manifest: string;
  readonly state: string;
  readonly arrays: Uint8Array;
}

function encode({ json, arrays, origin }: Checkpoint): Encoded {
  const entries = Object.entries(arrays);
  const total = entries.reduce((sum, [, array]) => sum + array.length, 0);
  const all = new Float32Array(total);
  let offset = 0;
  for (const [, array] of entries) {
    all.set(array, offset);
    offset += array.length;
  }
  const bytes = new Uint8Array(all.buffer);
  const state = toJson(json);
  const manifest: Manifest = {
    schemaVersion: 2,
    stateSha256: sha256(state),
    arraysSha256: sha256(bytes),
    arrays: entries.map(([name, { length }]) => ({ name, length })),
    ...(origin && { origin }),
  };
  return { manifest: toJson(manifest, 2), state, arrays: bytes };
}

async function decode(folder: string): Promise<Checkpoint> {
  try {
    const manifest = await readJsonDocument(join(folder, files.manifest), manifestFormat, () => undefined);
    const state = await readText(join(folder, files.state));
    const bytes = await readRegular(join(folder, files.arrays));
    if (sha256(state) !== manifest.stateSha256) throw new Error(`${files.state} does not match its checksum`);
    if (sha256(bytes) !== manifest.arraysSha256) throw new Error(`${files.arrays} does not match its checksum`);
    const arrays: [name: string, array: Float32Array][] = [];
    let offset = bytes.byteOffset;
    for (const { name, length } of manifest.arrays) {
      arrays.push([name, new Float32Array(bytes.buffer.slice(offset, offset + 4 * length))]);
      offset += 4 * length;
    }
    // A name may be `__proto__`, which an assignment would lose.
    return {
      json: JSON.parse(state),
      arrays: Object.fromEntries(arrays),
      ...(manifest.origin && { origin: manifest.origin }),
    };
  } catch (error) {
    if (isNewer(error)) throw error;
    throw new LerlError(
      "store.broken-checkpoint",
      `${folder}: broken (${messageOf(error)}). Start the run anew if no earlier checkpoint is left.`,
      { cause: error },
    );
  }
}

const isNewer = (error: unknown): boolean => error instanceof LerlError && error.code === "store.newer-version";

async function isGood(folder: string): Promise<boolean> {
  return decode(folder).then(
    () => true,
    () => false,
  );
}

function fallbackWarning(broken: unknown, used: string): LerlError {
  return new LerlError("store.backup-used", `${messageOf(broken)} Used instead: ${used}.`, { cause: broken });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
