import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareRuns } from "../../../src/engine/comparison/compare.ts";
import { formatComparison } from "../../../src/engine/comparison/tables.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { temporaryFolder, writeRun } from "./runFolders.ts";

const clip = { ppo: { clip: 0.1 } };

describe("compareRuns", () => {
  it("groups seeds into rows and gives each the interquartile mean of its seeds' means over sessions", async () => {
    const parent = await temporaryFolder();
    const own = await Promise.all(
      // Means 1, 2, 3, 10; without the lowest and the highest: 2.5.
      [
        [0, 2],
        [1, 3],
        [2, 4],
        [9, 11],
      ].map((sessions, i) => writeRun(parent, { seed: i + 1, sessions, random: 0.5, oracle: 10.5 })),
    );
    const other = await Promise.all(
      // Means 4, 5, 6, 7: 5.5.
      [4, 5, 6, 7].map((score, i) =>
        writeRun(parent, { seed: i + 1, sessions: [score, score], settings: clip, random: 0.5, oracle: 10.5 }),
      ),
    );
    const comparison = await compareRuns([...own, ...other]);
    const [first, second] = comparison.rows;
    expect(comparison.rows.map(({ label, seeds }) => [label, seeds])).toEqual([
      ["Made (ppo.clip=0.2)", [1, 2, 3, 4]],
      ["Made (ppo.clip=0.1)", [1, 2, 3, 4]],
    ]);
    expect(first?.metrics.rCum).toMatchObject({ value: 2.5, n: 4 });
    expect(second?.metrics.rCum).toMatchObject({ value: 5.5, n: 4 });
    expect(first?.metrics.normalised?.value).toBeCloseTo(0.2, 12);
    expect(second?.metrics.normalised?.value).toBeCloseTo(0.5, 12);
    // 10 beats all four of the others, 1, 2 and 3 none: 4 of 16 duels.
    expect(comparison.improvement).toEqual([
      [0.5, 0.25],
      [0.75, 0.5],
    ]);
    expect(second?.against?.improvement?.value).toBe(0.75);
    // Pairs by session: (4-1) + (5-2) + (6-3) + (7-10) over 4 seeds.
    expect(second?.against?.difference?.value).toBeCloseTo(1.5, 12);
    expect(comparison.settings).toEqual([{ path: "ppo.clip", values: [0.2, 0.1] }]);
    expect(comparison.references.map(({ policy, metrics }) => [policy, metrics.rCum, metrics.normalised])).toEqual([
      ["random", 0.5, 0],
      ["round-robin", 5.5, 0.5],
      ["oracle", 10.5, 1],
    ]);
  });

  it("claims a difference only where its interval leaves out 0", async () => {
    const parent = await temporaryFolder();
    const runs = (name: string, scores: readonly number[]) =>
      Promise.all(
        scores.map((score, i) =>
          writeRun(parent, { name, seed: i + 1, sessions: [score], settings: { ppo: { clip: name.length / 10 } } }),
        ),
      );
    const base = await runs("Base", [4, 5, 6, 5]);
    const alike = await runs("Alike", [4.5, 5.5, 5, 4]);
    const low = await runs("Low", [1, 2, 1.5, 1]);
    const high = await runs("Higher", [8, 9, 8.5, 9]);
    const { conclusion } = await compareRuns([...base, ...alike, ...low, ...high]);
    // Differences of the seeds to the base: 4, 4, 2.5, 4 higher, -3, -3, -4.5, -4 lower and .5, .5, -1, -1; t(3) = 3.18245.
    expect(conclusion).toMatch(
      /^Base reaches R_cum 5\.000 \[.*\] over 4 seeds; Higher \(\+3\.63 \[2\.43, 4\.82\], seeds only\) is higher, Low \(-3\.63 \[-4\.82, -2\.43\], seeds only\) is lower, no difference could be shown for Alike \(-0\.25 \[-1\.63, 1\.13\], seeds only\)\.$/,
    );
    const same = await compareRuns([...base, ...alike]);
    expect(same.conclusion).toContain("no difference could be shown for Alike");
    const single = await compareRuns([base[0] ?? "", high[0] ?? ""]);
    expect(single.conclusion).toContain("differs by +4.00 over 1 paired visit, too few for an interval");
    expect(single.conclusion).toContain("nothing can be said about other seeds");
    expect(single.improvement).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(single.rows[1]?.against?.improvement).toBeUndefined();
    expect(single.notes).toContain("A row with one seed has no interval: it says nothing about other seeds.");
  });

  it("says nothing of equal configurations whose trainings differ, and names a true difference", async () => {
    const parent = await temporaryFolder();
    const stream = new RandomStream(3, "compare");
    const runs = (name: string, clip: number, level: number) =>
      Promise.all(
        [1, 2, 3, 4, 5].map((seed) => {
          const training = level + stream.normal();
          const sessions = Array.from({ length: 30 }, (_, i) => training + (i % 5) + 0.3 * stream.normal());
          return writeRun(parent, { name, seed, sessions, settings: { ppo: { clip } } });
        }),
      );
    const base = await runs("Base", 0.1, 5);
    const alike = await runs("Alike", 0.2, 5);
    const better = await runs("Better", 0.3, 9);
    const { rows, conclusion, notes } = await compareRuns([...base, ...alike, ...better]);
    expect(conclusion).toMatch(/; Better \([^)]*\) is higher, no difference could be shown for Alike \([^)]*\)\.$/);
    expect(rows[1]?.difference).toMatchObject({ covers: "seeds and sessions", n: 150 });
    // By sessions alone, the trainings of these very seeds would look like a difference of the configurations.
    const [, one] = (await compareRuns([base[0] ?? "", alike[0] ?? ""])).rows;
    expect(one?.difference).toMatchObject({ covers: "sessions", n: 30 });
    const { low = 0, high = 0 } = one?.difference ?? {};
    expect(low > 0 || high < 0).toBe(true);
    expect(notes.join()).toContain("of 20 rows that equal the baseline, about one is called higher or lower by chance");
  });

  it("compares seeds where sessions do not pair, and says what each interval covers", async () => {
    const parent = await temporaryFolder();
    const runs = (name: string, seeds: readonly number[], sessions: (seed: number) => number[]) =>
      Promise.all(
        seeds.map((seed) =>
          writeRun(parent, { name, seed, sessions: sessions(seed), settings: { ppo: { clip: name.length / 20 } } }),
        ),
      );
    const base = await runs("Base", [1, 2, 3], (seed) => [seed, seed + 2]);
    const fewer = await runs("Fewer sessions", [1, 2, 3], (seed) => [seed + 9]);
    const alone = await runs("Alone", [2], () => [7, 8]);
    const comparison = await compareRuns([...base, ...fewer, ...alone]);
    // Means 2, 3, 4 against 10, 11, 12: half-widths 4.30265 / sqrt(3) each, as squares.
    expect(comparison.rows[1]?.difference).toMatchObject({ value: 8, n: 3, covers: "seeds" });
    expect(comparison.rows[1]?.difference?.low).toBeCloseTo(8 - 4.30265 * Math.sqrt(2 / 3), 3);
    expect(comparison.rows[2]?.difference).toMatchObject({ value: 4.5, n: 2, covers: "sessions" });
    expect(comparison.conclusion).toContain("Fewer sessions (+8.00 [4.49, 11.51], seeds only) is higher");
    expect(comparison.conclusion).toContain("Alone differs by +4.50 over 2 paired visits, too few for an interval");
    const table = formatComparison(comparison, "text");
    expect(table).toContain("8.000 [4.487, 11.513] (seeds only)");
    expect(table).toMatch(/4\.500 \[.*\] \(one seed\)/);
    expect(table).toContain("its 95% interval covers seeds and sessions, or what stands beside it");
    const single = formatComparison(await compareRuns(base), "text");
    expect(single).toContain("Interquartile mean over seeds with its 95% interval over seeds");
    expect(single).not.toContain("The last column");
  });

  it("gives the same table in any order of the runs, as text, Markdown, JSON and CSV", async () => {
    const parent = await temporaryFolder();
    const runs = await Promise.all([3, 1, 2].map((seed) => writeRun(parent, { seed, sessions: [seed, seed + 1] })));
    const there = await compareRuns(runs);
    const back = await compareRuns([...runs].reverse());
    for (const format of ["text", "markdown", "json", "csv"] as const) {
      expect(formatComparison(there, format)).toBe(formatComparison(back, format));
    }
    expect(formatComparison(there, "csv").split("\n").slice(0, 2)).toEqual([
      "row,metric,value,low,high,seeds",
      "Made,tInt,10,10,10,3",
    ]);
    expect(JSON.parse(formatComparison(there, "json")).rows).toHaveLength(1);
  });

  it("counts a seed once, and tells runs that were changed by hand apart", async () => {
    const parent = await temporaryFolder();
    const run = await writeRun(parent, { seed: 1, sessions: [1, 2] });
    const again = await writeRun(join(parent, "again"), { seed: 1, sessions: [1, 2] });
    const changed = await writeRun(join(parent, "changed"), {
      seed: 1,
      sessions: [3, 4],
      events: [{ type: "change", path: "ppo.clip", from: 0.2, to: 0.3, iteration: 1, userSteps: 0 }],
    });
    const comparison = await compareRuns([run, again, changed]);
    expect(comparison.rows.map(({ seeds }) => seeds)).toEqual([[1], [1]]);
    expect(comparison.changes).toEqual([{ row: 1, iteration: 1, what: "ppo.clip", from: 0.2, to: 0.3 }]);
    // Each run was evaluated on the same two visits: 3 - 1 and 4 - 2.
    expect(comparison.rows[1]?.difference).toMatchObject({ value: 2, n: 2 });
    expect(comparison.conclusion).toContain("differs by +2.00 over 2 paired visits, too few for an interval");
    expect(comparison.notes.join()).toContain("1 run repeats a configuration and seed");
  });

  it("refuses a folder that holds no run", async () => {
    const folder = await temporaryFolder();
    await expect(compareRuns([folder])).rejects.toThrow(`${folder}: neither a run nor a suite`);
  });
});
