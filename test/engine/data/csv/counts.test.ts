import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { naiveCategories, naiveCounts, naiveHistories, plainLog } from "./independent.ts";
import { categoriesOf, countsOf, historiesOf, load } from "./support.ts";
import { formats, usualSettings } from "./writers.ts";

/** Also where an id is `__proto__`. */
const entries = (record: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

describe("a log is read as what was written, counted apart from the loader", () => {
  it.each(formats)("with $name", async ({ alphabet, settings = usualSettings, write }) => {
    await fc.assert(
      fc.asyncProperty(plainLog(alphabet), async (log) => {
        const data = await load(write(log), settings);
        expect(countsOf(data)).toEqual(naiveCounts(log));
        expect(entries(historiesOf(data))).toEqual(entries(naiveHistories(log)));
        expect(entries(categoriesOf(data))).toEqual(entries(naiveCategories(log)));
      }),
      { seed: 16, numRuns: 20 },
    );
  });
});
