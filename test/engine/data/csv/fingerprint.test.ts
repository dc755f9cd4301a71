import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../../src/engine/data/loadDataset.ts";
import { folderOf } from "../files.ts";
import { configOf, load, notesOf } from "./support.ts";

/** A pair as it could be read before there were formats. */
const pair = {
  "log.csv": [
    "user,item,is_click,time",
    "a,x,1,20",
    "b,y,0,10",
    "a,y,0,10",
    "a,x,1,20",
    "b,z,1,11",
    "b,nowhere,1,12",
    "c,x,0,5.5",
  ],
  "items.csv": ["item,categories", "x,Jazz|Soul", "y,Soul", "z,Rock", "w,"],
  "numbers.csv": ["item,categories", "x,3|7", "y,7", "z,12", "w,NaN"],
};
const timed = { interactions: { time: "time" } };

describe("the fingerprint of a pair that could always be read", () => {
  it("is what it was, so that models trained on it are known still", async () => {
    expect((await load(pair, timed)).fingerprint).toBe("66b2b4d5f1eed4d8ad658df31c98ba62");
    expect((await load(pair)).fingerprint).toBe("cd3d46762d377d7b6b51ebbd743ce17c");
    const numbers = await load(pair, { ...timed, items: { path: "numbers.csv" } });
    expect(numbers.fingerprint).toBe("ae294371fe67150e3df4f19b42d8ea95");
  });

  it("is that of the same rows in any other form", async () => {
    const { fingerprint } = await load(pair, timed);
    const text = `${pair["log.csv"].join("\r\n")}\r\n`;
    for (const log of [`\ufeff${text}`, text.replaceAll(",", "\t"), Buffer.from(`\ufeff${text}`, "utf16le")]) {
      expect((await load({ ...pair, "log.csv": log }, timed)).fingerprint).toBe(fingerprint);
    }
  });

  it("tells nothing of how the files were read", async () => {
    const plain = await load(pair, timed);
    const noted = await load({ ...pair, "log.csv": ["Export of 2024", ...pair["log.csv"]] }, timed);
    expect(notesOf(noted)).toHaveLength(1);
    expect(noted.reading).not.toEqual(plain.reading);
    expect(noted.fingerprint).toBe(plain.fingerprint);
  });

  it("is another where what is clicked is", async () => {
    const stars = { "log.csv": ["user,item,stars", "a,x,5", "a,y,3"] };
    const at = async (clickAt: number) =>
      (await load(stars, { interactions: { feedback: ["stars"], clickAt } })).fingerprint;
    expect(await at(4)).not.toBe(await at(3));
    expect(await at(4)).toBe(await at(5));
  });
});

describe("the cache", () => {
  const files = {
    "items.csv": pair["items.csv"],
    "log.csv": ["Export of 2024", "user,item,stars", "a,x,5", "a,nowhere,3", "b,y,1"],
  };
  const config = configOf({ interactions: { feedback: ["stars"] } });

  it("gives back how the files were read", async () => {
    const folder = await folderOf(files);
    const options = { baseFolder: folder, cacheFolder: join(folder, "cache") };
    const read = await loadDataset(config, options);
    const did: string[] = [];
    const again = await loadDataset(config, { ...options, onProgress: ({ doing }) => void did.push(doing) });
    expect(did).not.toContain("reading");
    expect(again.reading).toMatchObject({
      rows: 3,
      examples: { "interactions with an item that the item file lacks": "nowhere" },
      notes: [expect.stringContaining("above the header"), expect.stringContaining("stars holds ratings up to 5")],
    });
    expect(again).toEqual(read);
  });

  it("is read anew where that part of it is damaged", async () => {
    const folder = await folderOf(files);
    const options = { baseFolder: folder, cacheFolder: join(folder, "cache") };
    const read = await loadDataset(config, options);
    const name = (await readdir(options.cacheFolder)).find((file) => file.endsWith(".lerldata")) ?? "";
    const bytes = await readFile(join(options.cacheFolder, name));
    const place = bytes.lastIndexOf("nowhere");
    expect(place).toBeGreaterThan(0);
    bytes.write("nothing", place);
    await writeFile(join(options.cacheFolder, name), bytes);
    expect(await loadDataset(config, options)).toEqual(read);
  });

  it("keeps what other settings read apart", async () => {
    const folder = await folderOf(files);
    const options = { baseFolder: folder, cacheFolder: join(folder, "cache") };
    const first = await loadDataset(config, options);
    const other = await loadDataset(configOf({ interactions: { feedback: ["stars"], clickAt: 1 } }), options);
    expect([...first.log.feedback]).toEqual([1, 0]);
    expect([...other.log.feedback]).toEqual([1, 1]);
  });
});
