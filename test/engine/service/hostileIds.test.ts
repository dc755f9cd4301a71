import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { cacheFolder, storageFolder } from "../../../src/engine/store/storage.ts";
import { recordedCalls, TrialFolder } from "../../../src/engine/trials/trialFolder.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { lerl, scratchFolder } from "../commands/lerl.ts";
import { runRecord } from "../store/records.ts";
import { keptWorkspace, paths } from "../upkeep/keptWorkspace.ts";
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

describe("a given path that leads through a symbolic link inside .lerl", () => {
  /** What stands at a place of `.lerl` is elsewhere, and a link in its place. */
  function moved(folder: string, place: string): string {
    const there = join(folder, basename(place));
    renameSync(join(folder, ".lerl", place), there);
    symlinkSync(there, join(folder, ".lerl", place));
    return there;
  }
  const contentOf = (folder: string) =>
    (readdirSync(folder, { recursive: true }) as string[])
      .sort()
      .map((name) => [name, statSync(join(folder, name)).isFile() && readFileSync(join(folder, name), "base64")]);
  const commands = [["resume"], ["evaluate"], ["report"], ["reflections", "sheet"]];

  it.each([paths.interrupted, dirname(paths.interrupted)])(
    "is refused, and nothing is written there: %s",
    async (place) => {
      const folder = keptWorkspace();
      const there = moved(folder, place);
      const before = contentOf(there);
      for (const command of commands) {
        const { code, err } = await lerl([...command, join(".lerl", paths.interrupted)], folder);
        expect([command, code]).toEqual([command, 2]);
        expect(err).toContain(
          `${join(folder, ".lerl", place)}: a symbolic link, and links are not followed for writing`,
        );
      }
      expect(contentOf(there)).toEqual(before);
    },
  );

  it("is refused for a trial, and for a folder that a new run is to have", async () => {
    const folder = keptWorkspace();
    const there = moved(folder, paths.trial);
    const refused = { code: "store.link" };
    const now = () => new Date();
    await expect(TrialFolder.open(join(folder, ".lerl", paths.trial), now)).rejects.toMatchObject(refused);
    expect(existsSync(join(there, "lock.json"))).toBe(false);
    mkdirSync(join(folder, "empty"));
    symlinkSync(join(folder, "empty"), join(folder, ".lerl/runs/new"));
    const wanted = { workspaceFolder: folder, name: "x", seed: 1, now, random: () => 0.5 };
    const run = RunFolder.create({ ...wanted, folder: join(folder, ".lerl/runs/new") });
    await expect(run).rejects.toMatchObject(refused);
    expect(readdirSync(join(folder, "empty"))).toEqual([]);
  });

  it("is followed outside of it, and where .lerl itself is the link: both are the person's own", async () => {
    const folder = keptWorkspace();
    renameSync(join(folder, ".lerl"), join(folder, "disk"));
    symlinkSync(join(folder, "disk"), join(folder, ".lerl"));
    symlinkSync(join(folder, "disk", paths.done), join(folder, "mine"));
    for (const path of ["mine", join(".lerl", paths.interrupted)]) {
      const run = await RunFolder.open(join(folder, path), () => new Date());
      await run.release();
    }
  });
});
