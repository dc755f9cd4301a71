/** The start of a table nobody has named the columns of yet: its columns, its first rows, and the settings that read it so. */
import { CsvError, type Options } from "csv-parse";
import { parse } from "csv-parse/sync";
import type { TableFormat } from "../../../protocol/experiment/tables.ts";
import { requireFile } from "../loading.ts";
import type { Content } from "./content.ts";
import { jsonHead } from "./jsonLines.ts";
import { DELIMITERS, type Layout, LONGEST_PREAMBLE, layoutOf, withoutGaps } from "./layout.ts";
import type { TableOptions } from "./options.ts";
import { openText, requireSound } from "./table.ts";

export interface TableHead {
  /** Undefined where no line names the columns. */
  readonly names: readonly string[] | undefined;
  readonly width: number;
  readonly rows: readonly (readonly string[])[];
  /** What stands between two cells; undefined of JSON lines. */
  readonly delimiter: string | undefined;
  /** What the settings have to say for the file to be read so; empty where all of it is found by itself. */
  readonly format: Partial<TableFormat>;
}

const MOST_ROWS = 2000;
/** Rows by which it is judged whether a line above them names their columns. */
const JUDGED_ROWS = 50;

/** @throws InputError where the file is no table, or its start is not in the encoding */
export async function headOf(
  file: string,
  options: Pick<TableOptions, "encoding" | "setting"> = {},
): Promise<TableHead> {
  await requireFile(file, "Check the path.");
  const content = await openText(file, options);
  try {
    await requireSound(file, content, options);
    const { encoding = "auto" } = options;
    const head = readHead(file, content);
    return { ...head, format: { ...(encoding !== "auto" && { encoding }), ...head.format } };
  } finally {
    await content.close();
  }
}

function readHead(file: string, { head: text, isWhole }: Content): TableHead {
  for (const quotes of [true, false]) {
    const options: TableOptions = { delimiter: "auto", quotes };
    const { layout, start } = layoutBelow(file, text, isWhole, options);
    if (layout.isJson) {
      const { names, rows } = jsonHead(file, text, isWhole, MOST_ROWS);
      return { names, width: names.length, rows, delimiter: undefined, format: {} };
    }
    const { rows, isSound } = rowsIn(rest(start, layout), isWhole, layout);
    if (!isSound && quotes) continue;
    const unquoted = quotes ? {} : { quotes };
    const delimiter = layout.csv.delimiter as string;
    const names = layout.header ?? [];
    if (isHeader(names, rows)) return { names, width: names.length, rows, delimiter, format: unquoted };
    // Nothing but the widths told what separates, and with other columns looked for they might tell otherwise.
    const format = { header: false, delimiter, ...unquoted };
    return { names: undefined, width: names.length, rows: [names, ...rows], delimiter, format };
  }
  throw new Error("a text without quotes has no unsound ones");
}

/** The layout from the first line on that is as wide as the rows below it; from the first where none is. */
function layoutBelow(file: string, text: string, isWhole: boolean, options: TableOptions) {
  const read = (start: string) => ({ layout: layoutOf(file, start, isWhole, [], options), start });
  const first = read(text);
  if (first.layout.isJson || isSteady(first.start, isWhole, first.layout)) return first;
  const end = lineEnd(text);
  const lines = text.split(end, LONGEST_PREAMBLE);
  let from = 0;
  for (const [i, line] of lines.entries()) {
    if (i > 0 && isWider(line, lines[0] as string)) {
      const below = read(text.slice(from));
      const { header, csv } = below.layout;
      const isNarrow = (title: string): boolean => title.split(csv.delimiter as string).length < (header?.length ?? 0);
      if (lines.slice(0, i).every(isNarrow) && isSteady(below.start, isWhole, below.layout)) return below;
    }
    from += line.length + end.length;
  }
  return first;
}

/** Whether something that separates cells is more often in a line than in a title above it. */
const isWider = (line: string, title: string): boolean =>
  DELIMITERS.some((delimiter) => line.split(delimiter).length > title.split(delimiter).length);

const lineEnd = (text: string): string => (text.includes("\n") ? "\n" : "\r");

function isSteady(start: string, isWhole: boolean, layout: Layout): boolean {
  const width = layout.header?.length ?? 0;
  const judged = rowsIn(rest(start, layout), isWhole, layout, JUDGED_ROWS).rows;
  return width > 1 && judged.every((row) => row.length === width);
}

const rest = (start: string, { skip }: Layout): string => Buffer.from(start).subarray(skip.bytes).toString("utf8");

/** The rows, up to the first that is ill-formed. */
function rowsIn(text: string, isWhole: boolean, { csv }: Layout, most = MOST_ROWS) {
  const rows: (readonly string[])[] = [];
  const collect: Options = {
    on_record: (record: string[]) => {
      rows.push(withoutGaps(record, csv.delimiter));
      return null;
    },
  };
  try {
    // The last line may be cut off.
    const whole = isWhole ? text : text.slice(0, text.lastIndexOf(lineEnd(text)) + 1);
    parse(whole, { ...csv, ...collect, to: most });
    return { rows, isSound: true };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows, isSound: !isWhole && error.code === "CSV_QUOTE_NOT_CLOSED" && rows.length > 0 };
  }
}

const NUMBER_OR_DATE = /^-?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$|^\d{4}-\d\d-\d\d|^\d\d?[/.]\d\d?[/.]\d{4}/i;

/** Whether the first line names the columns: nothing of it is a value, and no name is found again below it. */
function isHeader(names: readonly string[], rows: readonly (readonly string[])[]): boolean {
  if (names.some((name) => NUMBER_OR_DATE.test(name))) return false;
  return names.every((name, column) => name === "" || rows.every((row) => row[column]?.trim() !== name));
}
