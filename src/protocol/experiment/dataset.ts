/** Where users, items and logged interactions come from; one schema per kind of data set. */
import * as z from "zod";
import type { Immutable } from "../immutable.ts";
import { count, flag, real, text } from "./fields.ts";

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

const kuairandDataset = z.strictObject({
  kind: z.literal("kuairand"),
  path: folder,
  includeRandomLog: flag("Also read log_random_4_22_to_5_08_pure.csv (uniformly exposed items).", false),
});

const kuairecDataset = z.strictObject({
  kind: z.literal("kuairec"),
  path: folder,
  matrix: z
    .enum(["small", "big"])
    .default("small")
    .meta({ description: "Which interaction matrix: the fully observed small one, or the big one." }),
  clickAtWatchRatio: real("A watch ratio at or above this counts as a click.", 2, 0, 100),
});

const movielensDataset = z.strictObject({
  kind: z.literal("movielens"),
  path: folder,
  clickAtRating: real("A rating at or above this counts as a click.", 4, 0.5, 5),
});

const csvDataset = z.strictObject({
  kind: z.literal("csv"),
  interactions: z.strictObject({
    path: text("CSV file with one row per interaction."),
    user: text("Column of the user id.").default("user"),
    item: text("Column of the item id.").default("item"),
    feedback: z
      .array(z.string().min(1))
      .min(1)
      .max(8)
      .default(["is_click"])
      .meta({ description: "Feedback columns, each 0 or 1; the first earns the reward by default." }),
    time: text("Column that orders a user's interactions; without it the file's order counts.").optional(),
  }),
  items: z.strictObject({
    path: text("CSV file with one row per item."),
    item: text("Column of the item id.").default("item"),
    categories: text("Column of the item's categories.").default("categories"),
    separator: text("What separates several categories in one cell.").default("|"),
  }),
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
