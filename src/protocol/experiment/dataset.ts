/** Where users, items and logged interactions come from; one schema per kind of data set. */
import * as z from "zod";
import type { Immutable } from "../immutable.ts";
import { count, flag, real, text } from "./fields.ts";
import { columnSchema, tableFormatSchema } from "./tables.ts";

const syntheticDataset = z.strictObject({
  kind: z.literal("synthetic").default("synthetic"),
  users: count("Number of users generated.", 1000, 2, 1_000_000, "users"),
  items: count("Number of items generated.", 2000, 12, 1_000_000, "items"),
  categories: count("Number of content categories.", 31, 2, 46),
  signal: z.enum(["realistic", "strong"]).default("realistic").meta({
    description:
      "How much of a click follows from taste. realistic: as hard to foresee as real logs (the truth's AUC on its own log is .79); strong: .89, as in runs before run.json version 5.",
  }),
  satiation: real("How strongly a category just seen lowers the click probability of the next item of it.", 1, 0, 5),
  seed: count("Seed of the generated data; independent of the run's seed.", 1, 0, 0xffff_ffff),
});

const folder = text("Folder that holds the files as published; relative paths start at the experiment file.");

const mayDrop = real(
  "Largest share of the interactions that may be left out (unknown items, no category, duplicates); with more the data are refused.",
  0.9,
  0,
  1,
);

const kuairandDataset = z.strictObject({
  kind: z.literal("kuairand"),
  path: folder,
  mayDrop,
  includeRandomLog: flag("Also read log_random_4_22_to_5_08_pure.csv (uniformly exposed items).", false),
});

const kuairecDataset = z.strictObject({
  kind: z.literal("kuairec"),
  path: folder,
  mayDrop,
  matrix: z
    .enum(["small", "big"])
    .default("small")
    .meta({ description: "Which interaction matrix: the fully observed small one, or the big one." }),
  clickAtWatchRatio: real("A watch ratio at or above this counts as a click.", 2, 0, 100),
});

const movielensDataset = z.strictObject({
  kind: z.literal("movielens"),
  path: folder,
  mayDrop,
  clickAtRating: real("A rating at or above this counts as a click.", 4, 0.5, 5),
});

/** Cells that hold nothing, beside those that are empty. */
export const nullWords = ["NaN", "nan", "NA", "N/A", "<NA>", "null", "NULL", "None", "\\N"];

const csvDataset = z.strictObject({
  kind: z.literal("csv"),
  interactions: z.strictObject({
    path: text("File with one row per interaction: CSV or another delimited table, or JSON lines; also as .gz."),
    format: tableFormatSchema.prefault({}),
    user: columnSchema("Column of the user id.").default("user"),
    item: columnSchema("Column of the item id.").default("item"),
    feedback: z.array(columnSchema("Column of a feedback.")).max(8).default(["is_click"]).meta({
      description:
        "Feedback columns, each 0 or 1 (see clickAt for others); the first earns the reward by default. An empty list makes every row a click.",
    }),
    clickAt: z
      .union([z.number(), z.record(z.string().min(1), z.number())])
      .optional()
      .meta({
        description:
          "A rating, watch time or count at or above this is a click: one number for the first feedback column, or numbers by column.",
      }),
    event: z
      .strictObject({
        column: columnSchema("Column that names what happened."),
        click: z
          .array(z.string().min(1))
          .min(1)
          .meta({ description: "The events that count as a click; any other is a row without one." }),
      })
      .optional()
      .meta({ description: "Where the name of an event tells of a click: is_click is then read from it." }),
    time: columnSchema(
      "Column that orders a user's interactions: a number of any unit, or a date (ISO 8601); without it the file's order counts.",
    ).optional(),
    negatives: z
      .strictObject({
        perClick: count("Rows without a click drawn for every click.", 4, 1, 100),
        seed: count("Seed of the draw; independent of the run's seed.", 1, 0, 0xffff_ffff),
      })
      .optional()
      .meta({
        description:
          "For a log of clicks only: rows without a click, of items that the user has no row with, drawn uniformly.",
      }),
  }),
  items: z.strictObject({
    path: text("File with one row per item; without it the categories stand in the interactions.").optional(),
    format: tableFormatSchema.prefault({}),
    item: columnSchema("Column of the item id; in one file it is that of the interactions.").default("item"),
    categories: columnSchema("Column of the item's categories.").default("categories"),
    separator: text(
      "What separates several categories in one cell, unless the cell is a list as Python or JSON write it.",
    ).default("|"),
    otherwise: text(
      "Category of the items that have none, or that the item file lacks; without it their interactions are dropped.",
    ).optional(),
  }),
  nullWords: z
    .array(z.string().min(1))
    .default(nullWords)
    .meta({ description: "Cells that hold nothing, beside empty ones." }),
  matching: z.enum(["forms", "exact"]).default("forms").meta({
    description:
      "forms: 101.0 is 101, blanks around ids and Unicode forms do not count, and cells with lists hold several categories. exact: ids and categories as they are written, and category ids in their natural order, as in runs before run.json version 8.",
  }),
  mayDrop,
});

export const datasetSchema = z
  .discriminatedUnion("kind", [syntheticDataset, kuairandDataset, kuairecDataset, movielensDataset, csvDataset])
  .meta({ description: "Where users, items and logged interactions come from." });

export type DatasetConfig = Immutable<z.output<typeof datasetSchema>>;
type ConfigOf<K extends DatasetConfig["kind"]> = Extract<DatasetConfig, { readonly kind: K }>;
export type SyntheticConfig = ConfigOf<"synthetic">;
export type KuaiRandConfig = ConfigOf<"kuairand">;
export type KuaiRecConfig = ConfigOf<"kuairec">;
export type MovieLensConfig = ConfigOf<"movielens">;
export type CsvConfig = ConfigOf<"csv">;
