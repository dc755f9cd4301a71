/** The folder of a suite, `.lerl/suites/<name>/`: which trials make up its table, the trials, and the table. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { comparedMetrics } from "../../protocol/suite.ts";
import { InputError, messageOf } from "../errors.ts";
import { isMissing, replaceFile, toJson } from "../store/files.ts";
import { storageFolder } from "../store/storage.ts";
import type { SuitePlan } from "./readSuite.ts";

const FILE = "suite.json";

/** suite.json: what a table or a report of the suite needs to know beside the trials. */
const suiteRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string(),
  question: z.string(),
  file: z.string(),
  baseline: z.string(),
  metrics: z.array(z.enum(comparedMetrics)),
  sessions: z.int(),
  variants: z.array(z.strictObject({ name: z.string(), description: z.string(), trials: z.array(z.string()) })),
});
export type SuiteRecord = z.output<typeof suiteRecordSchema>;

export function suiteFolder(workspaceFolder: string, name: string): string {
  const words = name
    .normalize("NFC")
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? ["suite"];
  return join(storageFolder(workspaceFolder), "suites", words.join("-"));
}

export const trialFolder = (suite: string, id: string): string => join(suite, "trials", id);

export async function writeSuiteRecord(folder: string, { suite, file, variants }: SuitePlan): Promise<SuiteRecord> {
  const { name, question, metrics, sessions } = suite;
  const record: SuiteRecord = {
    schemaVersion: 1,
    name,
    question,
    file,
    baseline: suite.baseline ?? variants[0]?.name ?? "",
    metrics,
    sessions,
    variants: variants.map((variant, i) => ({
      name: variant.name,
      description: suite.variants[i]?.description ?? "",
      trials: variant.trials.map(({ id }) => id),
    })),
  };
  await replaceFile(join(folder, FILE), `${toJson(record, 2)}\n`);
  return record;
}

/** Undefined where the folder is no suite's. @throws InputError where its record is damaged */
export async function readSuiteRecord(folder: string): Promise<SuiteRecord | undefined> {
  const file = join(folder, FILE);
  try {
    return suiteRecordSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new InputError(
      "suite.broken",
      `${file}: not readable (${messageOf(error)}). Run the suite again; finished trials are kept.`,
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
