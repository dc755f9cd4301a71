/** The two mutable documents of a run folder: its record and its reflections. */
import * as z from "zod";
import { asItWas } from "../../protocol/experiment/laterSettings.ts";
import { experimentSchema } from "../../protocol/experiment.ts";
import type { Immutable } from "../../protocol/immutable.ts";
import {
  promptVersionSchema,
  type Reflection,
  type RunId,
  type RunRecord,
  reflectionSchema,
  runRecordSchema,
  runSummarySchema,
} from "../../protocol/run.ts";
import { type DocumentFormat, JsonDocument, namedByFolder, readJsonDocument } from "./jsonDocument.ts";

/** As the file holds it: with an experiment that parses, and with nothing in it that writing would lose. */
const recordSchema = z.strictObject({
  ...runRecordSchema.shape,
  experiment: experimentSchema,
  prompts: z.array(z.strictObject(promptVersionSchema.shape)).default([]),
  summary: z.strictObject(runSummarySchema.shape).optional(),
});

const recordFormat: DocumentFormat<RunRecord> = {
  schema: recordSchema,
  version: 9,
  migrations: {
    1: (record) => ({ ...record, schemaVersion: 2, experiment: asItWas(record.experiment) }),
    2: (record) => ({ ...record, schemaVersion: 3, experiment: asItWas(record.experiment) }),
    // Such a run gets its uid when it goes on.
    3: (record) => ({ ...record, schemaVersion: 4 }),
    4: (record) => ({ ...record, schemaVersion: 5, experiment: asItWas(record.experiment) }),
    5: (record) => ({ ...record, schemaVersion: 6, experiment: asItWas(record.experiment) }),
    6: (record) => ({ ...record, schemaVersion: 7, experiment: asItWas(record.experiment) }),
    7: (record) => ({ ...record, schemaVersion: 8, experiment: asItWas(record.experiment) }),
    8: (record) => ({ ...record, schemaVersion: 9, experiment: asItWas(record.experiment) }),
  },
};

const reflectionsSchema = z.strictObject({ schemaVersion: z.literal(2), reflections: z.array(reflectionSchema) });
export type ReflectionsDocument = Immutable<z.output<typeof reflectionsSchema>>;

const reflectionsFormat: DocumentFormat<ReflectionsDocument> = {
  schema: reflectionsSchema,
  version: 2,
  // Version 2 has `expected`, `user` and `visit` of a reflection.
  migrations: { 1: (document) => ({ ...document, schemaVersion: 2 }) },
};

export interface DocumentOptions {
  readonly file: string;
  /** Told when a backup had to be used, or a write in the background failed. */
  readonly onWarning: (warning: Error) => void;
  /** Asked before every write; throws where the folder is another process's by now. */
  readonly assertOwned?: () => void;
}

/** Opens run.json; `initial` makes it a new run's. */
export function openRunRecord(options: DocumentOptions, initial?: RunRecord): Promise<JsonDocument<RunRecord>> {
  return JsonDocument.open({
    ...options,
    format: namedByFolder(options.file, recordFormat),
    ...(initial && { initial }),
  });
}

/** Reads run.json without owning it. @param onWarning told when its backup had to be used */
export function readRunRecord(file: string, onWarning: (warning: Error) => void = () => undefined): Promise<RunRecord> {
  return readJsonDocument(file, namedByFolder(file, recordFormat), onWarning);
}

/** A record that was kept elsewhere as the folder's of that name; nothing where it does not fit this version. */
export function asRunRecord(value: unknown, id: RunId): RunRecord | undefined {
  const { data } = z.safeParse(recordSchema, value);
  return data && { ...data, id };
}

/** Opens reflections.json; a run without one starts with an empty pool. */
export function openReflections(options: DocumentOptions): Promise<JsonDocument<ReflectionsDocument>> {
  return JsonDocument.open({
    ...options,
    format: reflectionsFormat,
    initial: { schemaVersion: 2, reflections: [] },
  });
}

/** Puts other reflections in the place of those in reflections.json, at once. */
export async function replaceReflections(options: DocumentOptions, reflections: readonly Reflection[]): Promise<void> {
  const document = await openReflections(options);
  document.update((data) => ({ ...data, reflections: [...reflections] }));
  await document.flush();
}

/** Reads reflections.json without owning it. */
export async function readReflections(file: string): Promise<readonly Reflection[]> {
  return (await readJsonDocument(file, reflectionsFormat, () => undefined)).reflections;
}
