/** Tables that were made, in `.lerl/results/<name>.json`: printed again while what they depend on is the same. */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import * as z from "zod";
import { readJson } from "../src/engine/regularFile.ts";
import { replaceFile, toJson } from "../src/engine/store/files.ts";
import { below, makeBelow, storageFolder } from "../src/engine/store/storage.ts";
import { engineVersion } from "../src/engine/version.ts";
import { fitting } from "../src/protocol/misfit.ts";

const keptSchema = z.strictObject({
  /** Hash of what it depends on. */
  definition: z.string(),
  /** The line of what was measured. */
  measured: z.string(),
  /** What stands between the markers of the page. */
  block: z.string(),
});
export type Kept = z.output<typeof keptSchema>;

const fileOf = (root: string, name: string): string => below(storageFolder(root), "results", `${name}.json`);

/** Where nothing of use is kept, the table is made again from its runs. */
export async function readKept(root: string, name: string, definition: unknown): Promise<Kept | undefined> {
  const kept = await readJson(fileOf(root, name)).then(
    (document) => fitting(keptSchema, document),
    () => undefined,
  );
  return kept?.definition === hashOf(definition) ? kept : undefined;
}

export async function keep(
  root: string,
  name: string,
  definition: unknown,
  made: Omit<Kept, "definition">,
): Promise<void> {
  await makeBelow(storageFolder(root), "results");
  await replaceFile(fileOf(root, name), `${toJson({ definition: hashOf(definition), ...made }, 2)}\n`);
}

export const forget = (root: string, name: string): Promise<void> => rm(fileOf(root, name), { force: true });

const hashOf = (definition: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify([engineVersion, definition]))
    .digest("hex");
