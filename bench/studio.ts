/** The Studio page in Chromium: first paint, frames a second with 100,000 points a line, a minute of live points. */
import type { Page } from "playwright-core";
import { StudioPages, until } from "../test/webview/support/studioPage.ts";
import type { Figure } from "./figure.ts";

const METRICS = ["tInt", "rCum", "rSin", "evalRCum", "categoryCoverage", "ild", "overlapAligned", "planInvalid"];
const POINTS = 100_000;
const SECONDS = 10;
/** 125 rows of 8 metrics every 100 ms are 10,000 points a second. */
const ROWS_PER_TICK = 125;
/** The last points have been drawn by then; milliseconds. */
const settling = 2000;
/** All charts at once, so that every frame draws every line. */
const SIZE = { width: 1900, height: 1500 };

interface Frames {
  readonly frames: number;
  readonly seconds: number;
  readonly redraws: number;
  readonly p95: number;
}

export async function studioFigures(): Promise<readonly Figure[]> {
  const pages = await StudioPages.start();
  try {
    return [...(await firstPaint(pages)), ...(await manyPoints(pages)), ...(await liveMinute(pages))];
  } finally {
    await pages.stop();
  }
}

/** From navigation to the first contentful paint, the better of three. */
async function firstPaint(pages: StudioPages): Promise<Figure[]> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const page = await pages.open({ scenario: "done" });
    await page.waitForSelector(".chart-card");
    times.push(await page.evaluate<number>(`performance.getEntriesByName("first-contentful-paint")[0].startTime`));
    await page.context().close();
  }
  return [
    {
      name: "first contentful paint of the page",
      value: Math.min(...times),
      unit: "ms",
      target: 600,
      lessIsBetter: true,
    },
  ];
}

async function manyPoints(pages: StudioPages): Promise<Figure[]> {
  const page = await pages.open(SIZE);
  const before = await settledMemory(pages, page);
  await page.evaluate(`load.fill("current", ${JSON.stringify(METRICS)}, ${POINTS})`);
  await drawn(page, POINTS);
  const eightCharts = await page.evaluate<Frames>(`load.animate(["current"], ${JSON.stringify(METRICS)}, ${SECONDS})`);
  const after = await settledMemory(pages, page);
  await page.context().close();
  return [
    rate("8 charts of 100,000 points, panned in every frame", eightCharts),
    { name: "  redraws of each chart", value: eightCharts.redraws / eightCharts.seconds / 8, unit: "frames/s" },
    { name: "  slowest frame but 1 in 20", value: eightCharts.p95, unit: "ms" },
    {
      name: "  memory that 800,000 points take in the page",
      value: after - before,
      unit: "MB",
      target: 250,
      lessIsBetter: true,
    },
    ...(await oneChart(pages)),
  ];
}

/** Four runs of 100,000 points on one chart, raw and smoothed: eight lines. */
async function oneChart(pages: StudioPages): Promise<Figure[]> {
  const page = await pages.open({ ...SIZE, scenario: "done" });
  const runs = ["current", "baseline", "seed-2", "seed-3"];
  for (const metric of METRICS.slice(1)) await page.click(`[data-metric=${metric}] [aria-label^=Remove]`);
  for (const run of runs.slice(1)) await page.selectOption(".add-run", run);
  for (const run of runs) await page.evaluate(`load.fill("${run}", ["tInt"], ${POINTS})`);
  await drawn(page, POINTS * runs.length);
  const frames = await page.evaluate<Frames>(`load.animate(${JSON.stringify(runs)}, ["tInt"], ${SECONDS})`);
  await page.context().close();
  return [rate("1 chart of 8 lines of 100,000 points each, panned", frames)];
}

async function liveMinute(pages: StudioPages): Promise<Figure[]> {
  const page = await pages.open(SIZE);
  await page.evaluate("load.loaded()");
  const existing = await points(page);
  const third = 20;
  const memory: number[] = [];
  let sent = 0;
  for (let part = 0; part < 3; part++) {
    sent += await page.evaluate<number>(
      `load.stream("current", ${JSON.stringify(METRICS)}, ${ROWS_PER_TICK}, ${third})`,
    );
    memory.push(await settledMemory(pages, page));
  }
  await drawn(page, sent);
  await new Promise((resolve) => setTimeout(resolve, settling));
  const arrived = (await points(page)) - existing;
  await page.context().close();
  const [first = 0, , last = 0] = memory;
  return [
    { name: "points sent in 60 s", value: sent * METRICS.length, unit: "points", target: 600_000 },
    { name: "  of them lost", value: sent * METRICS.length - arrived, unit: "points", target: 0, lessIsBetter: true },
    {
      name: "  memory the last 400,000 of them took",
      value: last - first,
      unit: "MB",
      target: 100,
      lessIsBetter: true,
    },
  ];
}

const rate = (name: string, { frames, seconds }: Frames): Figure => ({
  name,
  value: frames / seconds,
  unit: "frames/s",
  target: 30,
});

/** Points of all charts together. */
const points = (page: Page): Promise<number> =>
  page.evaluate<number>(
    `[...document.querySelectorAll(".chart-card")].reduce((sum, card) => sum + Number(card.dataset.points ?? 0), 0)`,
  );

/** Waits until the first chart holds at least so many points. */
async function drawn(page: Page, least: number): Promise<void> {
  await until(page, `Number(document.querySelector(".chart-card").dataset.points) >= ${least}`);
}

async function settledMemory(pages: StudioPages, page: Page): Promise<number> {
  await page.evaluate("gc(); new Promise((resolve) => setTimeout(resolve, 300))");
  await page.evaluate("gc()");
  return pages.memory();
}
