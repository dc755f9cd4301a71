import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { InputError } from "../../../src/engine/errors.ts";

/** A temporary folder with these files, removed after the test. An array is a table's rows. */
export async function folderOf(files: Record<string, string | readonly string[] | Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lerl-data-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const isText = typeof content === "string" || Buffer.isBuffer(content);
    await writeFile(path, isText ? content : `${content.join("\n")}\n`);
  }
  return folder;
}

/** The InputError that a load ends with; its message must hold every part. */
export async function expectInputError(load: Promise<unknown>, ...parts: readonly string[]): Promise<void> {
  const error = await load.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  for (const part of parts) expect((error as InputError).message).toContain(part);
}

/** The real data, for tests that need it; they are skipped with a notice where it is absent. */
export const sharedData = join(import.meta.dirname, "../../../../shared/data");
