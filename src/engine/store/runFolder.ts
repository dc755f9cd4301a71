/**
 * The run folder `.lerl/runs/<id>/` (docs/architecture.md): everything one run leaves behind. Deleting the folder
 * deletes the run.
 */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { isActive, type RunId, type RunRecord } from "../../protocol/run.ts";
import { InputError, messageOf } from "../errors.ts";
import { shellWord } from "../shellWord.ts";
import { isLeftover, sweepLeftovers } from "../wholeFile.ts";
import { fileError, makeFolder, orUndo, unshare } from "./files.ts";
import { isDocument } from "./jsonDocument.ts";
import { makeNamedFolder } from "./namedFolder.ts";
import { readRunRecord } from "./runDocuments.ts";
import { isLocked, lockFilesOf, RunLock } from "./runLock.ts";
import { storageFolder, writablePath } from "./storage.ts";

/** The files of a run folder, by what they hold. */
export const runFiles = {
  record: "run.json",
  reflections: "reflections.json",
  metrics: "metrics.jsonl",
  timing: "timing.jsonl",
  references: "references.jsonl",
  events: "events.jsonl",
  episodes: "episodes.jsonl",
  llm: "llm.jsonl",
  prompts: "prompts.jsonl",
  lock: "lock.json",
} as const;
export type RunFile = keyof typeof runFiles;

export interface NewRun {
  /** The folder that holds `.lerl`. */
  readonly workspaceFolder: string;
  /** The experiment's name, a readable part of the id. */
  readonly name: string;
  readonly seed: number;
  /** Takes the place of `.lerl/runs/<id>`; must be empty or not exist yet. */
  readonly folder?: string;
  readonly now: () => Date;
  /** Uniform in [0, 1): keeps apart the ids of runs that start in the same minute. */
  readonly random: () => number;
}

/** How a folder that is there is opened. */
export interface Opening {
  /** Also from an owner that cannot be judged from here, where it does not renew its lock. */
  readonly takeOver?: boolean | undefined;
  /** What the person does with it: `lerl <command> --take-over` is what they are told. `resume` where it is not said. */
  readonly command?: "resume" | "evaluate" | undefined;
}

/** A run folder this process owns until `release`. */
export class RunFolder {
  readonly id: RunId;

  private constructor(
    /** Absolute. */
    readonly path: string,
    id: string,
    private readonly lock: RunLock,
  ) {
    this.id = id as RunId;
  }

  /**
   * Creates and locks a new folder.
   *
   * @throws InputError `store.unwritable`, `store.not-empty`, `store.link`
   */
  static async create(run: NewRun): Promise<RunFolder> {
    if (run.folder === undefined) return RunFolder.own(await inWorkspace(run), run.now);
    const path = writablePath(run.folder);
    await requireEmpty(path);
    const folder = await RunFolder.own(path, run.now);
    // Another process may have come and gone between the look and the lock.
    await orUndo(
      () => requireEmpty(path),
      () => folder.release(),
    );
    return folder;
  }

  /**
   * Opens and locks an existing folder, to resume its run.
   *
   * @throws InputError `store.missing`, `store.link`, `store.locked`, `store.locked-elsewhere`
   */
  static async open(path: string, now: () => Date, how: Opening = {}): Promise<RunFolder> {
    const folder = writablePath(path);
    if (await isRunFolder(folder)) return RunFolder.own(folder, now, how);
    throw new InputError(
      "store.missing",
      `${folder}: not a run folder, it holds no ${runFiles.record}. Give a folder under .lerl/runs.`,
    );
  }

  private static async own(path: string, now: () => Date, how: Opening = {}): Promise<RunFolder> {
    const { takeOver = false, command = "resume" } = how;
    const ifGone = `take the folder over: lerl ${command} ${shellWord(path)} --take-over`;
    const lock = await RunLock.acquire(join(path, runFiles.lock), { now, takeOver, ifGone });
    await orUndo(
      async () => {
        await sweepLeftovers(path, true);
        // An owner that was held up between asking whose the folder is and writing has its logs open still.
        const logs = Object.values(runFiles).filter((name) => name.endsWith(".jsonl"));
        if (takeOver) for (const name of logs) unshare(join(path, name), true);
      },
      () => lock.release(),
    );
    return new RunFolder(path, basename(path), lock);
  }

  /** Hears that another process has taken the folder over. */
  onLost(listener: () => void): void {
    this.lock.onLost(listener);
  }

  /** Before every write. @throws LerlError `store.taken-over` */
  readonly assertOwned = (): void => this.lock.assertHeld();

  file(name: RunFile): string {
    return join(this.path, runFiles[name]);
  }

  async release(): Promise<void> {
    await this.lock.release();
  }
}

/** Whether a folder holds a run; its record may be lost while the version before it is there. */
export const isRunFolder = (path: string): Promise<boolean> => isDocument(join(path, runFiles.record));

/** One folder under `.lerl/runs`, readable or not. */
export type ListedRun = { readonly id: RunId; readonly path: string } & (
  | {
      readonly record: RunRecord;
      readonly problem?: undefined;
      readonly missing?: undefined;
      /** A running process owns it; a record that says `running` without one was interrupted. */
      readonly live: boolean;
    }
  | {
      readonly record?: undefined;
      readonly problem: string;
      /** There is no record, or not yet. */
      readonly missing: boolean;
    }
);

/** One run of a workspace by its folder. */
export async function listRun(path: string, id: RunId): Promise<ListedRun> {
  try {
    const record = await readRunRecord(join(path, runFiles.record));
    return { id, path, record, live: await isLiveRun(path, record) };
  } catch (error) {
    const missing = error instanceof InputError && error.code === "store.missing";
    const problem =
      missing && (await isLeftBegun(path))
        ? `${path}: a start that was killed before it wrote anything. The folder can be deleted.`
        : messageOf(error);
    return { id, path, problem, missing };
  }
}

/** Whether its start was killed before the record; the record of one that goes on comes in a moment. */
async function isLeftBegun(path: string): Promise<boolean> {
  const content = await contentOf(path).catch(() => undefined);
  return content?.length === 0 && !(await isLocked(join(path, runFiles.lock)));
}

/** Whether a process works on a run whose record says so. */
export async function isLiveRun(path: string, { state }: RunRecord): Promise<boolean> {
  return isActive(state) && (await isLocked(join(path, runFiles.lock)));
}

export function runsFolder(workspaceFolder: string): string {
  return join(storageFolder(workspaceFolder), "runs");
}

const inWorkspace = ({ workspaceFolder, name, seed, now, random }: NewRun): Promise<string> =>
  makeNamedFolder({ workspaceFolder, kind: "runs", words: name, detail: `s${seed}`, now, random });

/** Without locks and leftovers: a start that was killed before its record leaves nothing of worth. */
async function contentOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !isLeftover(name) && !lockFilesOf(runFiles.lock).includes(name));
}

/** Makes it, or finds nothing in it; whether its start goes on says the lock. */
async function requireEmpty(folder: string): Promise<void> {
  let content: readonly string[];
  try {
    await makeFolder(folder);
    content = await contentOf(folder);
  } catch (error) {
    throw fileError(error, folder);
  }
  if (content.length > 0) {
    throw new InputError("store.not-empty", `${folder}: not empty (${content[0]}). Give a new folder, or empty it.`);
  }
}
