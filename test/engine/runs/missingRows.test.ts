/** What a resume finds missing in a run's folder, or of another run. */
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluateRun } from "../../../src/engine/runs/evaluateRun.ts";
import { logKinds } from "../../../src/engine/runs/runLog.ts";
import { runFiles } from "../../../src/engine/store/runFolder.ts";
import { keepRunAsBase } from "../../../src/engine/trials/base.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { eventsOf, metricsOf, recordOf } from "../commands/modelWorld.ts";
import { anyFile, workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

const callRow = { id: "planner-1", role: "planner", attempts: 0, tokensIn: 0, tokensOut: 0, cost: 0 };

/** A run that ended, what a process killed in its fourth iteration left of it, and the same of another run. */
beforeAll(async () => {
  for (const name of ["whole", "other"]) {
    const begun = await shop.start(
      name,
      { ...tinyExperiment, name },
      { progress: ({ iteration }) => void (iteration === 1 && begun.control.stop("interrupted")) },
    );
    expect((await begun.execute()).state).toBe("interrupted");
    // Every log holds something at the checkpoint.
    appendFileSync(begun.folder.file("llm"), `${JSON.stringify(callRow)}\n`);
    appendFileSync(begun.folder.file("prompts"), `${JSON.stringify({ hash: "h", text: "You plan." })}\n`);
    const run = await shop.resume(name, {
      progress: ({ phase, fraction }) => {
        const at = fraction * tinyExperiment.training.iterations;
        const [reflection] = run.reflectionPool?.reflections ?? [];
        if (phase !== "Training" || at < 3.5 || !reflection || existsSync(shop.folder(`${name}-left`))) return;
        run.changeReflection({ id: reflection.id, action: "pin" });
        shop.snapshot(name, `${name}-left`);
      },
    });
    expect((await run.execute()).reason).toBeUndefined();
  }
});

const markedLogs = [...logKinds, "prompts"] as const;

let copies = 0;
function copyOf(name: string): string {
  const copy = `${name}-${copies++}`;
  shop.snapshot(name, copy);
  return copy;
}

const pathOf = (name: string, kind: keyof typeof runFiles): string => join(shop.folder(name), runFiles[kind]);
const linesOf = (file: string): string[] => readFileSync(file, "utf8").split("\n").slice(0, -1);
const write = (file: string, lines: readonly string[]): void =>
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));

/** Checksums of every file in a run's folder. */
function bytesOf(name: string): Record<string, string> {
  const folder = shop.folder(name);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  );
  const digest = (file: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, file)))
      .digest("hex");
  return Object.fromEntries(files.map((file) => [file, digest(file)]));
}

const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(shop.folder(name), "checkpoint", "manifest.json"), "utf8")) as {
    origin?: {
      uid: string;
      document: string;
      logs: Record<(typeof markedLogs)[number], { rows: number; bytes: number }>;
    };
  };

/** What goes on from a folder equals the run that was not interrupted. */
async function goesOn(name: string, how = {}): Promise<void> {
  expect(await (await shop.resume(name, {}, how)).execute()).toMatchObject({ state: "done" });
  expect(metricsOf(shop.folder(name))).toBe(metricsOf(shop.folder("whole")));
  expect(readFileSync(pathOf(name, "episodes"), "utf8")).toBe(readFileSync(pathOf("whole", "episodes"), "utf8"));
}

