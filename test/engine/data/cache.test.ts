import { appendFileSync } from "node:fs";
import { appendFile, copyFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deserialise, readCache, serialise } from "../../../src/engine/data/cache.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import { type CsvConfig, datasetSchema } from "../../../src/protocol/experiment/dataset.ts";
import { canMount, disk } from "../support/disks.ts";
import { expectInputError, folderOf } from "./files.ts";

const csv = datasetSchema.parse({
  kind: "csv",
  interactions: { path: "log.csv", user: "user", item: "item", feedback: ["is_click"] },
  items: { path: "items.csv", item: "item", categories: "categories", separator: "|" },
}) as CsvConfig;
const files = {
  "log.csv": ["user,item,is_click", "a,x,1", "a,y,0", "b,y,1"],
  "items.csv": ["item,categories", "x,Jazz|Soul", "y,Soul"],
};

const cacheOf = (folder: string): string => join(folder, "cache");

/** Loads, and tells what source files were read for. @param later than the last change of the files, milliseconds */
async function load(folder: string, { cacheFolder = cacheOf(folder), config = csv, later = 0 } = {}) {
  const did = new Set<string>();
  const warnings: string[] = [];
  const data = await loadDataset(config, {
    baseFolder: folder,
    cacheFolder,
    onProgress: ({ doing }) => void did.add(doing),
    onWarning: (message) => void warnings.push(message),
    now: () => Date.now() + later,
  });
  return { data, did: [...did], warnings };
}

const HOUR = 3_600_000;

const cacheFiles = async (folder: string): Promise<readonly string[]> =>
  (await readdir(cacheOf(folder)))
    .filter((name) => name.endsWith(".lerldata"))
    .map((name) => join(cacheOf(folder), name));

