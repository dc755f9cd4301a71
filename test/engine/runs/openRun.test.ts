/** Runs that a version before was killed in between their last record and their pool. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { evaluateRun } from "../../../src/engine/runs/evaluateRun.ts";
import { mendWhereLeft } from "../../../src/engine/runs/openRun.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { lerl, scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { serviceAt } from "../service/serviceAt.ts";
import { anyFile, workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

const DEAD = JSON.stringify({ pid: 999_999_999, processStart: "0", since: "2026-01-01T00:00:00.000Z" });
const runs = (name: string): string => `.lerl/runs/${name}`;
const poolFile = (name: string): string => join(shop.folder(runs(name)), "reflections.json");
const poolOf = (name: string): unknown => JSON.parse(readFileSync(poolFile(name), "utf8"));

/** A run that is done; its pool as it was two iterations before; a change by hand in its last iteration. */
beforeAll(async () => {
  const early = join(scratch.path, "early.json");
  const run = await shop.start(runs("whole"), tinyExperiment, {
    progress: ({ phase, fraction }) => {
      const at = fraction * tinyExperiment.training.iterations;
      const [reflection] = run.reflectionPool?.reflections ?? [];
      if (phase !== "Training" || at < 4 || !reflection) return;
      if (!existsSync(early) && existsSync(poolFile("whole"))) copyFileSync(poolFile("whole"), early);
      if (at > 5.9 && !reflection.pinned) run.changeReflection({ id: reflection.id, action: "pin" });
    },
  });
  expect((await run.execute()).state).toBe("done");
  expect(readFileSync(early, "utf8")).not.toBe(readFileSync(poolFile("whole"), "utf8"));
});

function left(name: string): string {
  shop.snapshot(runs("whole"), runs(name));
  copyFileSync(join(scratch.path, "early.json"), poolFile(name));
  rmSync(`${poolFile(name)}.bak`, { force: true });
  writeFileSync(join(shop.folder(runs(name)), "lock.json"), DEAD);
  return shop.folder(runs(name));
}

describe("a pool that was left behind", () => {
  const { handlers } = serviceAt(scratch.path);

  it("is read as it is where a process of another machine may have it open, and nobody is warned", async () => {
    const folder = left("elsewhere");
    const foreign = JSON.stringify({ pid: 7, processStart: "x", since: "2026-01-01T00:00:00.000Z", host: "lab-3" });
    writeFileSync(join(folder, "lock.json"), foreign);
    const before = poolOf("elsewhere");
    const warnings: string[] = [];
    const clock = vi.spyOn(performance, "now");
    onTestFinished(() => clock.mockRestore());
    for (const at of [0, 60_000, 3_600_000]) {
      clock.mockReturnValue(at);
      await mendWhereLeft(
        folder,
        () => new Date(),
        ({ message }) => warnings.push(message),
      );
    }
    expect([poolOf("elsewhere"), warnings]).toEqual([before, []]);
    expect(readFileSync(join(folder, "lock.json"), "utf8")).toBe(foreign);
  });

  it("keeps nobody from a run that is to go on: only what is done is opened for it", async () => {
    const folder = left("killed");
    const record = join(folder, "run.json");
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, "utf8")), state: "running" }));
    await handlers["reflections/list"]({ runId: "killed" as RunId });
    // Whoever opens a folder takes the place of the dead lock.
    expect(readFileSync(join(folder, "lock.json"), "utf8")).toBe(DEAD);
  });

  it("is mended where the editor looks at it", async () => {
    const folder = left("looked-at");
    const listed = await handlers["reflections/list"]({ runId: "looked-at" as RunId });
    expect(listed.map(({ probability: _, ...reflection }) => reflection)).toEqual(
      (poolOf("whole") as { reflections: unknown[] }).reflections,
    );
    expect(poolOf("looked-at")).toEqual(poolOf("whole"));
    expect(existsSync(join(folder, "lock.json"))).toBe(false);
  });

  it("is mended before it is changed by hand", async () => {
    left("changed");
    const id = (poolOf("whole") as { reflections: { id: string }[] }).reflections.at(-1)?.id ?? "";
    await handlers["reflections/change"]({ runId: "changed" as RunId, id, action: "mute" });
    const { reflections } = poolOf("whole") as { reflections: object[] };
    expect(poolOf("changed")).toMatchObject({
      reflections: [...reflections.slice(0, -1), { ...reflections.at(-1), muted: true }],
    });
  });

  it("is mended by an evaluation, by a resume that is refused, and by a rating sheet", async () => {
    await evaluateRun(left("evaluated"), { workspaceFolder: scratch.path, files: anyFile, sessions: 2 });
    expect(poolOf("evaluated")).toEqual(poolOf("whole"));
    left("resumed");
    await expect(shop.resume(runs("resumed"))).rejects.toMatchObject({ code: "run.done" });
    expect(poolOf("resumed")).toEqual(poolOf("whole"));
    const folder = left("rated");
    expect((await lerl(["reflections", "sheet", folder], scratch.path)).code).toBe(0);
    expect(poolOf("rated")).toEqual(poolOf("whole"));
  });

  it("comes back where the file is gone altogether", async () => {
    const folder = left("gone");
    rmSync(join(folder, "lock.json"));
    rmSync(poolFile("gone"));
    await handlers["reflections/list"]({ runId: "gone" as RunId });
    expect(poolOf("gone")).toEqual(poolOf("whole"));
  });

  it("is left alone where no process was killed: a person may have taken something out of it", async () => {
    const folder = left("emptied");
    rmSync(join(folder, "lock.json"));
    const before = poolOf("emptied");
    await handlers["reflections/list"]({ runId: "emptied" as RunId });
    expect(poolOf("emptied")).toEqual(before);
  });
});
