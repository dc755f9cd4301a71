/** A run of 1,000,000 rows of each kind, made when it is tested: the newest window at once, the rest where it is asked for. */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunReader } from "../../../src/engine/service/runReader.ts";
import { firstRow, SAMPLED_ROWS, WINDOW_ROWS } from "../../../src/protocol/run/rowCursor.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { runRecord } from "../store/records.ts";
import { isWhole, swept, tell } from "../support/whole.ts";

const ROWS = swept(1_000_000, 60_000);
const FIRST = ROWS - WINDOW_ROWS;
const runId = "big" as RunId;
let workspace: string;
let folder: string;

/** As wide as a row of a run is. */
const values = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`metric${i}`, Math.sqrt(i + 2)]));
const written = {
  metrics: (iteration: number) => ({ iteration, userSteps: iteration * 32, values: { reward: iteration, ...values } }),
  timing: (iteration: number) => ({ iteration, userSteps: iteration * 32, values: { stepsPerSecond: 7 } }),
  events: (iteration: number) => ({ type: "warning", iteration, userSteps: iteration * 32, code: "c", message: "m" }),
  episodes: (iteration: number) => ({
    ...{
      id: `e${iteration}`,
      iteration,
      user: `u${iteration % 7}`,
      slot: 0,
      tInt: 1,
      rSin: 1,
      ended: "quit",
      steps: [],
    },
    rCum: (iteration * 7919) % ROWS,
  }),
};

function write(kind: keyof typeof written): void {
  const descriptor = openSync(join(folder, `${kind}.jsonl`), "w");
  for (let iteration = 0; iteration < ROWS; ) {
    let block = "";
    while (block.length < 1 << 20 && iteration < ROWS) block += `${JSON.stringify(written[kind](iteration++))}\n`;
    writeSync(descriptor, block);
  }
  closeSync(descriptor);
}

/** As a checkpoint some rows before the end says where the logs were. */
function writeCheckpoint(): void {
  const ends = (["metrics", "timing", "events"] as const).map((kind) => {
    const after = Array.from({ length: 10 }, (_, i) => `${JSON.stringify(written[kind](ROWS - 10 + i))}\n`).join("");
    return [kind, { rows: ROWS - 10, bytes: statSync(join(folder, `${kind}.jsonl`)).size - after.length }];
  });
  mkdirSync(join(folder, "checkpoint"));
  const origin = { uid: "u", document: "d", logs: Object.fromEntries(ends) };
  const manifest = { schemaVersion: 2, stateSha256: "", arraysSha256: "", arrays: [], origin };
  writeFileSync(join(folder, "checkpoint", "manifest.json"), JSON.stringify(manifest));
}

const newReader = () =>
  new RunReader(workspace, (warning) => {
    throw warning;
  });

async function timed<T>(what: string, work: () => Promise<T>): Promise<readonly [T, number]> {
  const begin = performance.now();
  const result = await work();
  const ms = performance.now() - begin;
  tell(`${ROWS} rows, ${what}: ${Math.round(ms)} ms, heap ${Math.round(process.memoryUsage().heapUsed >> 20)} MB`);
  return [result, ms];
}

/** By this process, from files, so far; 0 where the system does not tell. */
function bytesRead(): number {
  if (process.platform !== "linux") return 0;
  return Number(/^rchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

/** Bytes: the end of a log, and a small part of one with all of its rows. */
const LITTLE = 2 ** 21;

const iterationsOf = (rows: readonly { readonly iteration: number }[]) => rows.map(({ iteration }) => iteration);
const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), "lerl-big-"));
  folder = join(workspace, ".lerl", "runs", runId);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "run.json"), JSON.stringify(runRecord(runId)));
  for (const kind of ["metrics", "timing", "events", "episodes"] as const) write(kind);
});
afterAll(() => rmSync(workspace, { recursive: true }));

