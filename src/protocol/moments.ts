/**
 * The moments document, `*.moments.json`: decisions kept for good, and what a plan for them must be (docs/trials.md,
 * "Moments"). Text, to be read and reviewed; no code.
 */
import * as z from "zod";
import { text } from "./experiment/fields.ts";
import type { Immutable } from "./immutable.ts";
import { type ParsedDocument, parseDocument, problemAt } from "./parseExperiment.ts";
import { LONGEST_NAME } from "./trial/extent.ts";

const category = z.union([z.int(), z.string().min(1)]);
const categories = (description: string) => z.array(category).min(1).max(1000).optional().meta({ description });

/** What is asked of a plan; what is not given is not asked. */
export const assertionsSchema = z.strictObject({
  valid: z.boolean().optional().meta({ description: "The model's reply could be used: no stand-in planned." }),
  size: z
    .strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional() })
    .optional()
    .meta({ description: "Categories in the plan." }),
  includes: categories("Categories, by name or id, that the plan must hold."),
  excludes: categories("Categories that it must not hold."),
  excludesAny: categories("Categories of which it must leave out at least one."),
  newCategories: z
    .strictObject({ min: z.int().min(0) })
    .optional()
    .meta({ description: "Categories in it that no slate of the visit has shown." }),
  overlapWithLastSlate: z
    .strictObject({ max: z.number().min(0).max(1) })
    .optional()
    .meta({ description: "Share of its categories that the last slate showed." }),
  planValue: z
    .strictObject({
      min: z.number(),
      relative: z.boolean().default(false).meta({ description: "min is what it may differ from the baseline's." }),
    })
    .optional()
    .meta({ description: "Expected reward of the best slate inside the plan, less what its repeats cost." }),
  latencyMs: z
    .strictObject({ max: z.number().positive() })
    .optional()
    .meta({ description: "Time of the answer; one that was kept is not measured." }),
  tokens: z
    .strictObject({ max: z.int().positive() })
    .optional()
    .meta({ description: "Tokens of question and answer.", unit: "tokens" }),
});
export type Assertions = Immutable<z.output<typeof assertionsSchema>>;

const slateSchema = z.strictObject({
  items: z.array(z.string().min(1)).min(1).max(100).meta({ description: "Item ids, in rank order." }),
  feedback: z
    .record(z.string(), z.array(z.string()))
    .default({})
    .meta({ description: 'Feedback given, by item id, for example { "v12": ["click"] }.' }),
});

const reflectionSchema = z.strictObject({
  id: text("Id of the reflection in its pool."),
  text: text("What it says."),
  score: z.number().meta({ description: "Score of the session it came from." }),
  expected: z.number().optional().meta({ description: "What a session of its user was expected to score." }),
});

export const momentSchema = z.strictObject({
  name: z.string().min(1).max(LONGEST_NAME).meta({ description: "Names it in the grid." }),
  note: z.string().optional().meta({ description: "Why it was kept." }),
  user: text("User id in the data."),
  slates: z.array(slateSchema).max(1000).default([]).meta({ description: "Slates served in the visit before." }),
  reflections: z.array(reflectionSchema).max(20).default([]).meta({ description: "Reflections shown to the planner." }),
  expect: assertionsSchema.optional().meta({ description: "What its plan must be, beside what is asked of all." }),
});
export type Moment = Immutable<z.output<typeof momentSchema>>;

export const momentsSchema = z
  .strictObject({
    $schema: z.string().optional(),
    expect: assertionsSchema.optional().meta({ description: "What is asked of every plan." }),
    moments: z.array(momentSchema).max(1000).meta({ description: "Decisions that contenders plan anew." }),
  })
  .meta({ title: "LERL moments" });
export type Moments = Immutable<z.output<typeof momentsSchema>>;

/** Parses moments; names must be unique. */
export function parseMoments(source: string): ParsedDocument<Moments> {
  const parsed = parseDocument(source, momentsSchema);
  if (!parsed.ok) return parsed;
  const names = parsed.value.moments.map(({ name }) => name);
  const problems = names.flatMap((name, i) =>
    names.indexOf(name) < i
      ? [problemAt(source, ["moments", i, "name"], `"${name}" is the name of an earlier moment; choose another.`)]
      : [],
  );
  return problems.length > 0 ? { ok: false, problems } : parsed;
}

/** The JSON Schema the editor checks `*.moments.json` files with. */
export function momentsJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(momentsSchema, { io: "input", target: "draft-7" });
}
