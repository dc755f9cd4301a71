import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deserialise, serialise } from "../../../src/engine/data/cache.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import { folderOf } from "./files.ts";

const csv = {
  kind: "csv" as const,
  interactions: { path: "log.csv", user: "user", item: "item", feedback: ["is_click"] },
  items: { path: "items.csv", item: "item", categories: "categories", separator: "|" },
};
const files = {
  "log.csv": ["user,item,is_click", "a,x,1", "a,y,0", "b,y,1"],
  "items.csv": ["item,categories", "x,Jazz|Soul", "y,Soul"],
};

/** Loads and counts the progress reports: none means that no source file was read. */
async function loadCounting(folder: string) {
  let reports = 0;
  const options = { baseFolder: folder, cacheFolder: join(folder, "cache"), onProgress: () => void reports++ };
  return { data: await loadDataset(csv, options), readSources: () => reports > 0 };
}

const cacheFiles = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(folder, "cache"))).map((name) => join(folder, "cache", name));

describe("the binary cache", () => {
  it("gives back what was parsed, without reading the sources again", async () => {
    const folder = await folderOf(files);
    const first = await loadCounting(folder);
    const second = await loadCounting(folder);
    expect(first.readSources()).toBe(true);
    expect(second.readSources()).toBe(false);
    expect(second.data).toEqual(first.data);
  });

  it("is not used after a source file or an option has changed", async () => {
    const folder = await folderOf(files);
    await loadCounting(folder);
    await utimes(join(folder, "log.csv"), 1000, 1000);
    expect((await loadCounting(folder)).readSources()).toBe(true);
    const other = { ...csv, interactions: { ...csv.interactions, time: "is_click" } };
    let reports = 0;
    await loadDataset(other, {
      baseFolder: folder,
      cacheFolder: join(folder, "cache"),
      onProgress: () => void reports++,
    });
    expect(reports).toBeGreaterThan(0);
    expect(await cacheFiles(folder)).toHaveLength(3);
  });

  it("is rebuilt when it is damaged, cut off or empty", async () => {
    const folder = await folderOf(files);
    const { data } = await loadCounting(folder);
    const [path = ""] = await cacheFiles(folder);
    const intact = await readFile(path);
    const flipped = Buffer.from(intact);
    flipped[flipped.length - 3] = (flipped[flipped.length - 3] ?? 0) ^ 1;
    for (const damaged of [flipped, intact.subarray(0, intact.length - 8), Buffer.alloc(0)]) {
      await writeFile(path, damaged);
      const again = await loadCounting(folder);
      expect(again.readSources()).toBe(true);
      expect(again.data).toEqual(data);
      expect(await readFile(path)).toEqual(intact);
    }
  });

  it("leaves nothing behind when a load fails or is cancelled", async () => {
    const folder = await folderOf({ ...files, "log.csv": "user,item,is_click\na,x,1\na,y" });
    await expect(loadCounting(folder)).rejects.toThrow("log.csv:3");
    expect(await readdir(folder)).not.toContain("cache");
  });

  it("warns and loads all the same when it cannot be written", async () => {
    const folder = await folderOf({ ...files, cache: "a file, not a folder" });
    const warnings: string[] = [];
    const options = {
      baseFolder: folder,
      cacheFolder: join(folder, "cache/deep"),
      onWarning: (m: string) => void warnings.push(m),
    };
    expect((await loadDataset(csv, options)).users).toBe(2);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("could not be written");
  });

  it("leaves no half-written file when writing fails at its last step", async () => {
    const folder = await folderOf(files);
    const { data } = await loadCounting(folder);
    const [path = ""] = await cacheFiles(folder);
    await rm(path);
    await mkdir(join(path, "in the way"), { recursive: true });
    const warnings: string[] = [];
    const again = await loadDataset(csv, {
      baseFolder: folder,
      cacheFolder: join(folder, "cache"),
      onWarning: (message) => void warnings.push(message),
    });
    expect(again).toEqual(data);
    expect(warnings).toHaveLength(1);
    expect(await cacheFiles(folder)).toEqual([path]);
  });

  it("is written whole by loads that run at the same time", async () => {
    const folder = await folderOf(files);
    const [first, second] = await Promise.all([loadCounting(folder), loadCounting(folder)]);
    expect(second.data).toEqual(first.data);
    expect(await cacheFiles(folder)).toHaveLength(1);
    expect((await loadCounting(folder)).readSources()).toBe(false);
  });

  it("names equal data alike wherever it lies", async () => {
    const [a, b] = [await folderOf(files), await folderOf(files)];
    const [first, second] = [await loadCounting(a), await loadCounting(b)];
    expect(first.data.fingerprint).toBe(second.data.fingerprint);
  });
});

describe("serialise and deserialise", () => {
  const { fingerprint: _, ...synthetic } = generateSynthetic({
    kind: "synthetic",
    users: 20,
    items: 30,
    categories: 5,
    satiation: 1,
    seed: 3,
  });
  const { bytes, dataset } = serialise(synthetic);

  it("are inverse", () => {
    expect(deserialise(bytes)).toEqual(dataset);
  });

  it("trust no file with any byte changed or any end missing", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const damaged = Buffer.from(bytes);
        damaged[place] = (damaged[place] ?? 0) ^ change;
        expect(deserialise(damaged)).toBeUndefined();
        expect(deserialise(bytes.subarray(0, place))).toBeUndefined();
      }),
    );
  });
});