describe("the binary cache", () => {
  it("gives back what was parsed, without reading the rows again", async () => {
    const folder = await folderOf(files);
    const first = await load(folder);
    const second = await load(folder);
    expect(first.did).toEqual(["checking", "reading"]);
    expect(second.did).toEqual(["checking"]);
    expect(second.data).toEqual(first.data);
  });

  it("is not used after a file's content or an option has changed, and is after its times have", async () => {
    const folder = await folderOf(files);
    await load(folder);
    await utimes(join(folder, "log.csv"), 1000, 1000);
    expect((await load(folder)).did).not.toContain("reading");
    await writeFile(join(folder, "log.csv"), "user,item,is_click\na,x,0\na,y,0\nb,y,1\n");
    expect((await load(folder)).did).toContain("reading");
    const config = { ...csv, interactions: { ...csv.interactions, time: "is_click" } };
    expect((await load(folder, { config })).did).toContain("reading");
    expect(await cacheFiles(folder)).toHaveLength(3);
  });

  it("is rid of what killed processes left beside its files, and of nothing that may be another's at work", async () => {
    const folder = await folderOf(files);
    const left = (name: string) => join(cacheOf(folder), name);
    await mkdir(cacheOf(folder));
    const old = ["a.lerldata.0123456789abcdef.tmp", "a.lerldata.0c9dd6cb-2f2a-4f4c-9f43-6a3c2c4a7a11.tmp", "notes.tmp"];
    for (const name of [...old, "b.lerldata.0123456789abcdef.tmp"]) await writeFile(left(name), "half");
    for (const name of old) await utimes(left(name), 1000, 1000);
    await load(folder);
    const found = (await readdir(cacheOf(folder))).filter((name) => name.endsWith(".tmp"));
    expect(found.sort()).toEqual(["b.lerldata.0123456789abcdef.tmp", "notes.tmp"]);
  });

  it("gives each of two folders its own clicks, be names, sizes and times of their files equal", async () => {
    const [mine, others] = [await folderOf(files), await folderOf(files)];
    await writeFile(join(others, "log.csv"), "user,item,is_click\na,x,0\na,y,1\nb,y,0\n");
    for (const folder of [mine, others]) {
      for (const name of Object.keys(files)) await utimes(join(folder, name), 1000, 1000);
    }
    expect((await stat(join(mine, "log.csv"))).size).toBe((await stat(join(others, "log.csv"))).size);
    const cacheFolder = cacheOf(mine);
    const clicks = async (folder: string) => [...(await load(folder, { cacheFolder, later: HOUR })).data.log.feedback];
    for (const _ of [1, 2]) {
      expect(await clicks(mine)).toEqual([1, 0, 1]);
      expect(await clicks(others)).toEqual([0, 1, 0]);
    }
  });

  it("sees another content of equal size whose time of modification was set back", async () => {
    const folder = await folderOf(files);
    const log = join(folder, "log.csv");
    await utimes(log, 1000, 1000);
    await load(folder, { later: HOUR });
    await writeFile(log, "user,item,is_click\na,x,0\na,y,1\nb,y,0\n");
    await utimes(log, 1000, 1000);
    expect([...(await load(folder, { later: HOUR })).data.log.feedback]).toEqual([0, 1, 0]);
  });

  it("hashes a file once, but one that changed a moment ago every time", async () => {
    const folder = await folderOf(files);
    await load(folder);
    expect((await load(folder)).did).toEqual(["checking"]);
    expect((await load(folder, { later: HOUR })).did).toEqual(["checking"]);
    expect((await load(folder)).did).toEqual([]);
    await appendFile(join(folder, "log.csv"), "b,x,1\n");
    expect((await load(folder, { later: HOUR })).did).toEqual(["checking", "reading"]);
  });

  it("remembers nothing where its memory is broken or not ours", async () => {
    const folder = await folderOf(files);
    const memory = join(cacheOf(folder), "file-hashes.json");
    const { data } = await load(folder, { later: HOUR });
    const log = join(folder, "log.csv");
    const whole = JSON.parse(await readFile(memory, "utf8"));
    const foreign = { ...whole, files: { [log]: { state: whole.files[log].state, sha256: "../../evil" } } };
    for (const text of ["", "{", "[]", '{"version":1,"files":{"__proto__":1}}', JSON.stringify(foreign)]) {
      await writeFile(memory, text);
      const again = await load(folder, { later: HOUR });
      expect(again.did).toEqual(["checking"]);
      expect(again.data).toEqual(data);
      expect(again.warnings).toEqual([]);
    }
  });

  it("notices a file that changes while it is read, and keeps nothing of it", async () => {
    const folder = await folderOf(files);
    for (const moment of ["checking", "reading"] as const) {
      const during = (doing: string): void => {
        if (doing === moment) appendFileSync(join(folder, "log.csv"), "b,x,1\n");
      };
      const options = { baseFolder: folder, cacheFolder: cacheOf(folder) };
      const loading = loadDataset(csv, { ...options, onProgress: ({ doing }) => during(doing) });
      await expectInputError(loading, "log.csv", "changed while it was read");
    }
    expect(await readdir(folder)).not.toContain("cache");
  });

  it("takes the place of what earlier formats left, and of nothing else", async () => {
    const name = "0123456789abcdef0123456789abcdef";
    const left = [`${name}.lerldata`, `${name}.v2.lerldata`, `${name}.v3.lerldata`];
    const kept = [`${name}.v99.lerldata`, "answers.jsonl", "mine.lerldata"];
    const folder = await folderOf({
      ...files,
      ...Object.fromEntries([...left, ...kept].map((file) => [`cache/${file}`, "x"])),
    });
    await load(folder);
    const names = await readdir(cacheOf(folder));
    expect(names).toEqual(expect.arrayContaining(kept));
    for (const file of left) expect(names).not.toContain(file);
  });

  it("is read anew where another's file was put under its name", async () => {
    const [mine, others] = [await folderOf(files), await folderOf(files)];
    await writeFile(join(others, "log.csv"), "user,item,is_click\na,x,0\na,y,1\nb,y,0\n");
    const { data } = await load(mine);
    await load(others);
    const [[path = ""], [foreign = ""]] = [await cacheFiles(mine), await cacheFiles(others)];
    const intact = await readFile(path);
    await copyFile(foreign, path);
    const again = await load(mine);
    expect([again.data, again.warnings]).toEqual([data, []]);
    expect(await readFile(path)).toEqual(intact);
  });

  it("is rebuilt when it is damaged, cut off or empty", async () => {
    const folder = await folderOf(files);
    const { data } = await load(folder);
    const [path = ""] = await cacheFiles(folder);
    const intact = await readFile(path);
    const flipped = Buffer.from(intact);
    flipped[flipped.length - 3] = (flipped[flipped.length - 3] ?? 0) ^ 1;
    for (const damaged of [flipped, intact.subarray(0, intact.length - 8), Buffer.alloc(0)]) {
      await writeFile(path, damaged);
      const again = await load(folder);
      expect(again.did).toContain("reading");
      expect(again.data).toEqual(data);
      expect(await readFile(path)).toEqual(intact);
    }
  });

  it("leaves nothing behind when a load fails or is cancelled", async () => {
    const folder = await folderOf({ ...files, "log.csv": "user,item,is_click\na,x,1\na,y" });
    await expect(load(folder)).rejects.toThrow("log.csv:3");
    expect(await readdir(folder)).not.toContain("cache");
  });

  it("warns once and loads all the same when it cannot be written", async () => {
    const folder = await folderOf({ ...files, cache: "a file, not a folder" });
    for (const cacheFolder of [cacheOf(folder), join(folder, "cache/deep")]) {
      const { data, warnings } = await load(folder, { cacheFolder, later: HOUR });
      expect(data.users).toBe(2);
      expect(warnings).toEqual([expect.stringMatching(/could not be written.*Make it a folder with free space/)]);
    }
  });

  it.skipIf(!canMount)("warns likewise on a disk that is full or takes no writing", async () => {
    const folder = await folderOf(files);
    const full = disk("size=64k");
    await writeFile(join(full, "filler"), Buffer.alloc(65_536));
    for (const cacheFolder of [full, join(disk("ro"), "cache")]) {
      const { data, warnings } = await load(folder, { cacheFolder, later: HOUR });
      expect(data.users).toBe(2);
      expect(warnings).toEqual([expect.stringMatching(/could not be written.*(ENOSPC|EROFS)/)]);
    }
    expect(await readdir(full)).toEqual(["filler"]);
  });

  it("leaves no half-written file when writing fails at its last step", async () => {
    const folder = await folderOf(files);
    const { data } = await load(folder);
    const [path = ""] = await cacheFiles(folder);
    await rm(path);
    await mkdir(join(path, "in the way"), { recursive: true });
    const again = await load(folder);
    expect(again.data).toEqual(data);
    expect(again.warnings).toHaveLength(1);
    expect(await cacheFiles(folder)).toEqual([path]);
  });

  it("is written whole by loads that run at the same time", async () => {
    const folder = await folderOf(files);
    const [first, second] = await Promise.all([load(folder), load(folder)]);
    expect(second.data).toEqual(first.data);
    expect(await cacheFiles(folder)).toHaveLength(1);
    expect((await load(folder)).did).not.toContain("reading");
  });

  it("names equal data alike wherever it lies", async () => {
    const [a, b] = [await folderOf(files), await folderOf(files)];
    const [first, second] = [await load(a), await load(b)];
    expect(first.data.fingerprint).toBe(second.data.fingerprint);
  });
});

describe("serialise and deserialise", () => {
  const { fingerprint: _, ...synthetic } = generateSynthetic({
    kind: "synthetic",
    users: 20,
    items: 30,
    categories: 5,
    signal: "strong",
    satiation: 1,
    seed: 3,
  });
  const { bytes, dataset } = serialise(synthetic);

  it("are inverse", () => {
    expect(deserialise(bytes)).toEqual(dataset);
  });

  it("take no header that lies about its arrays", async () => {
    for (const place of [
      { $array: "constructor", offset: 0, length: 1 },
      { $array: "Int32Array", offset: -5, length: 1e9 },
    ]) {
      const key = "0123456789abcdef".repeat(2);
      const folder = await folderOf({ lie: serialise({ ...synthetic, name: place as never }, key).bytes });
      expect(await readCache(join(folder, "lie"), key)).toBeUndefined();
    }
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
