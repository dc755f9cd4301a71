/**
 * The runs of a workspace. A record is read once and then known by the state of its file: in memory, and for other
 * processes in an index of the caches, `.lerl/cache/runs.json`, which may be deleted, or be anything, at any time.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { isFolderName } from "../../protocol/folderName.ts";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { InputError, messageOf } from "../errors.ts";
import { readText } from "../regularFile.ts";
import { fewAtOnce } from "./fewAtOnce.ts";
import { isMissing, replaceFile, unreadable } from "./files.ts";
import { asRunRecord } from "./runDocuments.ts";
import { isLiveRun, type ListedRun, listRun, runFiles, runsFolder } from "./runFolder.ts";
import { cacheFolder, makeBelow, storageFolder } from "./storage.ts";

const indexSchema = z.object({
  version: z.literal(1),
  /** By the folder's name; only names that are found on disk are looked up. */
  runs: z.record(z.string(), z.object({ state: z.string(), record: z.unknown() })),
});
type Index = z.output<typeof indexSchema>["runs"];

interface Known {
  /** Of run.json when it was read. */
  readonly state: string;
  readonly record: RunRecord;
}

/** So many records are read in no time; the index is written where more are new to it. */
const NOT_WORTH_AN_INDEX = 32;
/** Bytes. A larger index is none of ours. */
const LARGEST_INDEX = 1 << 28;

export class RunList {
  private readonly known = new Map<string, Known>();
  /** As it was found, until its entries are looked up. */
  private index: Promise<Index> | undefined;
  /** Records that the index on disk does not hold as they are. */
  private fresh = 0;

  /**
   * @param onWarning told where the index cannot be written; everything works without
   * @param mayWrite whether it may be
   */
  constructor(
    private readonly workspaceFolder: string,
    private readonly onWarning: (warning: Error) => void,
    private readonly mayWrite: () => boolean = () => true,
  ) {}

  /**
   * Newest first; a folder that cannot be read is listed with its problem. No `.lerl`: no runs.
   * @throws InputError `store.unreadable`
   */
  async list(): Promise<readonly ListedRun[]> {
    const runs = runsFolder(this.workspaceFolder);
    const names = await folderNames(runs);
    const listed = [...(await fewAtOnce(names, (name) => this.look(join(runs, name), name as RunId)))];
    this.forgetAllBut(new Set(names));
    await this.keep();
    return listed.sort((a, b) => compare(startOf(b), startOf(a)) || compare(b.id, a.id));
  }

  private async look(path: string, id: RunId): Promise<ListedRun> {
    const state = await stateOf(join(path, runFiles.record));
    const known = state === undefined ? undefined : await this.recall(id, state);
    if (known) return { id, path, record: known, live: await isLiveRun(path, known) };
    const run = await listRun(path, id);
    if (run.record && state !== undefined) {
      this.known.set(id, { state, record: run.record });
      if (!isActive(run.record.state)) this.fresh += 1;
    }
    return run;
  }

  private async recall(id: RunId, state: string): Promise<RunRecord | undefined> {
    const known = this.known.get(id);
    if (known) return known.state === state ? known.record : undefined;
    this.index ??= readIndex(this.workspaceFolder);
    const kept = await this.index;
    const entry = Object.hasOwn(kept, id) ? kept[id] : undefined;
    const record = entry?.state === state ? asRunRecord(entry.record, id) : undefined;
    if (record) this.known.set(id, { state, record });
    return record;
  }

  private forgetAllBut(names: ReadonlySet<string>): void {
    for (const id of this.known.keys()) if (!names.has(id)) this.known.delete(id);
    // What was of use in it is known by now.
    if (this.index) this.index = Promise.resolve({});
  }

  /** Records of active runs change all the time. */
  private async keep(): Promise<void> {
    if (this.fresh < NOT_WORTH_AN_INDEX || !this.mayWrite()) return;
    this.fresh = 0;
    const runs = Object.fromEntries([...this.known].filter(([, { record }]) => !isActive(record.state)));
    try {
      const folder = await makeBelow(storageFolder(this.workspaceFolder), "cache");
      await replaceFile(join(folder, INDEX), JSON.stringify({ version: 1, runs }));
    } catch (error) {
      this.onWarning(new InputError("run.no-index", `The index of runs is not kept: ${messageOf(error)}`));
    }
  }
}

const INDEX = "runs.json";

async function folderNames(runs: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(runs, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && isFolderName(entry.name)).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw unreadable(runs, error);
  }
}

/** While it stays the same, so does the file. */
async function stateOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" ");
}

async function readIndex(workspaceFolder: string): Promise<Index> {
  try {
    const file = join(cacheFolder(storageFolder(workspaceFolder)), INDEX);
    if ((await stat(file)).size > LARGEST_INDEX) return {};
    return indexSchema.parse(JSON.parse(await readText(file))).runs;
  } catch {
    return {};
  }
}

const startOf = (run: ListedRun): string => run.record?.startedAt ?? "";

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
