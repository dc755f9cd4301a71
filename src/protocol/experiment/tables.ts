/** How a file of rows is written: shared by every part of an experiment that reads one. */
import * as z from "zod";
import type { Immutable } from "../immutable.ts";
import { flag } from "./fields.ts";

/** Names of the WHATWG Encoding Standard, as TextDecoder takes them; `auto` is a byte order mark, or UTF-8. */
export const encodings = [
  "auto",
  "utf-8",
  "utf-16le",
  "utf-16be",
  "latin1",
  "iso-8859-2",
  "iso-8859-15",
  "windows-1250",
  "windows-1251",
  "windows-1252",
  "koi8-r",
  "gbk",
  "gb18030",
  "big5",
  "shift_jis",
  "euc-jp",
  "euc-kr",
] as const;

/** What names a column: its header, or its place from 1 on. */
export const columnSchema = (description: string) =>
  z.union([z.string().min(1), z.int().min(1).max(10_000)]).meta({ description });

export type Column = z.output<ReturnType<typeof columnSchema>>;

export const tableFormatSchema = z.strictObject({
  delimiter: z.string().min(1).max(8).default("auto").meta({
    description:
      "What stands between two cells; auto finds comma, tab, semicolon, |, :: or a blank in the first lines.",
  }),
  encoding: z.enum(encodings).default("auto").meta({
    description: "The file's character set; auto goes by its byte order mark, and takes a file without one as UTF-8.",
  }),
  header: flag("Whether a line names the columns; where none does, columns are named by their place from 1 on.", true),
  comment: z.string().min(1).max(8).optional().meta({
    description: "Lines that begin with this are skipped; above a header, lines with # always are.",
  }),
  quotes: flag('Whether a cell in "double quotes" may hold delimiters and line ends.', true),
  escape: z.enum(["double", "backslash"]).default("double").meta({
    description: 'How a quote is written inside quotes: as "" or as \\".',
  }),
});

export type TableFormat = Immutable<z.output<typeof tableFormatSchema>>;

export const defaultFormat: TableFormat = tableFormatSchema.parse({});

/** What every CSV file was until run.json version 8. */
export const commaFormat: TableFormat = { ...defaultFormat, delimiter: ",", encoding: "utf-8" };
