/** Data sets as they are looked at before a run: what was understood, and what the columns of a table may mean. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

/** The data set of an experiment; its text may hold nothing but that. */
export const describeDataSchema = z.strictObject({
  /** Relative paths start beside it; it need not be there yet. */
  experimentFile: z.string(),
  experimentText: z.string(),
});
export type DescribeData = Immutable<z.output<typeof describeDataSchema>>;

export const dataDescriptionSchema = z.object({
  /** What to know before one trusts the data, a sentence each. */
  warnings: z.array(z.string()),
  page: z.string(),
});
export type DataDescription = Immutable<z.output<typeof dataDescriptionSchema>>;

/** How far the data that are to be described have been read. */
export const dataProgressSchema = z.object({
  experimentFile: z.string(),
  doing: z.enum(["checking", "reading"]),
  /** Its name without the folder. */
  file: z.string(),
  /** 0..1 */
  share: z.number(),
  secondsLeft: z.exactOptional(z.number()),
});
export type DataProgress = Immutable<z.output<typeof dataProgressSchema>>;

export const proposeColumnsSchema = z.strictObject({
  /** Absolute. */
  file: z.string(),
  table: z.enum(["interactions", "items"]),
  /** One of the format's; found by itself by default. */
  encoding: z.exactOptional(z.string()),
});
export type ProposeColumns = Immutable<z.output<typeof proposeColumnsSchema>>;

/** A column as an experiment names it: by its header, or by its place from 1 on. */
const columnSchema = z.union([z.string(), z.int()]);

const seenColumnSchema = z.object({
  column: columnSchema,
  /** Cells of the first rows, cut where they are long. */
  cells: z.array(z.string()),
  /** How a click is read from it, should it tell of one; absent: it cannot. */
  click: z.exactOptional(
    z.discriminatedUnion("by", [
      z.object({ by: z.literal("bit") }),
      /** From a value on; those that suggest themselves, the likeliest first. */
      z.object({ by: z.literal("amount"), from: z.array(z.number()) }),
      /** By name: those of the first rows, the most frequent first. */
      z.object({ by: z.literal("event"), events: z.array(z.object({ name: z.string(), isClick: z.boolean() })) }),
    ]),
  ),
  /** What separates several categories in its cells, where it is not what the settings say by default. */
  separator: z.exactOptional(z.string()),
});
export type SeenColumn = Immutable<z.output<typeof seenColumnSchema>>;

export const proposedColumnsSchema = z.object({
  columns: z.array(seenColumnSchema),
  /** What stands between two cells; absent of JSON lines. */
  delimiter: z.exactOptional(z.string()),
  /** What the settings have to say for the file to be read so. */
  format: z.object({
    delimiter: z.exactOptional(z.string()),
    encoding: z.exactOptional(z.string()),
    header: z.exactOptional(z.boolean()),
    quotes: z.exactOptional(z.boolean()),
  }),
  /** Which column is what; one that nothing tells of is absent. */
  proposal: z.object({
    user: z.exactOptional(columnSchema),
    item: z.exactOptional(columnSchema),
    time: z.exactOptional(columnSchema),
    /** What tells of a click. */
    click: z.exactOptional(columnSchema),
    categories: z.exactOptional(columnSchema),
  }),
});
export type ProposedColumns = Immutable<z.output<typeof proposedColumnsSchema>>;
