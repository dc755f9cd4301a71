/** The README tells the numbers of docs/results.md and no others. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const text = (file: string): string => readFileSync(join(root, file), "utf8").replaceAll(/\s+/g, " ");

/** `5.39 [5.17, 5.89]` or `15.40`, with two digits as the README has them. */
const numbersIn = (words: string): string[] =>
  [...words.matchAll(/(\d+\.\d{2,3})(?: \[(\d+\.\d{2,3}), (\d+\.\d{2,3})\])?/g)].map(([, value, low, high]) => {
    const [v, l, h] = [value, low, high].map((number) => number && Number(number).toFixed(2));
    return l ? `${v} [${l}, ${h}]` : `${v}`;
  });

it("the README's results are those of docs/results.md", () => {
  const [, section = ""] = /## Results (.*?) ## /.exec(text("README.md")) ?? [];
  const told = numbersIn(section);
  expect(told.length).toBeGreaterThan(5);
  const measured = new Set(numbersIn(text("docs/results.md")));
  const values = new Set([...measured].map((number) => number.split(" ")[0]));
  expect(told.filter((number) => !measured.has(number) && !values.has(number))).toEqual([]);
});
