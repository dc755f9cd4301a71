import { describe, expect, it } from "vitest";
import { ratingSheet, readRatings, sampleOf } from "../../../src/engine/critic/ratingSheet.ts";
import type { Reflection } from "../../../src/protocol/run.ts";

const reflection = (n: number, text = `Lesson ${n}.`): Reflection => ({
  id: `r${n}`,
  text,
  score: n,
  episode: `s0-${n}`,
  iteration: 1,
  source: "model",
  pinned: false,
  muted: false,
  rating: 0,
  timesSampled: 0,
  edited: false,
});
const pool = Array.from({ length: 30 }, (_, i) => reflection(i));

const filled = (csv: string, ratings: readonly (readonly [string, string])[]): string =>
  csv
    .split("\r\n")
    .map((line, i) => (i > 0 && ratings[i - 1] ? line.replace(/,,$/, `,${ratings[i - 1]?.join(",")}`) : line))
    .join("\r\n");

describe("a rating sheet", () => {
  it("draws each reflection once, the same ones each time, in the pool's order", () => {
    const drawn = sampleOf(pool, 10, 3);
    expect(new Set(drawn).size).toBe(10);
    expect(sampleOf(pool, 10, 3)).toEqual(drawn);
    expect(sampleOf(pool, 10, 4)).not.toEqual(drawn);
    expect(drawn.map(({ score }) => score)).toEqual(drawn.map(({ score }) => score).sort((a, b) => a - b));
    expect(sampleOf(pool, 99, 3)).toEqual(pool);
  });

  it("is read back as it was filled, case and spaces aside, half-filled lines left out", () => {
    const csv = ratingSheet([reflection(1, 'Say "less",\nthen more.'), reflection(2), reflection(3), reflection(4)]);
    const read = readRatings(
      filled(csv.replaceAll(",\nthen", ", then"), [
        ["causal", "Surface"],
        [" wrong ", "wrong"],
        ["causal", ""],
        ["", ""],
      ]),
      "x.csv",
    );
    expect(read).toEqual({ first: ["causal", "wrong"], second: ["surface", "wrong"], unrated: 2 });
  });

  it("keeps texts that a spreadsheet would take for formulas", () => {
    expect(ratingSheet([reflection(1, "=HYPERLINK(1)")])).toContain("'=HYPERLINK(1)");
  });

  it("says which line holds what is no rating, and what is no sheet", () => {
    const csv = filled(ratingSheet([reflection(1), reflection(2)]), [
      ["causal", "causal"],
      ["fine", "causal"],
    ]);
    expect(() => readRatings(csv, "x.csv")).toThrow('x.csv:3: rater 1 is "fine"; expected causal, surface');
    expect(() => readRatings("a,b\n1,2\n", "x.csv")).toThrow('needs the columns "rater 1" and "rater 2"');
  });

  it("quotes nothing of a file of another kind", () => {
    for (const text of ['"', 'DB_PASSWORD="hunter2"\n', '{"rater 1": "hunter2"}', "", "\0\xff"])
      expect(() => readRatings(text, "x.csv")).toThrow(/^x\.csv: no rating sheet; it needs the columns "rater 1"/);
  });

  it("says where a sheet is no CSV", () => {
    const csv = ratingSheet([reflection(1), reflection(2)]);
    const told = (text: string, words: string) =>
      expect(() => readRatings(text, "x.csv")).toThrow(`${words}. Correct it, or save the sheet as CSV again.`);
    told(csv.replace("Lesson 2.", 'Les"son" 2.'), "x.csv:3: a quote stands where none may be");
    told(csv.replace("Lesson 2.", '"Lesson 2.'), "x.csv:4: a quoted field before this place never closes");
    told(csv.replace("Lesson 2.", "Lesson, 2."), "x.csv:3: the row has more or fewer columns than the first line");
  });

  it.each([";", "\t"])("is read as a spreadsheet saves it in other countries, with %j", (separator) => {
    const csv = filled(ratingSheet([reflection(1, "Less; then more, and\tmore.")]), [["causal", "wrong"]]);
    const saved = csv.replace(/("[^"]*")|,/g, (_, quoted?: string) => quoted ?? separator);
    expect(readRatings(`\ufeff${saved}`, "x.csv")).toEqual({ first: ["causal"], second: ["wrong"], unrated: 0 });
  });
});
