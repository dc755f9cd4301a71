/** Files of the data cache are written beside and renamed: a reader never meets a half-written one. */
import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces a file durably, in a folder that is made if need be, as is the one above it. */
export async function writeBeside(path: string, bytes: Buffer): Promise<void> {
  await makeFolder(dirname(path));
  const beside = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(beside, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Node's own recursive `mkdir` says of a disk that takes no writing that the folder does not exist. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder)).catch(() => undefined);
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}
