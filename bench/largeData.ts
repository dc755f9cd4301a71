/** Large logs: time beside counting their lines and parsing them and doing nothing else, and memory at its height. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { userColumns } from "../src/engine/data/kuaishouFeatures.ts";
import type { Figure } from "./figure.ts";
import { node, output } from "./processes.ts";
import type { Side } from "./side.ts";

interface Log {
  readonly name: string;
  readonly rows: number;
  readonly header: string;
  /** @param random in [0, n) */
  readonly row: (random: (n: number) => number, row: number) => string;
  /** Further files, and the section that reads all. */
  readonly write: (folder: string) => Promise<object>;
}

const ITEMS = 50_000;

/** Users and items in no order, times of a year. */
const clicks: Log = {
  name: "20 million rows of 1 million users",
  rows: 20_000_000,
  header: "user,item,is_click,time",
  row: (random) =>
    `u${random(1_000_000)},i${random(ITEMS)},${random(10) < 4 ? 1 : 0},${1_600_000_000 + random(31_536_000)}`,
  write: async (folder) => {
    const items = Array.from({ length: ITEMS }, (_, item) => `i${item},c${item % 31}`);
    await writeFile(join(folder, "items.csv"), `item,categories\n${items.join("\n")}\n`);
    const interactions = { path: "log.csv", time: "time" };
    return { kind: "csv", interactions, items: { path: "items.csv" } };
  },
};

const VIDEOS = 10_728;

/** KuaiRec's big matrix: its columns, its users one behind the other, as many rows. */
const bigMatrix: Log = {
  name: "KuaiRec's big matrix, 12.5 million rows",
  rows: 12_530_806,
  header: "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio",
  row: (random, row) => {
    const [played, length] = [random(30_000), 5000 + random(30_000)];
    const user = Math.floor((row * 7176) / 12_530_806);
    const at = 1_593_878_903 + (row % 1750) * 3000;
    return `${user},${random(VIDEOS)},${played},${length},2020-07-05 00:08:23.438,20200705.0,${at}.438,${played / length}`;
  },
  write: async (folder) => {
    const videos = Array.from({ length: VIDEOS }, (_, video) => `${video},"[${video % 31}]"`);
    await writeFile(join(folder, "item_categories.csv"), `video_id,feat\n${videos.join("\n")}\n`);
    const users = Array.from({ length: 7176 }, (_, user) =>
      [user, ...userColumns.map((_, i) => (user * (i + 3)) % 5)].join(),
    );
    await writeFile(join(folder, "user_features.csv"), `user_id,${userColumns.join()}\n${users.join("\n")}\n`);
    return { kind: "kuairec", path: ".", matrix: "big" };
  },
};

export async function largeDataFigures(side: Side, signal: AbortSignal): Promise<readonly Figure[]> {
  return [
    ...(await loading(clicks, "log.csv", side, signal)),
    ...(await loading(bigMatrix, "big_matrix.csv", side, signal)),
  ];
}

async function loading(log: Log, name: string, side: Side, signal: AbortSignal): Promise<readonly Figure[]> {
  const folder = join(side.workspace, "large-data");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    const dataset = await log.write(folder);
    await writeFile(join(folder, "large.lerl.json"), JSON.stringify({ dataset }));
    const file = join(folder, name);
    await pipeline(Readable.from(linesOf(log)), createWriteStream(file), { signal });
    const least = await seconds(async () => {
      await output("wc", ["-l", file], { cwd: folder, signal });
      await parsed(file, signal);
    });
    let memory = 0;
    const took = await seconds(async () => {
      memory = await described(side, folder, signal);
    });
    return [
      { name: `load ${log.name}`, value: took, unit: "s", lessIsBetter: true },
      { name: "  over wc -l and csv-parse alone", value: took / least, unit: "times", target: 2, lessIsBetter: true },
      { name: "  memory at its height", value: memory / 1024, unit: "MB", target: 1000, lessIsBetter: true },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Text in pieces of a megabyte or so; the same every time (a linear congruential generator). */
function* linesOf({ rows, header, row }: Log): Generator<string> {
  let state = 1;
  const random = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  let text = `${header}\n`;
  for (let i = 0; i < rows; i++) {
    text += `${row(random, i)}\n`;
    if (text.length < 1 << 20) continue;
    yield text;
    text = "";
  }
  yield text;
}

async function parsed(file: string, signal: AbortSignal): Promise<void> {
  const parser = parse({});
  parser.on("readable", () => {
    while (parser.read() !== null);
  });
  await pipeline(createReadStream(file, { highWaterMark: 1 << 18 }), parser, { signal });
}

/** Reads the data set as `lerl data describe` does, from its files. @returns kilobytes */
async function described({ dist }: Side, cwd: string, signal: AbortSignal): Promise<number> {
  const tell = 'process.on("exit", () => console.log("maxRSS", process.resourceUsage().maxRSS))';
  const words = ["--import", `data:text/javascript,${encodeURIComponent(tell)}`];
  const out = await node([...words, join(dist, "cli.cjs"), "data", "describe", "large.lerl.json", "--json"], {
    cwd,
    signal,
  });
  return Number(/maxRSS (\d+)/.exec(out)?.[1]);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
