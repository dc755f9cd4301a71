/** Users or items as a file lists them: ids, and categorical features turned into one-hot indices. */
import type { FeatureTable } from "./dataset.ts";
import { IdIndex } from "./idIndex.ts";

export class EntityTable {
  private readonly index = new IdIndex();
  /** Per feature: value -> code, in the order of appearance. */
  private readonly codes: readonly Map<string, number>[];
  private readonly cells: number[] = [];

  constructor(private readonly features: readonly string[] = []) {
    this.codes = features.map(() => new Map());
  }

  /** In the order they were added. */
  get ids(): readonly string[] {
    return this.index.ids;
  }

  /** The row of an id, or -1. */
  find(id: string): number {
    return this.index.find(id);
  }

  /** The rows of many ids, or -1 each. */
  findAll(ids: readonly string[], count: number, rows: Int32Array): void {
    this.index.findAll(ids, count, rows);
  }

  /** Adds a row; -1 when the id is already there. */
  add(id: string, values: readonly string[] = []): number {
    if (this.index.find(id) >= 0) return -1;
    const row = this.index.add(id);
    this.features.forEach((_, feature) => {
      this.set(row, feature, values[feature] ?? "");
    });
    return row;
  }

  /** Gives a row another value of a feature. */
  set(row: number, feature: number, value: string): void {
    const codes = this.codes[feature] as Map<string, number>;
    const code = codes.get(value) ?? codes.size;
    codes.set(value, code);
    this.cells[row * this.features.length + feature] = code;
  }

  /** The row of an id, added when it is new; for tables without features. */
  findOrAdd(id: string): number {
    const row = this.find(id);
    return row >= 0 ? row : this.index.add(id);
  }

  /**
   * One-hot indices of some rows. Values are numbered in their natural order, so that the order of a file's rows does not
   * matter; a feature with a single value says nothing and is left out.
   */
  featureTable(rows: Int32Array): FeatureTable {
    const width = this.features.length;
    const columns = this.features.flatMap((name, feature) => {
      const texts = Array.from((this.codes[feature] as Map<string, number>).keys());
      const used = new Set(Array.from(rows, (row) => this.cells[row * width + feature] as number));
      if (used.size < 2) return [];
      const ranked = Array.from(used).sort((a, b) => naturalOrder(texts[a] as string, texts[b] as string));
      return [{ name, feature, ranks: new Map(ranked.map((code, rank) => [code, rank])) }];
    });
    const values = new Int32Array(rows.length * columns.length);
    rows.forEach((row, i) => {
      columns.forEach(({ feature, ranks }, column) => {
        values[i * columns.length + column] = ranks.get(this.cells[row * width + feature] as number) as number;
      });
    });
    return { names: columns.map((column) => column.name), sizes: columns.map((column) => column.ranks.size), values };
  }
}

/** Numbers by value, before texts by code point. */
export function naturalOrder(a: string, b: string): number {
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return Number.isNaN(x) ? 1 : Number.isNaN(y) ? -1 : x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

function toNumber(text: string): number {
  return text === "" ? Number.NaN : Number(text);
}
