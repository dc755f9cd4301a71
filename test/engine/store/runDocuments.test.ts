import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openReflections, readReflections, readRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { commaFormat } from "../../../src/protocol/experiment/tables.ts";
import { runRecord } from "./records.ts";
import { temporaryFolder } from "./support.ts";

const root = temporaryFolder();

it("reflections.json starts empty and keeps reflections with their defaults", async () => {
  const file = join(await root, "reflections.json");
  const document = await openReflections({
    file,
    onWarning: (warning) => {
      throw warning;
    },
  });
  expect(document.data.reflections).toEqual([]);
  const reflection = { id: "r1", text: "Vary.", score: 9.5, episode: "e1", iteration: 3, source: "offline" } as const;
  const flags = { pinned: false, muted: false, rating: 0, timesSampled: 0, edited: false };
  document.update((data) => ({ ...data, reflections: [{ ...reflection, ...flags }] }));
  await document.flush();
  expect(await readReflections(file)).toEqual([{ ...reflection, ...flags }]);
});

it.each([
  [1, 1],
  [2, 0.3],
])("run.json of version %i is read with the settings that were in force then", async (schemaVersion, unusableShare) => {
  const file = join(await root, `run-${schemaVersion}.json`);
  const { experiment, ...record } = structuredClone(runRecord("old"));
  const { modelSessions: _, ...evaluation } = experiment.evaluation;
  const { unusableShare: __, ...models } = experiment.models;
  const known = schemaVersion === 1 ? models : { ...models, unusableShare: 0.3 };
  const old = { ...record, schemaVersion, experiment: { ...experiment, evaluation, models: known } };
  await writeFile(file, JSON.stringify(old));
  const read = await readRunRecord(file);
  expect(read).toMatchObject({ schemaVersion: 9, experiment: { evaluation: { modelSessions: 0 } } });
  expect(read.experiment.models.unusableShare).toBe(unusableShare);
});

it("run.json of version 4 keeps its world: its data, its masks, its user model", async () => {
  const file = join(await root, "run-4.json");
  const { experiment, ...record } = structuredClone(runRecord("old"));
  const { mask: _, ...planner } = experiment.planner;
  const { reshaped: __, ...fidelity } = experiment.fidelity;
  const dataset = { kind: "synthetic", users: 50, items: 100, categories: 5, satiation: 1, seed: 1 };
  const old = { ...record, schemaVersion: 4, experiment: { ...experiment, dataset, planner, fidelity } };
  await writeFile(file, JSON.stringify(old));
  expect(await readRunRecord(file)).toMatchObject({
    schemaVersion: 9,
    experiment: { dataset: { signal: "strong" }, planner: { mask: "any" }, fidelity: { reshaped: "policy" } },
  });
});

it("run.json of version 7 goes on reading comma-separated tables", async () => {
  const file = join(await root, "run-7.json");
  const { experiment, ...record } = structuredClone(runRecord("old"));
  const interactions = { path: "log.csv", user: "user", item: "item", feedback: ["is_click", "is_like"], time: "at" };
  const items = { path: "items.csv", item: "item", categories: "categories", separator: "|" };
  const old = {
    ...record,
    schemaVersion: 7,
    experiment: { ...experiment, dataset: { kind: "csv", interactions, items } },
  };
  await writeFile(file, JSON.stringify(old));
  const read = await readRunRecord(file);
  expect(read.schemaVersion).toBe(9);
  expect(read.experiment).toEqual({
    ...experiment,
    dataset: {
      kind: "csv",
      interactions: { ...interactions, format: commaFormat },
      items: { ...items, format: commaFormat },
      nullWords: ["NaN", "nan"],
      mayDrop: 1,
      matching: "exact",
    },
  });
});

it("run.json of version 7 keeps a data set that is no table", async () => {
  const file = join(await root, "run-7-synthetic.json");
  const record = structuredClone(runRecord("old"));
  await writeFile(file, JSON.stringify({ ...record, schemaVersion: 7 }));
  expect(await readRunRecord(file)).toEqual({ ...record, id: expect.anything() });
});
