import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { readingLine } from "../../../../src/engine/data/readingText.ts";
import { countsOf, historiesOf, load, refusal } from "./support.ts";

const catalogue = ["item,categories", ...Array.from({ length: 40 }, (_, i) => `i${i},${"ABCD"[i % 4]}`)];
/** 12 users with 3 clicks each on the first items, one of them twice. */
const clicks = [
  "user,item",
  ...Array.from({ length: 12 }, (_, u) => [0, 1, 0].map((k) => `u${u},i${(u + k) % 13}`)).flat(),
  // Every item of the catalogue is in the log, so that it can be drawn.
  ...Array.from({ length: 40 }, (_, i) => `all,i${i}`),
];

const loadClicks = (rows: readonly string[], negatives?: object, more: object = {}): Promise<Dataset> =>
  load({ "log.csv": rows, "items.csv": catalogue }, { interactions: { feedback: [], negatives, ...more } });

const drawn = (history: readonly string[]): string[] =>
  history.flatMap((row) => (row.startsWith("-") ? row.slice(1) : []));
const clicked = (history: readonly string[]): string[] => history.filter((row) => !row.startsWith("-"));

describe("a log of clicks only", () => {
  it("is refused without negatives, with what to set", async () => {
    await refusal(
      loadClicks(clicks),
      "data.negatives",
      "every row is a click",
      'dataset.interactions.negatives, such as { "perClick": 4 }',
    );
  });

  it.each([1, 4, 7])("gets %i rows without a click for every click", async (perClick) => {
    const data = await loadClicks(clicks, { perClick });
    const histories = historiesOf(data);
    expect(data.feedbackTypes).toEqual(["is_click"]);
    expect(data.log.observed.every((bits) => bits === 1)).toBe(true);
    for (let u = 0; u < 12; u++) {
      const history = histories[`u${u}`] ?? [];
      expect(clicked(history)).toEqual([0, 1, 0].map((k) => `i${(u + k) % 13}`));
      expect(drawn(history)).toHaveLength(3 * perClick);
    }
    expect(countsOf(data)).toMatchObject({ users: 13, items: 40, clicks: 76, interactions: 76 + 36 * perClick });
  });

  it("gets four where nothing else is said", async () => {
    expect((await loadClicks(clicks, {})).log.items).toHaveLength(76 + 36 * 4);
  });

  it("gets none of an item that the user has a row with", async () => {
    for (const [user, history] of Object.entries(historiesOf(await loadClicks(clicks, { perClick: 30 })))) {
      const known = new Set(clicked(history));
      expect(
        drawn(history).filter((item) => known.has(item)),
        user,
      ).toEqual([]);
    }
  });

  it("gets none for a user who knows every item, and as many as there are for one who knows nearly all", async () => {
    const most = Array.from({ length: 38 }, (_, i) => `most,i${i}`);
    const histories = historiesOf(await loadClicks([...clicks, ...most], { perClick: 5 }));
    expect(histories.all).toEqual(Array.from({ length: 40 }, (_, i) => `i${i}`));
    expect(new Set(drawn(histories.most ?? []))).toEqual(new Set(["i38", "i39"]));
  });

  it("gets the same for one seed, and others for another", async () => {
    const rowsFor = async (seed: number) => historiesOf(await loadClicks(clicks, { perClick: 4, seed }));
    const first = await rowsFor(1);
    expect(await rowsFor(1)).toEqual(first);
    expect(await rowsFor(2)).not.toEqual(first);
    expect((await loadClicks(clicks, { perClick: 4, seed: 1 })).fingerprint).not.toBe(
      (await loadClicks(clicks, { perClick: 4, seed: 2 })).fingerprint,
    );
  });

  it("gets them evenly among the items, before and behind the click", async () => {
    const rows = [...Array.from({ length: 300 }, (_, u) => `v${u},i${u % 2}`)];
    const histories = Object.entries(historiesOf(await loadClicks([...clicks, ...rows], { perClick: 8 })));
    const own = histories.filter(([user]) => user.startsWith("v")).map(([, history]) => history);
    const counts = new Map<string, number>();
    for (const item of own.flatMap(drawn)) counts.set(item, (counts.get(item) ?? 0) + 1);
    // 2400 rows over 39 items each: 60 or so of everything.
    expect(counts.size).toBe(40);
    for (let i = 2; i < 40; i++) expect(counts.get(`i${i}`)).toBeGreaterThan(25);
    for (let i = 2; i < 40; i++) expect(counts.get(`i${i}`)).toBeLessThan(110);
    const places = own.map((history) => history.findIndex((row) => !row.startsWith("-")));
    expect(new Set(places)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]));
  });

  it("keeps the order of its clicks", async () => {
    const timed = [
      "user,item,at",
      "u,i3,2021-01-03",
      "u,i1,2021-01-01",
      "u,i2,2021-01-02",
      ...clicks.slice(1).map((row) => `${row},2021-01-01`),
    ];
    const data = await loadClicks(timed, { perClick: 2 }, { time: "at" });
    expect(clicked(historiesOf(data).u ?? [])).toEqual(["i1", "i2", "i3"]);
  });

  it("says how many rows its file had, without those drawn", async () => {
    expect((await loadClicks(clicks, { perClick: 4 })).reading?.rows).toBe(76);
  });
});

describe("negatives beside a feedback column", () => {
  const rated = (rows: readonly string[], negatives: object) =>
    load(
      { "log.csv": ["user,item,stars", ...rows], "items.csv": catalogue },
      {
        interactions: { feedback: ["stars"], clickAt: 4, negatives },
      },
    );

  it("are drawn for clicks alone", async () => {
    const data = await rated(["u,i0,5", "u,i1,1", "u,i2,2", "v,i3,1", "w,i4,5", "w,i5,4"], { perClick: 2 });
    const histories = historiesOf(data);
    expect(histories.u).toHaveLength(3 + 2);
    expect(histories.v).toEqual(["-i3"]);
    expect(histories.w).toHaveLength(2 + 4);
  });

  it("leave unrecorded what was not recorded", async () => {
    const data = await rated(["u,i0,", "u,i1,5", "v,i2,4", "v,i3,1"], { perClick: 1 });
    const { u = [], v = [] } = historiesOf(data);
    expect(u).toContain("?i0");
    expect([...u, ...v].filter((row) => row.startsWith("?"))).toEqual(["?i0"]);
    expect(countsOf(data).clicks).toBe(2);
  });
});

it("how many rows were drawn is said", async () => {
  const data = await loadClicks(clicks, { perClick: 2 });
  const rows = clicks.length - 1;
  const drawnRows = data.log.items.length - rows;
  expect(readingLine(data)).toBe(
    `log.csv: ${rows} interactions read, all kept; ${drawnRows} rows without a click drawn.`,
  );
});