const damages: Record<string, (file: string) => void> = {
  "is gone": (file) => rmSync(file),
  "is empty": (file) => writeFileSync(file, ""),
  "was copied in part": (file) => writeFileSync(file, readFileSync(file).subarray(0, 20)),
  "lacks its first row": (file) => write(file, linesOf(file).slice(1)),
  "has a row of another length": (file) =>
    write(
      file,
      linesOf(file).map((line, i) => (i === 0 ? line.replace(/^\{/, "{ ") : line)),
    ),
};

describe("a log that lacks what the checkpoint has seen", () => {
  it("is measured by the checkpoint", () => {
    const { origin } = manifestOf("whole-left");
    for (const kind of markedLogs) {
      expect(origin?.logs[kind]?.rows, kind).toBeGreaterThan(0);
      const lines = linesOf(pathOf("whole-left", kind)).slice(0, origin?.logs[kind]?.rows);
      expect(Buffer.byteLength(lines.map((line) => `${line}\n`).join(""))).toBe(origin?.logs[kind]?.bytes);
    }
  });

  it.each(markedLogs.flatMap((kind) => Object.keys(damages).map((what) => [runFiles[kind], what, kind] as const)))(
    "%s that %s is refused with its name, and nothing has happened",
    async (file, what, kind) => {
      const name = copyOf("whole-left");
      damages[what]?.(pathOf(name, kind));
      const before = bytesOf(name);
      await expect(shop.resume(name)).rejects.toMatchObject({
        name: "InputError",
        code: "run.rows-missing",
        message: expect.stringMatching(new RegExp(`${file}.*--accept-loss`)),
      });
      expect(bytesOf(name)).toEqual(before);
    },
  );

  it("says how many rows of how many are missing, of every file", async () => {
    const name = copyOf("whole-left");
    const metrics = linesOf(pathOf(name, "metrics"));
    write(pathOf(name, "metrics"), metrics.slice(0, 1));
    rmSync(pathOf(name, "references"));
    const logs = manifestOf(name).origin?.logs;
    await expect(shop.resume(name)).rejects.toThrow(
      `metrics.jsonl lacks 2 of 3 rows; references.jsonl lacks ${logs?.references.rows} of ${logs?.references.rows} rows`,
    );
  });

  it("says of rows that are all there by how much they were changed", async () => {
    const name = copyOf("whole-left");
    damages["has a row of another length"]?.(pathOf(name, "metrics"));
    const { rows, bytes } = manifestOf(name).origin?.logs.metrics ?? { rows: 0, bytes: 0 };
    const words = `the first ${rows} rows of metrics.jsonl were changed: ${bytes + 1} bytes instead of ${bytes}`;
    await expect(shop.resume(name)).rejects.toThrow(words);
  });

  it("is gone on without where the loss is accepted, and the timeline says so", async () => {
    const name = copyOf("whole-left");
    write(pathOf(name, "metrics"), linesOf(pathOf(name, "metrics")).slice(0, 2));
    const run = await shop.resume(name, {}, { acceptLoss: true });
    expect(await run.execute()).toMatchObject({ state: "done" });
    const whole = linesOf(pathOf("whole", "metrics"));
    expect(linesOf(pathOf(name, "metrics"))).toEqual([...whole.slice(0, 2), ...whole.slice(3)]);
    expect(eventsOf(shop.folder(name)).filter(({ type }) => type === "warning")).toMatchObject([
      { code: "run.rows-lost", iteration: 2, message: expect.stringContaining("metrics.jsonl lacks 1 of 3 rows") },
    ]);
  });

  it("is accepted once: what is left is what the next resume expects", async () => {
    const name = copyOf("whole-left");
    write(pathOf(name, "metrics"), linesOf(pathOf(name, "metrics")).slice(0, 2));
    const again = `${name}-again`;
    const run = await shop.resume(
      name,
      {
        progress: ({ phase, iteration }) => {
          if (phase === "Training" && iteration === 3 && !existsSync(shop.folder(again))) shop.snapshot(name, again);
        },
      },
      { acceptLoss: true },
    );
    await run.execute();
    expect(await (await shop.resume(again)).execute()).toMatchObject({ state: "done" });
  });

  it("loses nothing by a flag that was not needed", async () => {
    const name = copyOf("whole-left");
    await goesOn(name, { acceptLoss: true });
    expect(eventsOf(shop.folder(name)).filter(({ type }) => type === "warning")).toEqual([]);
  });

  it("keeps what a person did after the checkpoint", async () => {
    const name = copyOf("whole-left");
    const pinned = eventsOf(shop.folder(name)).filter(({ type }) => type === "pool");
    expect(pinned).toHaveLength(1);
    await goesOn(name);
    expect(eventsOf(shop.folder(name)).filter(({ type }) => type === "pool")).toEqual(pinned);
  });
});

describe("a checkpoint that is gone", () => {
  it("is missed where iterations are complete; the run begins anew only where that is accepted, and says how many rows it removed", async () => {
    const name = copyOf("whole-left");
    for (const kept of ["checkpoint", "checkpoint.previous"])
      rmSync(join(shop.folder(name), kept), { recursive: true, force: true });
    const before = bytesOf(name);
    const kinds = ["metrics", "timing", "references", "episodes"] as const;
    const rows = kinds.reduce((sum, kind) => sum + linesOf(pathOf(name, kind)).length, 0);
    expect(rows).toBeGreaterThan(10);
    await expect(shop.resume(name)).rejects.toMatchObject({
      code: "run.checkpoint-missing",
      message: expect.stringMatching(
        new RegExp(
          `no checkpoint is left.* begin the run anew, which removes its ${rows} rows so far: .*--accept-loss`,
        ),
      ),
    });
    expect(bytesOf(name)).toEqual(before);
    await goesOn(name, { acceptLoss: true });
    const message = `No checkpoint was left: the run began anew, and its ${rows} rows so far were removed.`;
    expect(eventsOf(shop.folder(name))).toContainEqual(expect.objectContaining({ code: "run.rows-lost", message }));
  });
});

describe("whose a checkpoint is", () => {
  it("is known where the folder was copied or renamed", async () => {
    const name = copyOf("whole-left");
    renameSync(shop.folder(name), shop.folder(`${name}-renamed`));
    await goesOn(`${name}-renamed`);
    expect(recordOf(shop.folder(`${name}-renamed`)).uid).toBe(recordOf(shop.folder("whole")).uid);
    expect(recordOf(shop.folder("other")).uid).not.toBe(recordOf(shop.folder("whole")).uid);
  });

  it("is no matter to a copy by hard links, which leaves what it was copied from as it is", async () => {
    const [name, copy] = [copyOf("whole-left"), "linked"];
    const before = bytesOf(name);
    for (const file of Object.keys(before)) {
      mkdirSync(dirname(join(shop.folder(copy), file)), { recursive: true });
      linkSync(join(shop.folder(name), file), join(shop.folder(copy), file));
    }
    await goesOn(copy);
    expect(bytesOf(name)).toEqual(before);
    await goesOn(name);
  });

  it("is refused where it is another run's: by a resume, an evaluation and a trial", async () => {
    const name = copyOf("whole-left");
    const folder = shop.folder(name);
    rmSync(join(folder, "checkpoint"), { recursive: true });
    cpSync(join(shop.folder("other-left"), "checkpoint"), join(folder, "checkpoint"), { recursive: true });
    const before = bytesOf(name);
    const refused = { name: "InputError", code: "checkpoint.foreign", message: expect.stringContaining("another run") };
    await expect(shop.resume(name)).rejects.toMatchObject(refused);
    await expect(evaluateRun(folder, { workspaceFolder: scratch.path, files: anyFile })).rejects.toMatchObject(refused);
    await expect(keepRunAsBase(folder, join(scratch.path, "trial"))).rejects.toMatchObject(refused);
    expect(bytesOf(name)).toEqual(before);
  });

  it("is refused where run.json holds another document", async () => {
    const name = copyOf("whole-left");
    const { experiment, ...record } = recordOf(shop.folder(name));
    const simulator = { ...experiment.simulator, slateSize: experiment.simulator.slateSize + 1 };
    writeFileSync(pathOf(name, "record"), JSON.stringify({ ...record, experiment: { ...experiment, simulator } }));
    await expect(shop.resume(name)).rejects.toMatchObject({
      code: "checkpoint.foreign",
      message: expect.stringContaining("another document"),
    });
  });

  it("does not depend on live changes, nor on the order in which the document is written", async () => {
    const name = copyOf("whole-left");
    const { experiment, ...record } = recordOf(shop.folder(name));
    const backwards = Object.fromEntries(Object.entries(experiment).reverse());
    writeFileSync(pathOf(name, "record"), JSON.stringify({ experiment: backwards, ...record }));
    const stopped = await shop.resume(
      name,
      {
        progress: ({ phase, iteration }) => {
          if (phase === "Training" && iteration === 5) stopped.control.stop("interrupted");
        },
      },
      { changes: [{ path: "reflections.k", value: 1 }] },
    );
    expect(await stopped.execute()).toMatchObject({ state: "interrupted" });
    expect(await (await shop.resume(name)).execute()).toMatchObject({ state: "done" });
  });

  it("is taken on trust where a version before wrote it, said on the timeline, and written down from then on", async () => {
    const name = copyOf("whole-left");
    const file = join(shop.folder(name), "checkpoint", "manifest.json");
    const { origin: _, ...manifest } = manifestOf(name);
    writeFileSync(file, JSON.stringify({ ...manifest, schemaVersion: 1 }));
    const { uid: __, ...record } = recordOf(shop.folder(name));
    writeFileSync(pathOf(name, "record"), JSON.stringify({ ...record, schemaVersion: 3 }));
    await goesOn(name);
    expect(eventsOf(shop.folder(name)).filter(({ type }) => type === "warning")).toMatchObject([
      { code: "checkpoint.unmarked" },
    ]);
    const { uid } = recordOf(shop.folder(name));
    expect(uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(manifestOf(name).origin).toMatchObject({ uid, document: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("of a version that is still to come is left alone", async () => {
    const name = copyOf("whole-left");
    const file = join(shop.folder(name), "checkpoint", "manifest.json");
    writeFileSync(file, JSON.stringify({ ...manifestOf(name), schemaVersion: 3 }));
    const before = bytesOf(name);
    await expect(shop.resume(name)).rejects.toMatchObject({ code: "store.newer-version" });
    expect(bytesOf(name)).toEqual(before);
  });
});

describe("a record that is lost", () => {
  it("comes back from the version before it", async () => {
    const name = copyOf("whole-left");
    rmSync(pathOf(name, "record"));
    expect(existsSync(`${pathOf(name, "record")}.bak`)).toBe(true);
    const warnings: string[] = [];
    const run = await shop.resume(name, { log: (_, message) => warnings.push(message) });
    expect(existsSync(pathOf(name, "record"))).toBe(true);
    expect(warnings).toContainEqual(expect.stringContaining("run.json: not found"));
    expect(await run.execute()).toMatchObject({ state: "done" });
    expect(metricsOf(shop.folder(name))).toBe(metricsOf(shop.folder("whole")));
  });
});
