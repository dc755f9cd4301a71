/** Files of the data cache are replaced in one step: a reader never meets a half-written one. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceWhole, sweepLeftovers } from "../wholeFile.ts";

/** Replaces a file durably, in a folder that is made if need be, as is the one above it; none above that is. */
export async function writeBeside(path: string, bytes: Buffer): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  await sweepLeftovers(folder, false);
  await replaceWhole(path, bytes);
}

/** Node's own recursive `mkdir` says of a disk that takes no writing that the folder does not exist. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder)).catch(() => undefined);
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}
