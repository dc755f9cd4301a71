import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { cacheFolder, storageFolder } from "../../../src/engine/store/storage.ts";
import { recordedCalls } from "../../../src/engine/trials/trialFolder.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { runRecord } from "../store/records.ts";
import { serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());
const workspace = join(scratch.path, "workspace");
const elsewhere = join(scratch.path, "elsewhere");
const runs = join(workspace, ".lerl", "runs");
const service = serviceAt(workspace);

function writeRun(folder: string, id: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "run.json"), JSON.stringify(runRecord(id, { name: "Hostile" })));
}

beforeAll(() => {
  writeRun(join(runs, "renamed"), "../../..");
  writeRun(elsewhere, "outside");
  mkdirSync(join(workspace, ".lerl", "trials"), { recursive: true });
  symlinkSync(elsewhere, join(runs, "link"));
  symlinkSync(elsewhere, join(workspace, ".lerl", "trials", "link"));
});

describe("a run", () => {
  it("has the name of its folder as id, whatever its record says", async () => {
    const listed = await service.handlers["runs/list"]({});
    expect(listed.runs.map(({ id, name }) => [id, name])).toEqual([["renamed", "Hostile"]]);
    expect((await readRunRecord(join(runs, "renamed", "run.json"))).id).toBe("renamed");
  });

  it("keeps that id in its record from the next change on", async () => {
    await service.handlers["runs/describe"]({ runId: "renamed" as RunId, note: "mine" });
    const written = JSON.parse(readFileSync(join(runs, "renamed", "run.json"), "utf8"));
    expect([written.id, written.note]).toEqual(["renamed", "mine"]);
  });

  it.each(["../../..", "..", ".", "", "a/b", "a\\b", "C:x", "/etc", "link", "none"])(
    "is not found by the id %j",
    async (id) => {
      const runId = id as RunId;
      const unknown = { code: "run.unknown" };
      const { handlers } = service;
      await expect(handlers["runs/resume"]({ runId })).rejects.toMatchObject(id === "none" ? {} : unknown);
      await expect(handlers["runs/describe"]({ runId, name: "x" })).rejects.toThrow();
      await expect(async () => handlers["runs/report"]({ runIds: [runId] })).rejects.toThrow();
      expect(JSON.parse(readFileSync(join(elsewhere, "run.json"), "utf8")).name).toBe("Hostile");
    },
  );
});

describe("a trial", () => {
  it.each(["../../..", "..", "../runs/renamed", "link"])("is not found by the id %j", async (id) => {
    const { handlers } = service;
    const unknown = { code: "trial.unknown" };
    await expect(handlers["trials/goOn"]({ id, sessions: 1 })).rejects.toMatchObject(unknown);
    await expect(handlers["trials/visit"]({ id, session: 0, contender: 1 })).rejects.toMatchObject(unknown);
  });

  it("reads the calls of no run outside", async () => {
    expect(await recordedCalls(workspace, "../../../elsewhere")).toEqual([]);
    expect(await recordedCalls(workspace, "renamed")).toEqual([join(runs, "renamed", "llm.jsonl")]);
  });
});

describe("a symbolic link inside .lerl", () => {
  const linked = join(scratch.path, "linked");
  const refused = { code: "store.link" };
  beforeAll(() => {
    mkdirSync(join(linked, ".lerl"), { recursive: true });
    for (const name of ["runs", "cache", "reports", "suites"]) symlinkSync(elsewhere, join(linked, ".lerl", name));
  });

  it("is not followed for a new run, the caches or a report", async () => {
    const wanted = { workspaceFolder: linked, name: "x", seed: 1, now: () => new Date(), random: () => 0.5 };
    await expect(RunFolder.create(wanted)).rejects.toMatchObject(refused);
    expect(() => cacheFolder(storageFolder(linked))).toThrow(expect.objectContaining(refused));
  });

  it("may be .lerl itself: a person keeps it on another disk", async () => {
    const disk = join(scratch.path, "disk");
    const kept = join(scratch.path, "kept");
    mkdirSync(disk);
    mkdirSync(kept);
    symlinkSync(disk, join(kept, ".lerl"));
    const wanted = { workspaceFolder: kept, name: "x", seed: 1, now: () => new Date(), random: () => 0.5 };
    const run = await RunFolder.create(wanted);
    expect(existsSync(join(disk, "runs", run.id))).toBe(true);
    await run.release();
  });
});
