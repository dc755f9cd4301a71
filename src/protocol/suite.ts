/**
 * The suite document, `*.suite.json`: one base experiment, variants of it, and seeds. Every variant is run with every
 * seed; each of these trainings is a run.
 */

import * as z from "zod";
import { SETTING_PATH } from "./jsonPath.ts";
import { type DocumentProblem, type ParsedDocument, parseDocument, problemAt } from "./parseExperiment.ts";

/** Metrics a table of a suite can show, by their names in the metric catalogue; `normalised` is evalNormalised. */
export const comparedMetrics = [
  "rCum",
  "tInt",
  "rSin",
  "normalised",
  "evalTrainingRCum",
  "evalTrainingNormalised",
  "evalDrop",
  "coverage",
  "categoryCoverage",
  "ild",
  "categoryEntropy",
  "gini",
  "overlapAligned",
  "overlapAny",
  "mcd",
  "novelty",
] as const;
export type ComparedMetric = (typeof comparedMetrics)[number];

const overrides = (description: string) => z.record(z.string().regex(SETTING_PATH), z.unknown()).meta({ description });

const variantSchema = z.strictObject({
  name: z.string().min(1).max(80).meta({ description: "Names the variant's row in tables and reports." }),
  description: z.string().default("").meta({ description: "What this variant is." }),
  set: overrides("Settings of this variant by JSON path, as with lerl run --set.").prefault({}),
});

export const suiteSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1).max(80).meta({ description: "Names the suite and its folder .lerl/suites/<name>." }),
    question: z.string().default("").meta({ description: "What this suite is to find out." }),
    experiment: z.string().min(1).meta({ description: "Base experiment, relative to this file." }),
    set: overrides("Settings of all variants by JSON path; a variant's own win.").prefault({}),
    variants: z.array(variantSchema).min(1).max(200).meta({ description: "What is compared, in the table's order." }),
    baseline: z
      .string()
      .optional()
      .meta({ description: "Variant that the others are compared with; the first by default." }),
    seeds: z
      .array(z.int().min(0).max(0xffff_ffff))
      .min(1)
      .max(1000)
      .default([1, 2, 3, 4, 5])
      .meta({ description: "Seeds of the runs; at least 5 for an interval worth its name." }),
    sessions: z
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .meta({ description: "Evaluation sessions per run, the same for all.", unit: "sessions" }),
    metrics: z
      .array(z.enum(comparedMetrics))
      .min(1)
      .default(["rCum", "tInt", "rSin", "normalised"])
      .meta({ description: "Columns of the table." }),
  })
  .meta({ title: "LERL suite" });

export type Suite = z.output<typeof suiteSchema>;

/** Parses a suite; names must be unique, and the baseline one of them. */
export function parseSuite(text: string): ParsedDocument<Suite> {
  const parsed = parseDocument(text, suiteSchema);
  if (!parsed.ok) return parsed;
  const problems = [...repeatedValues(text, parsed.value), ...unknownBaseline(text, parsed.value)];
  return problems.length > 0 ? { ok: false, problems } : parsed;
}

function repeatedValues(text: string, { variants, seeds }: Suite): readonly DocumentProblem[] {
  const names = variants.map(({ name }) => name);
  const repeats = <T>(values: readonly T[]) => values.flatMap((value, i) => (values.indexOf(value) < i ? [i] : []));
  return [
    ...repeats(names).map((i) =>
      problemAt(text, ["variants", i, "name"], `"${names[i]}" is the name of an earlier variant; choose another.`),
    ),
    ...repeats(seeds).map((i) => problemAt(text, ["seeds", i], `${seeds[i]} is listed twice; remove one.`)),
  ];
}

function unknownBaseline(text: string, { variants, baseline }: Suite): readonly DocumentProblem[] {
  if (baseline === undefined || variants.some(({ name }) => name === baseline)) return [];
  const names = variants.map(({ name }) => `"${name}"`).join(", ");
  return [problemAt(text, ["baseline"], `"${baseline}" is no variant; expected one of ${names}.`)];
}

/** The JSON Schema the editor checks `*.suite.json` files with. */
export function suiteJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(suiteSchema, { io: "input", target: "draft-7" });
}
