import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type DocumentFormat, JsonDocument, readJsonDocument } from "../../../src/engine/store/jsonDocument.ts";
import { bundleProgram, temporaryFolder } from "./support.ts";

const schema = z.strictObject({
  schemaVersion: z.literal(2),
  steps: z.int(),
  rows: z.array(z.strictObject({ score: z.number() })).default([]),
});
type Note = z.output<typeof schema>;

const format: DocumentFormat<Note> = {
  schema,
  version: 2,
  migrations: { 1: ({ turns, ...rest }) => ({ ...rest, steps: turns, schemaVersion: 2 }) },
};

const first: Note = { schemaVersion: 2, steps: 0, rows: [] };
const second: Note = { schemaVersion: 2, steps: 1, rows: [] };

let root: string;
let file: string;
let count = 0;
let warnings: Error[];
beforeAll(async () => {
  root = await temporaryFolder();
});
beforeEach(() => {
  file = join(root, `note-${count++}.json`);
  warnings = [];
});

const onWarning = (warning: Error) => {
  warnings.push(warning);
};

function open(initial?: Note, coalesceMs = 60_000): Promise<JsonDocument<Note>> {
  return JsonDocument.open({ file, format, onWarning, coalesceMs, ...(initial && { initial }) });
}

/** Files beside the document that were to replace it. */
async function leftovers(): Promise<readonly string[]> {
  return (await readdir(root)).filter((name) => name.endsWith(".tmp"));
}

async function onDisk(path = file): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}

async function set(document: JsonDocument<Note>, steps: number): Promise<void> {
  document.update((data) => ({ ...data, steps }));
  await document.flush();
}

describe("a document", () => {
  it("is on disk as soon as it is open, in tests too", async () => {
    expect(process.env.NODE_ENV).toBe("test");
    await open(first);
    expect(await onDisk()).toEqual(first);
    expect(await leftovers()).toEqual([]);
  });

  it("keeps what is on disk rather than the initial content", async () => {
    await set(await open(first), 7);
    expect((await open(first)).data.steps).toBe(7);
    expect(await readJsonDocument(file, format, onWarning)).toEqual({ ...first, steps: 7 });
  });

  it("makes one write of many changes and flushes on demand", async () => {
    const document = await open(first);
    for (let steps = 1; steps <= 50; steps++) document.update((data) => ({ ...data, steps }));
    expect(document.data.steps).toBe(50);
    expect(await onDisk()).toEqual(first);
    await document.flush();
    expect(await onDisk()).toEqual({ ...first, steps: 50 });
    // One write since the opening: the backup is what the opening wrote.
    expect(await onDisk(`${file}.bak`)).toEqual(first);
  });

  it("writes by itself after the coalescing time", async () => {
    const document = await open(first, 1);
    document.update((data) => ({ ...data, steps: 3 }));
    await expect.poll(onDisk).toEqual({ ...first, steps: 3 });
  });

  it("writes changes made while a write is under way", async () => {
    const document = await open(first);
    document.update((data) => ({ ...data, steps: 1 }));
    const writing = document.flush();
    document.update((data) => ({ ...data, steps: 2 }));
    await Promise.all([writing, document.flush()]);
    expect(await onDisk()).toEqual({ ...first, steps: 2 });
  });

  it("fills in defaults and brings older versions up to date", async () => {
    await writeFile(file, '{"schemaVersion": 1, "turns": 9}');
    expect((await open()).data).toEqual({ schemaVersion: 2, steps: 9, rows: [] });
  });

  it("never writes what it could not read back", async () => {
    const document = await open(first);
    document.update((data) => ({ ...data, steps: 0.5 }));
    await expect(document.flush()).rejects.toThrow("int");
    expect(await onDisk()).toEqual(first);
  });
});

