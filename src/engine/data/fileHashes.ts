/**
 * What files hold, by hash. Hashes are remembered beside the cached data by a file's absolute path, device, inode, size
 * and times in nanoseconds, so that an unchanged file is read for its hash once.
 */
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import { openRegular, readText } from "../regularFile.ts";
import type { LoadContext } from "./loading.ts";
import { writeBeside } from "./writeBeside.ts";

const rememberedSchema = z.object({ state: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
type Remembered = z.output<typeof rememberedSchema>;
/** By absolute path. */
const memorySchema = z.object({ version: z.literal(1), files: z.record(z.string(), rememberedSchema) });

/** A file as it was found: while its state stays the same, so does its content. */
export interface SeenFile {
  readonly path: string;
  readonly state: string;
}

export interface HashedFile extends SeenFile {
  readonly sha256: string;
}

const READ_CHUNK = 1 << 20;
/** The coarsest clock of a file system (FAT): within it a second change would leave the times as they are. */
const SETTLED_MS = 2000;

export class FileHashes {
  /** By absolute path, hashed since this was opened. */
  private readonly fresh = new Map<string, Remembered>();
  private readonly memory: string;

  /** @param now milliseconds since 1970 */
  constructor(
    folder: string,
    private readonly now: () => number,
  ) {
    this.memory = join(folder, "file-hashes.json");
  }

  /**
   * A file that changes meanwhile is given with the state in which it was opened, so that it is seen to have changed.
   * @throws the signal's reason when aborted
   */
  async of(files: readonly string[], context: LoadContext): Promise<readonly HashedFile[]> {
    const known = await this.remembered();
    const hashed: HashedFile[] = [];
    for (const file of files) {
      const { path, state } = await seenFile(resolve(file));
      const before = known.get(path);
      hashed.push(before?.state === state ? { path, ...before } : await this.hash(path, context));
    }
    return hashed;
  }

  /** Remembers what was hashed anew. */
  async save(): Promise<void> {
    if (this.fresh.size === 0) return;
    // Another process may have remembered more since; what it loses to this one is hashed again.
    const files = Object.fromEntries([...(await this.remembered()), ...this.fresh]);
    await writeBeside(this.memory, Buffer.from(JSON.stringify({ version: 1, files })));
    this.fresh.clear();
  }

  /** A memory that is missing or broken remembers nothing. */
  private async remembered(): Promise<ReadonlyMap<string, Remembered>> {
    try {
      const { files } = memorySchema.parse(JSON.parse(await readText(this.memory)));
      return new Map(Object.entries(files));
    } catch {
      return new Map();
    }
  }

  private async hash(path: string, { onProgress, signal }: LoadContext): Promise<HashedFile> {
    const hash = createHash("sha256");
    const handle = await openRegular(path);
    try {
      const found = await handle.stat({ bigint: true });
      const bytes = Number(found.size);
      const chunk = Buffer.alloc(READ_CHUNK);
      // No further than it reached: one that grows all the time would never end.
      for (let bytesRead = 0; bytesRead < bytes; ) {
        signal?.throwIfAborted();
        const read = await handle.read(chunk, 0, chunk.length, bytesRead);
        if (read.bytesRead === 0) break;
        hash.update(chunk.subarray(0, read.bytesRead));
        bytesRead += read.bytesRead;
        onProgress?.({ doing: "checking", file: path, bytesRead, bytes });
      }
      const state = stateOf(found);
      const sha256 = hash.digest("hex");
      if (this.hasSettled(found)) this.fresh.set(path, { state, sha256 });
      return { path, state, sha256 };
    } finally {
      await handle.close();
    }
  }

  private hasSettled({ mtimeMs, ctimeMs }: BigIntStats): boolean {
    return this.now() - Math.max(Number(mtimeMs), Number(ctimeMs)) > SETTLED_MS;
  }
}

export async function seenFile(path: string): Promise<SeenFile> {
  return { path, state: stateOf(await stat(path, { bigint: true })) };
}

/** The time of change cannot be set back, as that of the last modification can. */
const stateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(" ");
