import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Checkpoint, CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { temporaryFolder } from "./support.ts";

let root: string;
let folder: string;
let count = 0;
let warnings: Error[];
beforeAll(async () => {
  root = await temporaryFolder();
});
beforeEach(async () => {
  folder = join(root, `run-${count++}`);
  await mkdir(folder);
  warnings = [];
});

const store = () => new CheckpointStore(folder, (warning) => warnings.push(warning));

/** A checkpoint whose parts all tell its number. */
const numbered = (n: number): Checkpoint => ({
  json: { iteration: n, streams: { pool: [n, 2, 3, 4] } },
  arrays: { weights: Float32Array.from({ length: 1000 }, (_, i) => n + i / 7), empty: new Float32Array(0) },
});

const bits = (array: Float32Array | undefined) => array && new Uint32Array(array.slice().buffer);

const damage = async (path: string) => {
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await writeFile(path, bytes);
};

describe("saving and loading", () => {
  it("finds none in a new run", async () => {
    expect(await store().load()).toBeUndefined();
  });

  it("gives back state and arrays bit for bit", async () => {
    const arrays = fc.dictionary(fc.string(), fc.float32Array({ maxLength: 50 }), { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), arrays, async (json, saved) => {
        await store().save({ json, arrays: saved });
        const loaded = await store().load();
        expect(JSON.stringify(loaded?.json)).toBe(JSON.stringify(json));
        expect(Object.keys(loaded?.arrays ?? {}).sort()).toEqual(Object.keys(saved).sort());
        for (const [name, array] of Object.entries(saved)) {
          expect(bits(loaded?.arrays[name])).toEqual(bits(array));
        }
      }),
      { numRuns: 30, examples: [[{}, { ["__proto__"]: Float32Array.of(1), toString: Float32Array.of(2) }]] },
    );
  });

  it("keeps the one before, and copies what it saves before it returns", async () => {
    const checkpoints = store();
    await checkpoints.save(numbered(1));
    const changing = numbered(2);
    const saving = checkpoints.save(changing);
    changing.arrays.weights?.fill(0);
    await saving;
    expect(await store().load()).toEqual(numbered(2));
    await rm(join(folder, "checkpoint"), { recursive: true });
    expect(await store().load()).toEqual(numbered(1));
  });

  it("takes arrays in shared memory", async () => {
    const weights = new Float32Array(new SharedArrayBuffer(16));
    weights.set([1, 2, 3, 4]);
    await store().save({ json: {}, arrays: { weights } });
    expect((await store().load())?.arrays).toEqual({ weights: Float32Array.of(1, 2, 3, 4) });
  });

  it("writes saves that overlap one after the other", async () => {
    const checkpoints = store();
    await Promise.all([1, 2, 3, 4].map((n) => checkpoints.save(numbered(n))));
    expect(await checkpoints.load()).toEqual(numbered(4));
    expect((await readdir(folder)).sort()).toEqual(["checkpoint", "checkpoint.previous"]);
  });

  it("refuses a state JSON cannot hold", () => {
    expect(() => store().save({ json: { loss: Number.NaN }, arrays: {} })).toThrow('"loss" is NaN');
  });
});

describe("a broken checkpoint", () => {
  it.each(["manifest.json", "state.json", "arrays.bin"])("falls back to the previous one: %s", async (name) => {
    const checkpoints = store();
    await checkpoints.save(numbered(1));
    await checkpoints.save(numbered(2));
    await damage(join(folder, "checkpoint", name));
    expect(await store().load()).toEqual(numbered(1));
    expect(warnings).toMatchObject([
      { code: "store.backup-used", message: expect.stringContaining(join(folder, "checkpoint")) },
    ]);
  });

  it("does not push the good previous one out at the next save", async () => {
    const checkpoints = store();
    await checkpoints.save(numbered(1));
    await checkpoints.save(numbered(2));
    await damage(join(folder, "checkpoint", "arrays.bin"));
    await store().save(numbered(3));
    expect(await store().load()).toEqual(numbered(3));
    await damage(join(folder, "checkpoint", "arrays.bin"));
    expect(await store().load()).toEqual(numbered(1));
  });

  it("is one clear error when it is the only one", async () => {
    await store().save(numbered(1));
    await rm(join(folder, "checkpoint", "state.json"));
    await expect(store().load()).rejects.toMatchObject({
      code: "store.broken-checkpoint",
      message: expect.stringContaining(join(folder, "checkpoint")),
    });
  });
});

describe("a save killed half-way", () => {
  const checkpoint = () => join(folder, "checkpoint");
  const next = () => join(folder, "checkpoint.next");
  const previous = () => join(folder, "checkpoint.previous");

  beforeEach(async () => {
    const checkpoints = store();
    await checkpoints.save(numbered(1));
    await checkpoints.save(numbered(2));
  });

  it("while it wrote beside: the old one stands", async () => {
    await cp(checkpoint(), next(), { recursive: true });
    await rm(join(next(), "manifest.json"));
    expect(await store().load()).toEqual(numbered(2));
    expect(warnings).toEqual([]);
  });

  it("while it removed the one before the old one: the old one stands", async () => {
    await rename(checkpoint(), next());
    await store().save(numbered(2));
    await rm(join(previous(), "manifest.json"));
    expect(await store().load()).toEqual(numbered(2));
  });

  it("between its two renames: the new one counts, now and for the save after it", async () => {
    await rm(previous(), { recursive: true });
    await rename(checkpoint(), next());
    await cp(next(), previous(), { recursive: true });
    await damage(join(previous(), "arrays.bin"));
    expect(await store().load()).toEqual(numbered(2));
    expect(warnings).toEqual([]);
    await store().save(numbered(3));
    await rm(checkpoint(), { recursive: true });
    expect(await store().load()).toEqual(numbered(2));
  });
});

describe("a folder that takes no checkpoint", () => {
  it("is named, and the old checkpoint stands", async () => {
    await store().save(numbered(1));
    await rm(folder, { recursive: true });
    await writeFile(folder, "a file in the folder's place");
    await expect(store().save(numbered(2))).rejects.toMatchObject({ name: "InputError", code: "store.unwritable" });
    expect(existsSync(folder)).toBe(true);
  });
});
