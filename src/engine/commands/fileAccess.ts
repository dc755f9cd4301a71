/**
 * Files outside the current folder, on the command line. What is typed is an answer in itself: a file, the folder it lies
 * in, a path given with --set. All else wants --allow-outside. What was let be read is remembered for the current folder,
 * so that a run goes on with it; in the user's own settings, which no folder from elsewhere brings along. Who has asked for
 * this process, an editor or a suite, hands it the paths.
 */
import { dirname, resolve } from "node:path";
import * as z from "zod";
import { messageOf } from "../errors.ts";
import {
  allowedFilesVariable,
  doneWith,
  type FileAccess,
  isIn,
  type NamedFile,
  OutsideFilesError,
  outsideOf,
} from "../serving/namedFiles.ts";
import { type Memory, MemoryError, readMemory, writeMemory } from "./memory.ts";
import { warn } from "./terminal.ts";

export interface Answers {
  /** Files named on the command line: what lies beside them may be read. */
  readonly beside?: readonly string[];
  /** Settings given on the command line, by their paths. */
  readonly typed?: readonly string[];
  readonly allowOutside?: boolean | undefined;
}

export function fileAccess({ beside = [], typed = [], allowOutside = false }: Answers = {}): FileAccess {
  const folder = process.cwd();
  return async (named) => {
    const outside = await outsideOf(named, [folder]);
    if (outside.length === 0) return;
    const remembered = await readRemembered(folder);
    const known = [...remembered, ...handed()];
    const fresh = outside.filter(({ path }) => !known.some((allowed) => isIn(allowed, path)));
    const unsaid = allowOutside ? [] : fresh.filter(({ setting }) => !isTyped(setting, typed));
    const open = await outsideOf(
      unsaid,
      beside.map((file) => dirname(resolve(file))),
    );
    if (open.length > 0) {
      const whatToDo = `A document from elsewhere could name any file, so they are ${doneWith(open)} only if you say so: add --allow-outside. It is remembered for this folder.`;
      throw new OutsideFilesError(open, folder, whatToDo);
    }
    if (fresh.length > 0) await remember(folder, [...remembered, ...fresh.map(({ path }) => path)]);
  };
}

/** What whoever started this process lets it read, by real paths. */
function handed(): readonly string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(process.env[allowedFilesVariable] ?? "[]"));
  } catch {
    // Of no use: the question is asked.
    return [];
  }
}

/** Whether a setting, or one that it is a part of, was given. */
const isTyped = (setting: NamedFile["setting"], typed: readonly string[]): boolean =>
  typed.some((path) => `${setting}.`.startsWith(`${path}.`));

const memorySchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** By folder, the files and folders outside it that were let be read; the newest last. */
  folders: z.array(z.strictObject({ folder: z.string(), allowed: z.array(z.string()) })),
});

const memory: Memory<typeof memorySchema> = {
  name: "allowed-files",
  schema: memorySchema,
  says: "which files may be read",
};

/** Folders that are remembered; the one used longest ago goes first. */
const MOST_FOLDERS = 1000;

/** @throws InputError `cli.allowed-files` where others could have written it */
async function readFolders(): Promise<z.output<typeof memorySchema>["folders"]> {
  try {
    return (await readMemory(memory))?.folders ?? [];
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    // Damaged: the question is asked again.
    return [];
  }
}

const readRemembered = async (folder: string): Promise<readonly string[]> =>
  (await readFolders()).find((entry) => entry.folder === folder)?.allowed ?? [];

async function remember(folder: string, allowed: readonly string[]): Promise<void> {
  const others = (await readFolders()).filter((entry) => entry.folder !== folder).slice(1 - MOST_FOLDERS);
  try {
    await writeMemory(memory, { schemaVersion: 1, folders: [...others, { folder, allowed: [...allowed] }] });
  } catch (error) {
    warn(
      `That files outside ${folder} may be read could not be remembered (${messageOf(error)}): going on needs --allow-outside.`,
    );
  }
}
