/** One row of a table, its cells read for what their columns promise. */
import type { Column } from "../../../protocol/experiment/tables.ts";

/** A cell that is not what its column promises. Becomes an InputError once its line is known. */
export class BadCell extends Error {
  constructor(
    readonly column: Column,
    readonly value: string,
    readonly expected: string,
    readonly code: string,
  ) {
    super(expected);
  }
}

/** A row that is no JSON object. */
export class BadJson extends Error {
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

const nanWords = ["NaN", "nan"];

/** Whether a cell of a published file says nothing. */
export function isMissing(text: string): boolean {
  return text === "" || nanWords.includes(text);
}

/** The row being read, its cells addressed by their place among the requested columns. Valid until the next row. */
export class Row {
  private fields: readonly string[] = [];
  private readonly nullWords: ReadonlySet<string>;
  private readonly longestNull: number;
  /** Null words that are numbers: -1 stands for -1.0 too. */
  private readonly nullNumbers: ReadonlySet<number>;
  /** Whether the null words are the experiment's. */
  private readonly isOwn: boolean;

  /**
   * @param positions of the columns in a row
   * @param names of the columns as the file has them; undefined where it names none
   */
  constructor(
    readonly columns: readonly Column[],
    private readonly positions: readonly number[],
    readonly names: readonly (string | undefined)[],
    nullWords?: readonly string[],
  ) {
    this.isOwn = nullWords !== undefined;
    this.nullWords = new Set(nullWords ?? nanWords);
    this.nullNumbers = new Set([...this.nullWords].map(Number).filter(Number.isFinite));
    this.longestNull = [...this.nullWords].reduce((most, word) => Math.max(most, word.length), 0);
  }

  show(fields: readonly string[]): void {
    this.fields = fields;
  }

  text(column: number): string {
    return this.fields[this.positions[column] as number] as string;
  }

  isMissing(column: number): boolean {
    return this.isNull(this.text(column));
  }

  /** Whether a text says nothing: it is empty, or one of the null words. */
  isNull(text: string): boolean {
    return text.length <= this.longestNull && (text === "" || this.nullWords.has(text));
  }

  /** A text that says something. */
  id(column: number): string {
    const text = this.text(column);
    return this.isNull(text) ? this.fail(column, this.anId(text)) : text;
  }

  private anId(text: string): string {
    return text === "" || !this.isOwn ? "an id" : `an id ("${text}" is one of dataset.nullWords)`;
  }

  number(column: number): number {
    const value = this.numberOrMissing(column);
    return Number.isNaN(value) ? this.fail(column, "a number") : value;
  }

  /** A number, or NaN where the cell says nothing. */
  numberOrMissing(column: number): number {
    const text = this.text(column).trim();
    if (this.isNull(text)) return text === "" && this.text(column) !== "" ? this.fail(column, "a number") : Number.NaN;
    const value = Number(text);
    if (this.nullNumbers.has(value)) return Number.NaN;
    if (Number.isFinite(value)) return value;
    return this.fail(column, /^-?\d+,\d+$/.test(text) ? "a number with a decimal point" : "a number");
  }

  integer(column: number): number {
    const value = this.number(column);
    return Number.isSafeInteger(value) ? value : this.fail(column, "a whole number");
  }

  /** 0 or 1; also as pandas writes them when a column has gaps, 0.0 and 1.0. */
  bit(column: number): 0 | 1 {
    const text = this.text(column);
    if (text === "0" || text === "0.0") return 0;
    if (text === "1" || text === "1.0") return 1;
    return this.fail(column, "0 or 1");
  }

  /** @throws always, an error that the reader completes with file and line */
  fail(column: number, expected: string, code = "data.bad-value"): never {
    throw new BadCell(this.columns[column] as Column, this.text(column), expected, code);
  }
}
