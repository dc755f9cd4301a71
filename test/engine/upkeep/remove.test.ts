import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { openRemoval } from "../../../src/engine/upkeep/remove.ts";
import { canMount, disk } from "../support/disks.ts";
import { keptWorkspace, paths } from "./keptWorkspace.ts";

const remove = (folder: string, path: string) => openRemoval(folder, () => new Date())({ path });

/** Nobody is based on a run or trains with the model any more. */
function withoutUses(folder: string): void {
  rmSync(join(folder, "logged.lerl.json"));
  const record = join(folder, ".lerl", paths.trial, "trial.json");
  const trial = JSON.parse(readFileSync(record, "utf8"));
  delete trial.base.run;
  writeFileSync(record, JSON.stringify(trial));
}

describe("what was chosen", () => {
  it.each(Object.values(paths))("goes whole: %s", async (path) => {
    const folder = keptWorkspace();
    withoutUses(folder);
    await remove(folder, path);
    const others = Object.values(paths).filter((other) => other !== path);
    expect(existsSync(join(folder, ".lerl", path))).toBe(false);
    expect(others.filter((other) => !existsSync(join(folder, ".lerl", other)))).toEqual([]);
    expect(readdirSync(join(folder, ".lerl")).filter((name) => name.includes("removed"))).toEqual([]);
  });

  it.each(["..", "../outside", "runs/../../outside", "runs", "", "runs/nobody", "/etc", ".gitignore", "mine"])(
    "is nothing but what is listed: %j",
    async (path) => {
      const folder = keptWorkspace();
      for (const name of ["outside", ".lerl/mine"]) mkdirSync(join(folder, name));
      writeFileSync(join(folder, "outside/precious"), "");
      writeFileSync(join(folder, ".lerl/.gitignore"), "*");
      await expect(remove(folder, path)).rejects.toMatchObject({ code: "clean.unknown" });
      expect(existsSync(join(folder, "outside/precious"))).toBe(true);
      expect(existsSync(join(folder, ".lerl/mine"))).toBe(true);
    },
  );

  it("goes as a link where it is one, and no way through a link is gone", async () => {
    const folder = keptWorkspace();
    const outside = join(folder, "outside");
    mkdirSync(join(outside, "inner"), { recursive: true });
    symlinkSync(outside, join(folder, ".lerl/runs/linked"));
    await remove(folder, "runs/linked");
    expect(existsSync(join(folder, ".lerl/runs/linked"))).toBe(false);
    expect(existsSync(join(outside, "inner"))).toBe(true);

    renameSync(join(folder, ".lerl/runs"), join(folder, "moved"));
    symlinkSync(join(folder, "moved"), join(folder, ".lerl/runs"));
    await expect(remove(folder, paths.interrupted)).rejects.toMatchObject({ code: "clean.unknown" });
    expect(readdirSync(join(folder, "moved"))).toHaveLength(3);

    const suite = join(folder, ".lerl", paths.suite);
    renameSync(join(suite, "runs"), join(suite, "kept"));
    symlinkSync(outside, join(suite, "runs"));
    await expect(remove(folder, `${paths.suite}/runs/inner`)).rejects.toMatchObject({ code: "clean.unknown" });
    await remove(folder, paths.suite);
    expect(existsSync(join(outside, "inner"))).toBe(true);

    // .lerl itself may lie on another disk.
    renameSync(join(folder, ".lerl"), join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, ".lerl"));
    await remove(folder, paths.trial);
    expect(existsSync(join(folder, "elsewhere", paths.trial))).toBe(false);
  });

  it("stays where a process has taken it since it was listed, a suite where one has a run of it", async () => {
    const folder = keptWorkspace();
    const [run = ""] = readdirSync(join(folder, ".lerl", paths.suite, "runs"));
    for (const [chosen, owned] of [
      [paths.interrupted, paths.interrupted],
      [paths.suite, `${paths.suite}/runs/${run}`],
    ] as const) {
      const owner = await RunFolder.open(join(folder, ".lerl", owned), () => new Date());
      const record = readFileSync(join(folder, ".lerl", owned, "run.json"), "utf8");
      await expect(remove(folder, chosen)).rejects.toMatchObject({ code: "store.locked" });
      expect(readFileSync(join(folder, ".lerl", owned, "run.json"), "utf8")).toBe(record);
      await owner.release();
      await remove(folder, chosen);
    }
  });

  it("stays where it has come into use since it was listed", async () => {
    const folder = keptWorkspace();
    withoutUses(folder);
    mkdirSync(join(folder, ".lerl/cache"));
    writeFileSync(join(folder, ".lerl/cache/answers.jsonl"), "");
    const removal = openRemoval(folder, () => new Date());
    // A trial has begun on the run, and a run has been taken up again.
    const record = join(folder, ".lerl", paths.trial, "trial.json");
    const trial = JSON.parse(readFileSync(record, "utf8"));
    trial.base.run = { id: paths.done.slice("runs/".length), iteration: 1 };
    writeFileSync(record, JSON.stringify(trial));
    const owner = await RunFolder.open(join(folder, ".lerl", paths.interrupted), () => new Date());
    for (const path of [paths.done, paths.model, "cache/answers.jsonl"]) {
      await expect(removal({ path })).rejects.toMatchObject({
        code: "clean.in-use",
        message: expect.stringContaining(": stays, "),
      });
      expect(existsSync(join(folder, ".lerl", path))).toBe(true);
    }
    expect(existsSync(join(folder, ".lerl", paths.done, "lock.json"))).toBe(false);
    await owner.release();
    await removal({ path: paths.model });
  });

  it.skipIf(!canMount)("goes from a full disk, where no lock can be written, unless a process holds it", async () => {
    const folder = disk("size=8m");
    cpSync(keptWorkspace(), folder, { recursive: true });
    const owner = await RunFolder.open(join(folder, ".lerl", paths.done), () => new Date());
    expect(() => writeFileSync(join(folder, "filler"), Buffer.alloc(8 << 20))).toThrow("ENOSPC");
    await expect(remove(folder, paths.done)).rejects.toMatchObject({ code: "store.locked" });
    for (const path of [paths.suite, paths.interrupted]) {
      writeFileSync(join(folder, "more"), "");
      expect(() => writeFileSync(join(folder, "more"), Buffer.alloc(8 << 20))).toThrow("ENOSPC");
      await remove(folder, path);
      expect(existsSync(join(folder, ".lerl", path))).toBe(false);
    }
    await owner.release();
  });
});
