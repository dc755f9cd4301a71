/** What a person has answered on the command line: files among the user's own settings, which no workspace brings along. */
import { chmod, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type * as z from "zod";
import { InputError } from "../errors.ts";
import { readJson } from "../regularFile.ts";
import { isMissing, makeFolder, replaceFile, toJson } from "../store/files.ts";

export interface Memory<S extends z.ZodType> {
  readonly name: "allowed-keys" | "allowed-files";
  readonly schema: S;
  /** What it says, in a sentence: "which keys may be sent". */
  readonly says: string;
}

/** Its folder is made when something is remembered. A relative setting is none, by the XDG specification: it would lead into a workspace. */
export function memoryFile(
  { name }: Pick<Memory<z.ZodType>, "name">,
  { XDG_CONFIG_HOME: given = "" }: NodeJS.ProcessEnv = process.env,
): string {
  return join(isAbsolute(given) ? given : join(homedir(), ".config"), "lerl", `${name}.json`);
}

/**
 * What is remembered; undefined: nothing yet.
 * @throws MemoryError where others could have written it; errors of the system and of the schema pass unchanged
 */
export async function readMemory<S extends z.ZodType>(memory: Memory<S>): Promise<z.output<S> | undefined> {
  const file = memoryFile(memory);
  try {
    if (process.platform !== "win32" && ((await stat(file)).mode & 0o022) !== 0)
      throw new MemoryError(memory, "others may write it. Look at what it allows, then: chmod 600");
    return memory.schema.parse(await readJson(file));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Nobody else may read or write it. @throws InputError `store.unwritable` */
export async function writeMemory<S extends z.ZodType>(memory: Memory<S>, content: z.input<S>): Promise<void> {
  const file = memoryFile(memory);
  await makeFolder(dirname(file));
  await chmod(dirname(file), 0o700);
  await replaceFile(file, `${toJson(content, 2)}\n`);
  await chmod(file, 0o600);
}

/** `cli.allowed-keys`, `cli.allowed-files` */
export class MemoryError extends InputError {
  constructor(memory: Memory<z.ZodType>, why: string) {
    super(`cli.${memory.name}`, `${memoryFile(memory)} says ${memory.says}, and ${why}.`);
  }
}
