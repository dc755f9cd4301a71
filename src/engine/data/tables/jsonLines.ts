/** JSON lines: one object per line, its keys the columns. Texts and numbers are read as cells, lists as their JSON. */
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Column } from "../../../protocol/experiment/tables.ts";
import { InputError } from "../../errors.ts";
import { brief } from "../printable.ts";
import { BadJson } from "./row.ts";

const LOOKED_AT = 1000;

/**
 * Looks for the columns among the keys of the first objects.
 * @throws InputError `data.column-missing` where none of them has one
 */
export function requireKeys(file: string, head: string, isWhole: boolean, columns: readonly Column[]): void {
  const lines = head.split("\n").slice(0, LOOKED_AT);
  const keys = new Set<string>();
  lines.forEach((text, i) => {
    // The last may be cut off.
    if (text.trim() === "" || (!isWhole && i === lines.length - 1)) return;
    try {
      for (const key of Object.keys(parsed(text, i + 1))) keys.add(key);
    } catch {
      // Whoever reads the rows says so.
    }
  });
  const missing = columns.find((column) => !keys.has(String(column)));
  if (missing === undefined || keys.size === 0) return;
  const known = columns.some((column) => keys.has(String(column)));
  const said = known ? ` The keys are: ${[...keys].slice(0, 40).map(brief).join(", ")}.` : "";
  throw new InputError(
    "data.column-missing",
    `${file}:1: no key "${missing}", nor in the objects below.${said} Check the file, or the column names in the experiment.`,
  );
}

/**
 * The keys of the first objects, and these objects as rows of their cells.
 * @throws InputError `data.json` naming the line that is no object
 */
export function jsonHead(
  file: string,
  head: string,
  isWhole: boolean,
  most: number,
): { readonly names: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const lines = head.split("\n");
  // The last may be cut off.
  if (!isWhole && lines.length > 1) lines.pop();
  const keys = new Set<string>();
  const texts: (readonly [text: string, line: number])[] = [];
  for (const [i, text] of lines.entries()) {
    if (texts.length === most) break;
    if (text.trim() === "") continue;
    texts.push([text, i + 1]);
    try {
      for (const key of Object.keys(parsed(text, i + 1))) keys.add(key);
    } catch (error) {
      throw error instanceof BadJson ? notJson(file, error) : error;
    }
  }
  const names = [...keys];
  return { names, rows: texts.map(([text, line]) => cellsOf(text, names, line)) };
}

export const notJson = (file: string, { line, reason }: BadJson): InputError =>
  new InputError("data.json", `${file}:${line}: ${reason}. Write one JSON object per line (jq -c .).`);

/**
 * A sink of UTF-8.
 * @param longest a line's length from which on it is refused
 * @param onRow told each row's cells, in the order of `columns`, and its line
 */
export function jsonRows(
  columns: readonly Column[],
  longest: number,
  onRow: (cells: readonly string[], line: number) => void,
): Writable {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let line = 0;
  const take = (text: string): void => {
    line++;
    if (text.trim() !== "") onRow(cellsOf(text, columns, line), line);
  };
  const takeLines = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    for (const whole of lines) take(whole);
    if (rest.length > longest) throw new BadJson(line + 1, "the line is too long");
  };
  const guarded = (work: () => void, done: (error?: Error) => void): void => {
    try {
      work();
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
  return new Writable({
    write: (chunk: Buffer, _, done) => guarded(() => takeLines(decoder.write(chunk)), done),
    final: (done) => guarded(() => take(rest + decoder.end()), done),
  });
}

function cellsOf(text: string, columns: readonly Column[], line: number): readonly string[] {
  const object = parsed(text, line);
  return columns.map((column) => {
    const value = object[column];
    // Many writers leave out what is empty.
    if (value === undefined || value === null) return "";
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  });
}

/** Whole numbers that a double may not hold become texts, so that ids keep their digits; what stands in texts is left alone. */
function withWholeNumbers(text: string): string {
  if (!/\d{16}/.test(text)) return text;
  const textOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  return text.replace(textOrNumber, (token) => (/^-?\d{16,}$/.test(token) ? `"${token}"` : token));
}

function parsed(text: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(withWholeNumbers(text));
  } catch {
    throw new BadJson(line, "not JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new BadJson(line, "no JSON object");
}