describe("a damaged document", () => {
  it("is replaced by the version before it, with a warning", async () => {
    const document = await open(first);
    await set(document, 1);
    await set(document, 2);
    await writeFile(file, '{"schemaVersion": 2, "ste');
    const reopened = await open(first);
    expect(reopened.data).toEqual(second);
    expect(warnings).toMatchObject([{ code: "store.backup-used", message: expect.stringContaining(file) }]);
    // The damaged file must not become the backup, and what somebody wrote in it is not lost.
    await set(reopened, 3);
    expect(await onDisk(`${file}.bak`)).toEqual(second);
    expect(await onDisk()).toEqual({ ...first, steps: 3 });
    expect(await readFile(`${file}.damaged`, "utf8")).toBe('{"schemaVersion": 2, "ste');
    expect(warnings[0]?.message).toContain(".damaged");
  });

  it("is kept beside those that were damaged before it", async () => {
    let document = await open(first);
    await set(document, 1);
    await set(document, 2);
    for (const text of ["{ first", "{ second", "{ third"]) {
      await writeFile(file, text);
      document = await open(first);
      await set(document, 3);
    }
    const kept = [".damaged", ".damaged.2", ".damaged.3"].map((end) => readFile(`${file}${end}`, "utf8"));
    expect(await Promise.all(kept)).toEqual(["{ first", "{ second", "{ third"]);
  });

  it("is none where an editor has put a byte order mark before it", async () => {
    await writeFile(file, `\ufeff${JSON.stringify(second)}`);
    expect((await open(first)).data).toEqual(second);
    expect(warnings).toEqual([]);
  });

  it("is written all the same where its backup cannot be, and that is told once", async () => {
    const document = await open(first);
    await mkdir(`${file}.bak`);
    await set(document, 1);
    await set(document, 2);
    expect(await onDisk()).toEqual({ ...first, steps: 2 });
    expect(warnings).toMatchObject([{ code: "store.no-backup", message: expect.stringContaining("move it away") }]);
    expect((await readdir(dirname(file))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("is found in its backup when the file itself is gone", async () => {
    const document = await open(first);
    await set(document, 1);
    await unlink(file);
    expect((await open(second)).data).toEqual(first);
  });

  it.each([
    ['{"schemaVersion": 2, "steps": "x"}', '$.steps is "x"'],
    ['{"schemaVersion": 2, "steps": 1, "rows": [{"score": 1}, {"score": null}]}', "$.rows[1].score is null"],
    ['{"schemaVersion": 2}', "$.steps is missing: expected number. If"],
    ['{"steps": 2}', "$.schemaVersion is missing"],
    ['{"schemaVersion": 0}', "$.schemaVersion is 0"],
    ["[]", "$.schemaVersion is missing"],
    ["null", "expected an object"],
    ["", "not valid JSON"],
  ])("without a backup is one error that says where: %s", async (text, where) => {
    await writeFile(file, text);
    const error = await open(first).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "InputError", code: "store.broken-document" });
    expect((error as Error).message).toContain(`${file}: `);
    expect((error as Error).message).toContain(where);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("written by a newer version is left alone, backup or not", async () => {
    await set(await open(first), 1);
    await writeFile(file, '{"schemaVersion": 3, "steps": 4}');
    await expect(open(first)).rejects.toMatchObject({ name: "InputError", code: "store.newer-version" });
    expect(await onDisk()).toEqual({ schemaVersion: 3, steps: 4 });
  });

  it("that was never written is an error without an initial content", async () => {
    await expect(open()).rejects.toMatchObject({ name: "InputError", code: "store.missing" });
    await expect(readJsonDocument(file, format, onWarning)).rejects.toMatchObject({ code: "store.missing" });
  });
});

describe.skipIf(process.platform === "win32")("on a full disk", () => {
  it("keeps the old file, reports, and writes a change that finds space", async () => {
    const program = await bundleProgram(
      root,
      `import { readFileSync } from "node:fs";
      import * as z from "zod";
      import { JsonDocument } from "@store/jsonDocument.ts";
      const file = process.argv[2] ?? "";
      const format = { schema: z.strictObject({ schemaVersion: z.literal(1), text: z.string() }), version: 1, migrations: {} };
      const codes: unknown[] = [];
      const onWarning = (warning: Error) => { codes.push((warning as { code?: string }).code); };
      const initial = { schemaVersion: 1 as const, text: "old" };
      const document = await JsonDocument.open({ file, format, initial, onWarning, coalesceMs: 1 });
      document.update((data) => ({ ...data, text: "x".repeat(100_000) }));
      while (codes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const between = JSON.parse(readFileSync(file, "utf8")).text;
      document.update((data) => ({ ...data, text: "new" }));
      await document.flush();
      console.log(JSON.stringify({ codes: [...new Set(codes)], between, text: JSON.parse(readFileSync(file, "utf8")).text }));`,
    );
    // A limit on the size of files fails as a full disk does, and needs no rights.
    const limited = ["-c", 'ulimit -f 64 && exec "$@"', "sh", process.execPath, program, file];
    const { stdout, stderr } = spawnSync("sh", limited, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ codes: ["store.disk-full"], between: "old", text: "new" });
    expect(await leftovers()).toEqual([]);
  });
});
