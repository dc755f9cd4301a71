/** Runs whose planner reads reflections: what they carry, and that runs of before go on drawing them as they did. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import type { Episode, Reflection } from "../../../src/protocol/run.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { metricRowsOf, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

const experiment = {
  dataset: { kind: "synthetic", users: 400, items: 2000 },
  simulator: { users: 32 },
  planner: { strategy: "lessons", categoriesPerPlan: 8 },
  policy: { kind: "fixed-ranking" },
  training: { iterations: 12, checkpointEvery: 1 },
  evaluation: { every: 100, sessions: 1, references: false },
};

const linesOf = <T>(name: string, file: string): readonly T[] =>
  readFileSync(join(shop.folder(name), file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

const poolOf = (name: string): readonly Reflection[] =>
  JSON.parse(readFileSync(join(shop.folder(name), "reflections.json"), "utf8")).reflections;

async function meanScore(name: string, reflections: object): Promise<number> {
  await (await shop.start(name, { ...experiment, reflections })).execute();
  const later = linesOf<Episode>(name, "episodes.jsonl").filter(({ iteration }) => iteration > 3);
  return later.reduce((sum, { rCum }) => sum + rCum, 0) / later.length;
}

it("a planner that follows reflections earns more with them than without", async () => {
  const without = await meanScore("without", { k: 0 });
  // 8.17 without, 8.27 and 8.29 with them.
  expect(await meanScore("uniform", { k: 20, sampling: "uniform" })).toBeGreaterThan(without + 0.05);
  expect(await meanScore("counts", { show: "counts" })).toBeGreaterThan(without + 0.05);
  for (const { expected, user, visit } of poolOf("uniform")) {
    expect(expected).toBeGreaterThan(0);
    expect(user).toMatch(/\d/);
    expect(visit?.length).toBeGreaterThan(1);
  }
});

interface Documented {
  readonly schemaVersion: number;
  readonly experiment: { readonly reflections: Record<string, unknown> };
}

/** Takes what came with version 7 out of a document. */
function forget({ experiment: { reflections } }: Documented): void {
  for (const key of ["sampling", "baseline", "show"]) delete reflections[key];
}

it("what a plan is shown may change while the run works", async () => {
  const small = {
    ...experiment,
    dataset: { kind: "synthetic", users: 60, items: 200, categories: 12 },
    simulator: { users: 4 },
    reflections: { k: 2, sampling: "similarity" },
  };
  const run = await shop.start("changed", small, {
    progress: ({ iteration }) => {
      if (iteration === 6) run.change([{ path: "reflections.show", value: "counts" }]);
    },
  });
  expect((await run.execute()).state).toBe("done");
  const shown = linesOf<Episode>("changed", "episodes.jsonl").map(({ iteration, steps }) => ({
    iteration,
    ids: new Set(steps.flatMap(({ plan }) => plan.reflections)),
  }));
  for (const { ids } of shown.filter(({ iteration }) => iteration <= 6)) expect([...ids]).not.toContain("counts");
  for (const { ids } of shown.filter(({ iteration }) => iteration > 8)) expect([...ids]).toEqual(["counts"]);
});

it("a run of version 6 goes on drawing reflections by the session's score", async () => {
  const small = {
    ...experiment,
    dataset: { kind: "synthetic", users: 60, items: 200, categories: 12 },
    simulator: { users: 4 },
    reflections: { k: 2, alpha: 2, sampling: "score", baseline: "none" },
  };
  await (await shop.start("straight", small)).execute();
  const run = await shop.start("old", small, {
    progress: ({ iteration }) => void (iteration === 6 && run.control.stop("interrupted")),
  });
  await run.execute();
  const file = join(shop.folder("old"), "run.json");
  const record = JSON.parse(readFileSync(file, "utf8"));
  forget(record);
  writeFileSync(file, JSON.stringify({ ...record, schemaVersion: 6 }));
  const store = new CheckpointStore(shop.folder("old"), (warning) => {
    throw warning;
  });
  const checkpoint = await store.load();
  if (!checkpoint) throw new Error("no checkpoint");
  forget(checkpoint.json as unknown as Documented);
  delete (checkpoint.json as unknown as { pool: { expectation?: unknown } }).pool.expectation;
  await store.save(checkpoint);

  const resumed = await shop.resume("old");
  expect((await resumed.execute()).state).toBe("done");
  expect(recordOf(shop.folder("old")).experiment.reflections).toMatchObject({ sampling: "score", baseline: "none" });
  expect(poolOf("old")).toEqual(poolOf("straight"));
  const rewards = (name: string) => metricRowsOf(shop.folder(name)).map(({ values: { reward } }) => reward);
  expect(rewards("old")).toEqual(rewards("straight"));
});
