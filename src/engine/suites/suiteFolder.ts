/** The folder of a suite, `.lerl/suites/<name>/`: which runs make up its table, the runs, and the table. */
import { createHash } from "node:crypto";
import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { isFolderName } from "../../protocol/folderName.ts";
import { fitting } from "../../protocol/misfit.ts";
import { comparedMetrics } from "../../protocol/suite.ts";
import { InputError } from "../errors.ts";
import { readJson, reasonOf } from "../regularFile.ts";
import { isMissing, replaceFile, systemCode, toJson, unreadable } from "../store/files.ts";
import { below, storageFolder } from "../store/storage.ts";
import type { SuitePlan } from "./readSuite.ts";

const FILE = "suite.json";

/** The names of the runs' folders. */
const runId = z.string().refine(isFolderName, "expected the name of a folder");

/** suite.json: what a table or a report of the suite needs to know beside the runs. */
const suiteRecordSchema = z.strictObject({
  schemaVersion: z.literal(2),
  name: z.string(),
  question: z.string(),
  file: z.string(),
  baseline: z.string(),
  metrics: z.array(z.enum(comparedMetrics)),
  sessions: z.int(),
  variants: z.array(z.strictObject({ name: z.string(), description: z.string(), runs: z.array(runId) })),
});
export type SuiteRecord = z.output<typeof suiteRecordSchema>;

/**
 * Where a suite keeps its runs: `.lerl/suites/` and the words of its name. Names of the same words, "My suite" and
 * "my-suite!", get folders of their own: the one that came first has it, another's ends in a hash of its name.
 *
 * @param suite its name, and the absolute path of its file: one that was renamed keeps its runs
 * @throws InputError `store.link`
 */
export async function suiteFolder(workspaceFolder: string, suite: Pick<SuiteRecord, "name" | "file">): Promise<string> {
  const words = suite.name
    .normalize("NFC")
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? ["suite"];
  const folderOf = (...parts: readonly string[]) => below(storageFolder(workspaceFolder), "suites", parts.join("-"));
  const own = folderOf(...words, createHash("sha256").update(suite.name).digest("hex").slice(0, 8));
  if (await exists(own)) return own;
  const shared = folderOf(...words);
  // A damaged record is written anew by whoever runs the suite.
  const found = await readSuiteRecord(shared).catch(() => undefined);
  return !found || found.name === suite.name || found.file === suite.file ? shared : own;
}

const RUNS = "runs";
/** What version 1 called them. */
const OLD_RUNS = "trials";

/** @throws InputError `store.link` */
export const suiteRunFolder = (suite: string, id: string): string => below(suite, RUNS, id);

/** The folder that holds a suite's runs, also where version 1 made it and the suite has not been run since. */
export async function suiteRunsFolder(suite: string): Promise<string> {
  const isOld = !(await exists(join(suite, RUNS))) && (await exists(join(suite, OLD_RUNS)));
  return join(suite, isOld ? OLD_RUNS : RUNS);
}

/** Gives the runs of a version 1 suite their place; by whoever runs the suite. */
export async function renameOldFolder(suite: string): Promise<void> {
  const found = await suiteRunsFolder(suite);
  if (found !== join(suite, RUNS)) await rename(found, join(suite, RUNS));
}

/** Version 1 called a suite's runs its trials. */
function migrated(document: unknown): unknown {
  const old = oldRecordSchema.safeParse(document);
  if (!old.success) return document;
  const variants = old.data.variants.map(({ trials, ...variant }) => ({ ...variant, runs: trials }));
  return { ...old.data, schemaVersion: 2, variants };
}

const oldRecordSchema = z.looseObject({
  schemaVersion: z.literal(1),
  variants: z.array(z.looseObject({ trials: z.array(z.string()) })),
});

export async function writeSuiteRecord(folder: string, { suite, file, variants }: SuitePlan): Promise<SuiteRecord> {
  const { name, question, metrics, sessions } = suite;
  const record: SuiteRecord = {
    schemaVersion: 2,
    name,
    question,
    file,
    baseline: suite.baseline ?? variants[0]?.name ?? "",
    metrics,
    sessions,
    variants: variants.map((variant, i) => ({
      name: variant.name,
      description: suite.variants[i]?.description ?? "",
      runs: variant.runs.map(({ id }) => id),
    })),
  };
  await replaceFile(join(folder, FILE), `${toJson(record, 2)}\n`);
  return record;
}

/** The ids of the runs that a suite has in a workspace. */
export async function begunRuns(
  workspaceFolder: string,
  { suite, file }: Pick<SuitePlan, "suite" | "file">,
): Promise<ReadonlySet<string>> {
  const folder = await suiteFolder(workspaceFolder, { name: suite.name, file });
  return new Set(await readdir(await suiteRunsFolder(folder)).catch(() => []));
}

/** Undefined where the folder is no suite's. @throws InputError where its record is damaged */
export async function readSuiteRecord(folder: string): Promise<SuiteRecord | undefined> {
  const file = join(folder, FILE);
  try {
    return fitting(suiteRecordSchema, migrated(await readJson(file)));
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (systemCode(error)) throw unreadable(file, error);
    throw new InputError(
      "suite.broken",
      `${file}: not readable (${reasonOf(error)}). Run the suite again; finished runs are kept.`,
      { cause: error },
    );
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
