import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdIndex } from "../../../src/engine/data/idIndex.ts";

/** Short and long, Latin and other, such that differ in little. */
const ids = fc.oneof(
  fc.string({ maxLength: 14 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.nat({ max: 50 }).map(String),
  fc.nat({ max: 50 }).map((n) => `a long id, number ${n}`),
  fc.constantFrom("", "\0", "a", "a\0", "\0a", "ÿ", "Ā", "x".repeat(12), "x".repeat(13)),
);

describe("an index of ids", () => {
  it("numbers texts as they come and finds each again", () => {
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 300 }), (texts) => {
        const index = new IdIndex();
        const rows = new Map<string, number>();
        for (const text of texts) {
          expect(index.find(text)).toBe(rows.get(text) ?? -1);
          if (rows.has(text)) continue;
          rows.set(text, rows.size);
          expect(index.add(text)).toBe(rows.size - 1);
          expect(index.find(text)).toBe(rows.size - 1);
        }
        expect(index.ids).toEqual([...rows.keys()]);
        for (const [text, row] of rows) expect(index.find(text)).toBe(row);
      }),
      { seed: 4 },
    );
  });

  it("grows past its first slots", () => {
    const index = new IdIndex();
    for (let n = 0; n < 20_000; n++) index.add(`u${n}`);
    for (let n = 0; n < 20_000; n += 7) expect(index.find(`u${n}`)).toBe(n);
    expect(index.find("u20000")).toBe(-1);
  });
});