describe("a run of very many rows", () => {
  it("gives its newest window, counted once from the start where no checkpoint counts", async () => {
    const reader = newReader();
    const [slice] = await timed("newest window, no checkpoint", () => reader.slice(runId, firstRow));
    const end = { metrics: ROWS, timing: ROWS, events: ROWS };
    expect(slice.cursor).toEqual(end);
    for (const kind of ["metrics", "timing", "events"] as const) {
      expect(iterationsOf(slice[kind])).toEqual(upTo(FIRST, ROWS));
    }
    const before = bytesRead();
    const [after] = await timed("nothing new", () => reader.slice(runId, slice.cursor));
    expect(after).toMatchObject({ metrics: [], timing: [], events: [], cursor: end });
    expect(bytesRead() - before).toBeLessThan(LITTLE);
    expect(await reader.end(runId)).toEqual(end);
  });

  it("gives it at once where a checkpoint says how many rows there were", async () => {
    writeCheckpoint();
    const [slice, ms] = await timed("newest window", () => newReader().slice(runId, firstRow));
    expect(slice.cursor).toEqual({ metrics: ROWS, timing: ROWS, events: ROWS });
    expect(iterationsOf(slice.metrics)).toEqual(upTo(FIRST, ROWS));
    // The rows are read as JSON and checked; where others use the machine, it takes what it takes.
    expect(ms).toBeLessThan(isWhole ? 600 : 3000);
  });

  it("gives earlier iterations whole where they are few, and a sample over all of them where they are many", async () => {
    const reader = newReader();
    const middle = Math.floor(FIRST / 2);
    const [few] = await timed("1,000 earlier rows", () => reader.range({ runId, from: middle, to: middle + 1000 }));
    expect(few.whole).toBe(true);
    for (const kind of ["metrics", "timing", "events"] as const) {
      expect(iterationsOf(few[kind])).toEqual(upTo(middle, middle + 1000));
    }
    const [all, ms] = await timed("all earlier rows", () => reader.range({ runId, from: 0, to: FIRST }));
    expect(all.whole).toBe(false);
    const sample = iterationsOf(all.metrics);
    expect(sample.length).toBeGreaterThan(SAMPLED_ROWS / 2);
    expect(sample.length).toBeLessThanOrEqual(SAMPLED_ROWS);
    expect(sample[0]).toBe(0);
    expect(sample.at(-1)).toBeGreaterThan(FIRST * 0.999);
    const gaps = sample.slice(1).map((iteration, i) => iteration - (sample[i] as number));
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(Math.max(...gaps)).toBeLessThan((3 * FIRST) / SAMPLED_ROWS);
    expect(ms).toBeLessThan(isWhole ? 2000 : 6000);
    const none = await reader.range({ runId, from: ROWS, to: ROWS + 5 });
    expect(none).toMatchObject({ metrics: [], timing: [], events: [], whole: true });
  });

  it("finds earlier iterations without reading the others, also where lines are damaged", async () => {
    const damaged = "damaged" as RunId;
    mkdirSync(join(workspace, ".lerl", "runs", damaged));
    const lines = upTo(0, 20_000).map((i) => (i % 7 < 4 ? "{torn" : JSON.stringify(written.timing(i))));
    writeFileSync(join(workspace, ".lerl", "runs", damaged, "timing.jsonl"), `${lines.join("\n")}\n`);
    const before = bytesRead();
    const { timing, whole } = await newReader().range({ runId: damaged, from: 15_000, to: 15_020 });
    expect(bytesRead() - before).toBeLessThan(LITTLE);
    expect(whole).toBe(true);
    expect(iterationsOf(timing)).toEqual(upTo(15_000, 15_020).filter((i) => i % 7 >= 4));
  });

  it("lists its latest sessions without reading the others, and the best of all in bounded memory", async () => {
    const reader = newReader();
    const query = { runId, limit: 50 } as const;
    const before = bytesRead();
    const [latest] = await timed("latest sessions", () => reader.episodes({ ...query, order: "latest" }));
    expect(bytesRead() - before).toBeLessThan(LITTLE);
    expect(latest.map(({ id }) => id)).toEqual(
      upTo(ROWS - 50, ROWS)
        .reverse()
        .map((i) => `e${i}`),
    );
    const ofUser = await reader.episodes({ ...query, order: "latest", user: "u3" });
    expect(ofUser).toHaveLength(50);
    expect(new Set(ofUser.map(({ user }) => user))).toEqual(new Set(["u3"]));
    const [best] = await timed("best sessions", () => reader.episodes({ ...query, order: "best" }));
    expect(best.map(({ rCum }) => rCum)).toEqual(upTo(ROWS - 50, ROWS).reverse());
    const worst = await reader.episodes({ ...query, order: "worst" });
    expect(worst.map(({ rCum }) => rCum)).toEqual(upTo(0, 50));
  });
});
