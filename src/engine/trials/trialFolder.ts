/** The folder of a trial, `.lerl/trials/<id>/` (docs/trials.md): deleting it deletes the trial. */
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import { asItWas } from "../../protocol/experiment/laterSettings.ts";
import { quitRuleSchema } from "../../protocol/experiment/simulator.ts";
import { experimentSchema } from "../../protocol/experiment.ts";
import { isFolderName } from "../../protocol/folderName.ts";
import { fitting } from "../../protocol/misfit.ts";
import { momentsSchema } from "../../protocol/moments.ts";
import { type CellRow, cellRowSchema } from "../../protocol/trial/cell.ts";
import { type TrialRecord, trialRecordSchema } from "../../protocol/trial/record.ts";
import { type VisitRow, visitRowSchema } from "../../protocol/trial/visit.ts";
import { InputError, messageOf } from "../errors.ts";
import { shellWord } from "../shellWord.ts";
import { fewAtOnce } from "../store/fewAtOnce.ts";
import { isMissing, orUndo, unreadable } from "../store/files.ts";
import {
  type DocumentFormat,
  isDocument,
  JsonDocument,
  namedByFolder,
  readJsonDocument,
} from "../store/jsonDocument.ts";
import { parseLine, wholeLines } from "../store/jsonLines.ts";
import { makeNamedFolder, type NamedFolder } from "../store/namedFolder.ts";
import { isLocked, RunLock } from "../store/runLock.ts";
import { folderNamed, storageFolder, writablePath } from "../store/storage.ts";
import { sweepLeftovers } from "../wholeFile.ts";

const files = {
  record: "trial.json",
  sessions: "sessions.jsonl",
  cells: "cells.jsonl",
  llm: "llm.jsonl",
  prompts: "prompts.jsonl",
  lock: "lock.json",
} as const;

const recordSchema = z
  .strictObject({
    ...trialRecordSchema.shape,
    experiment: z.preprocess(asItWas, experimentSchema),
    moments: momentsSchema.optional(),
  })
  .refine(({ base: { run } }) => quitRuleSchema.optional().safeParse(run?.quit).success, {
    path: ["base", "run", "quit"],
    message: "expected a quit rule",
  });

const recordFormat: DocumentFormat<TrialRecord> = { schema: recordSchema, version: 1, migrations: {} };

/** A trial's folder that this process owns until `release`. */
export class TrialFolder {
  readonly id: string;

  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly lock: RunLock,
  ) {
    this.id = basename(path);
  }

  /** @throws InputError `store.unwritable` */
  static async create(wanted: Omit<NamedFolder, "kind">): Promise<TrialFolder> {
    return TrialFolder.own(await makeNamedFolder({ ...wanted, kind: "trials" }), wanted.now);
  }

  /**
   * @param takeOver also from an owner that cannot be judged from here, where it does not renew its lock
   * @throws InputError `store.missing`, `store.link`, `store.locked`, `store.locked-elsewhere`
   */
  static async open(path: string, now: () => Date, takeOver = false): Promise<TrialFolder> {
    const folder = writablePath(path);
    if (await isTrialFolder(folder)) return TrialFolder.own(folder, now, takeOver);
    throw new InputError(
      "store.missing",
      `${folder}: not a trial folder, it holds no ${files.record}. Give a folder under .lerl/trials.`,
    );
  }

  private static async own(path: string, now: () => Date, takeOver = false): Promise<TrialFolder> {
    const ifGone = `take the folder over: lerl trial ${shellWord(path)} --take-over`;
    const lock = await RunLock.acquire(join(path, files.lock), { now, takeOver, ifGone });
    await orUndo(
      () => sweepLeftovers(path, true),
      () => lock.release(),
    );
    return new TrialFolder(path, lock);
  }

  /** Hears that another process has taken the folder over. */
  onLost(listener: () => void): void {
    this.lock.onLost(listener);
  }

  /** Before every write. @throws LerlError `store.taken-over` */
  readonly assertOwned = (): void => this.lock.assertHeld();

  file(name: keyof typeof files): string {
    return join(this.path, files[name]);
  }

  /** @throws InputError where it is damaged */
  record(onWarning: (warning: Error) => void, initial?: TrialRecord): Promise<JsonDocument<TrialRecord>> {
    const file = this.file("record");
    return JsonDocument.open({
      file,
      format: namedByFolder(file, recordFormat),
      onWarning,
      assertOwned: this.assertOwned,
      ...(initial && { initial }),
    });
  }

  async release(): Promise<void> {
    await this.lock.release();
  }

  /** Instead of `release`: a trial that could not begin leaves nothing. What is another process's by now stays. */
  async remove(): Promise<void> {
    if (await this.lock.release()) await rm(this.path, { recursive: true, force: true });
  }
}

