/**
 * Files outside the current folder, on the command line. What is typed is an answer in itself: a file, the folder it lies
 * in, a path given with --set. All else wants --allow-outside. What was allowed is remembered for the current folder,
 * so that a run goes on with it; in the user's own settings, which no folder from elsewhere brings along. Who has asked for
 * this process, an editor or a suite, hands it the paths.
 */
import { dirname, resolve } from "node:path";
import * as z from "zod";
import { allowedWith, doneWith } from "../../protocol/engine/allowedPaths.ts";
import type { AllowedPaths } from "../../protocol/engine/files.ts";
import { messageOf } from "../errors.ts";
import {
  allowedFilesVariable,
  type FileAccess,
  type NamedFile,
  notAllowed,
  OutsideFilesError,
  outsideOf,
} from "../serving/namedFiles.ts";
import { type Memory, MemoryError, readMemory, writeMemory } from "./memory.ts";
import { warn } from "./terminal.ts";

/** What is read may be typed or lie beside what is; to write outside wants a word of its own. */
export interface Answers {
  /** Files named on the command line: what lies beside them may be read. */
  readonly beside?: readonly string[];
  /** Settings given on the command line, by their paths: what they name may be read. */
  readonly typed?: readonly string[];
  readonly allowOutside?: boolean | undefined;
}

export function fileAccess({ beside = [], typed = [], allowOutside = false }: Answers = {}): FileAccess {
  const folder = process.cwd();
  return async (named) => {
    const outside = await outsideOf(named, [folder]);
    if (outside.length === 0) return;
    const remembered = await readRemembered(folder);
    const fresh = notAllowed(outside, { ...remembered, read: [...remembered.read, ...handed()] });
    const open = allowOutside ? [] : await unsaid(fresh, typed, beside);
    if (open.length > 0) {
      const whatToDo = `A document from elsewhere could name any file, so they are ${doneWith(open)} only if you say so: add --allow-outside. It is remembered for this folder.`;
      throw new OutsideFilesError(open, folder, whatToDo);
    }
    if (fresh.length > 0) await remember(folder, allowedWith(remembered, fresh));
  };
}

/** Those that what was typed does not answer for. */
async function unsaid(
  files: readonly NamedFile[],
  typed: readonly string[],
  beside: readonly string[],
): Promise<readonly NamedFile[]> {
  const read = files.filter(({ setting, written }) => !written && !isTyped(setting, typed));
  const folders = beside.map((file) => dirname(resolve(file)));
  return [...files.filter(({ written }) => written), ...(await outsideOf(read, folders))];
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

/** Version 1 knew reading only. */
const memorySchema = z.strictObject({
  schemaVersion: z.literal([1, 2]),
  /** By folder, the files and folders outside it that may be read, and those that may be written; the newest last. */
  folders: z.array(
    z.strictObject({ folder: z.string(), allowed: z.array(z.string()), written: z.array(z.string()).default([]) }),
  ),
});

const memory: Memory<typeof memorySchema> = {
  name: "allowed-files",
  schema: memorySchema,
  says: "which files outside may be read and written",
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

async function readRemembered(folder: string): Promise<AllowedPaths> {
  const { allowed = [], written = [] } = (await readFolders()).find((entry) => entry.folder === folder) ?? {};
  return { read: allowed, written };
}

async function remember(folder: string, { read, written }: AllowedPaths): Promise<void> {
  const others = (await readFolders()).filter((entry) => entry.folder !== folder).slice(1 - MOST_FOLDERS);
  const folders = [...others, { folder, allowed: [...read], written: [...written] }];
  try {
    await writeMemory(memory, { schemaVersion: 2, folders });
  } catch (error) {
    warn(
      `What is allowed outside ${folder} could not be remembered (${messageOf(error)}): going on needs --allow-outside.`,
    );
  }
}
