import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import type { ReflectionChange } from "../../../src/protocol/engine.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { eventsOf } from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";
import { isFree, serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const { handlers, notified } = serviceAt(scratch.path);
afterAll(() => scratch.remove());

const runId = "rested" as RunId;
const folder = join(scratch.path, ".lerl", "runs", runId);
const change = (more: Omit<ReflectionChange, "runId">) => handlers["reflections/change"]({ runId, ...more });
const list = () => handlers["reflections/list"]({ runId });

beforeAll(async () => {
  const run = await shop.start(`.lerl/runs/${runId}`, {
    training: { iterations: 1 },
    evaluation: { every: 1, sessions: 4, references: false },
  });
  await run.execute();
});

describe("the pool of a run that rests", () => {
  it("is drawn from for two people to judge", async () => {
    const pool = await list();
    const { csv, drawn } = await handlers["reflections/sheet"]({ runId, sample: 2, seed: 1 });
    expect(drawn).toBe(2);
    const ids = csv
      .trim()
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(",")[0]);
    expect(ids).toHaveLength(2);
    expect(pool.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect((await handlers["reflections/sheet"]({ runId, sample: 9999, seed: 1 })).drawn).toBe(pool.length);
  });

  it("is changed by hand: what was done is listed, told, and the folder is free", async () => {
    const [first, second, third] = await list();
    await change({ id: first?.id ?? "", action: "pin" });
    await change({ id: second?.id ?? "", action: "mute" });
    await change({ id: third?.id ?? "", action: "delete" });
    const after = await list();
    expect(after[0]).toMatchObject({ id: first?.id, pinned: true, probability: 1 });
    expect(after[1]).toMatchObject({ id: second?.id, muted: true, probability: 0 });
    expect(after.map(({ id }) => id)).not.toContain(third?.id);
    expect(notified).toEqual([1, 2, 3].map(() => ["reflections/changed", { runId }]));
    expect(await isFree(folder)).toBe(true);
    // A run that is done does not go on: nothing is left to be repeated.
    expect(eventsOf(folder).filter(({ type }) => type === "pool")).toEqual([]);
  });

  it.each([
    ["a reflection that is not there", { id: "r9999", action: "pin" }, "reflections.unknown"],
    ["an edit that leaves no text", { id: "r1", action: "edit", text: " \n" }, "reflections.empty"],
    ["an edit without a text", { id: "r1", action: "edit" }, "reflections.empty"],
  ] as const)("stays as it is for %s, and the folder is free", async (_, more, code) => {
    const before = await list();
    const told = notified.length;
    await expect(change(more)).rejects.toMatchObject({ name: "InputError", code });
    expect(await list()).toEqual(before);
    expect(notified).toHaveLength(told);
    expect(await isFree(folder)).toBe(true);
  });

  it("is looked at, not changed, while another process owns the run", async () => {
    const before = readFileSync(join(folder, "reflections.json"), "utf8");
    const owner = await RunFolder.open(folder, () => new Date());
    expect((await list()).length).toBeGreaterThan(0);
    await expect(change({ id: "r1", action: "pin" })).rejects.toMatchObject({ code: "store.locked" });
    await owner.release();
    expect(readFileSync(join(folder, "reflections.json"), "utf8")).toBe(before);
  });
});