export const isTrialFolder = (path: string): Promise<boolean> => isDocument(join(path, files.record));

export const trialFile = (path: string, name: keyof typeof files): string => join(path, files[name]);

const trialsFolder = (workspaceFolder: string): string => join(storageFolder(workspaceFolder), "trials");

/** Reads a trial's record without owning it. */
export function readTrialRecord(path: string): Promise<TrialRecord> {
  const file = trialFile(path, "record");
  return readJsonDocument(file, namedByFolder(file, recordFormat), () => undefined);
}

/** Every visit a trial has kept, in the order they ended. */
export const readVisits = (path: string): Promise<readonly VisitRow[]> =>
  fittingRows(visitRowSchema, join(path, files.sessions));

/** Every plan for a moment that it has kept. */
export const readCells = (path: string): Promise<readonly CellRow[]> =>
  fittingRows(cellRowSchema, join(path, files.cells));

/** Looked at before anything is served: what does not fit would end the trial when its result is written. */
async function fittingRows<S extends z.core.$ZodType>(schema: S, file: string): Promise<readonly z.output<S>[]> {
  const rows: z.output<S>[] = [];
  for await (const { text, number } of wholeLines(file)) {
    const where = `${file}:${number}`;
    const row = parseLine(text, where);
    try {
      rows.push(fitting(schema, row));
    } catch (error) {
      const message = `${where}: ${messageOf(error)}. Repair the line, or delete it: what it held is served anew.`;
      throw new InputError("store.broken-line", message, { cause: error });
    }
  }
  return rows;
}

/** A folder below `.lerl/trials`, readable or not. */
export type ListedTrial = { readonly id: string; readonly path: string } & (
  | { readonly record: TrialRecord; readonly live: boolean }
  | { readonly record?: undefined; readonly problem: string }
);

/** The trials of a workspace, newest first. */
export async function listTrials(workspaceFolder: string): Promise<readonly ListedTrial[]> {
  const parent = trialsFolder(workspaceFolder);
  const entries = await readdir(parent, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw unreadable(parent, error);
  });
  const folders = entries.filter((entry) => entry.isDirectory() && isFolderName(entry.name));
  const listed = [...(await fewAtOnce(folders, ({ name }) => listTrial(join(parent, name))))];
  return listed.sort((a, b) => (startOf(a) < startOf(b) ? 1 : startOf(a) > startOf(b) ? -1 : 0));
}

async function listTrial(path: string): Promise<ListedTrial> {
  const id = basename(path);
  try {
    const record = await readTrialRecord(path);
    return { id, path, record, live: await isLocked(join(path, files.lock)) };
  } catch (error) {
    return { id, path, problem: messageOf(error) };
  }
}

const startOf = ({ record }: ListedTrial): string => record?.startedAt ?? "";

/** Where models' answers are recorded that tell a trial's pace: those of trials before, the newest first, and of its base's run. */
export async function recordedCalls(workspaceFolder: string, run: string | undefined): Promise<readonly string[]> {
  const trials = (await listTrials(workspaceFolder)).slice(0, TRIALS_ASKED);
  const ofRun = run === undefined ? undefined : folderNamed(workspaceFolder, "runs", run);
  return [...trials.map(({ path }) => path), ...(ofRun === undefined ? [] : [ofRun])].map((path) =>
    join(path, files.llm),
  );
}

const TRIALS_ASKED = 5;
