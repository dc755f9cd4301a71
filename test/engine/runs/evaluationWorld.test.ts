/** A whole run and its evaluations in their own world (docs/method.md, section 13). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compareRuns } from "../../../src/engine/comparison/compare.ts";
import { formatComparison } from "../../../src/engine/comparison/tables.ts";
import { withHeldOut } from "../../../src/engine/data/heldOut.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import { PolicyModel } from "../../../src/engine/policy/model.ts";
import { ActorCritic } from "../../../src/engine/policy/network.ts";
import { viewsOf } from "../../../src/engine/policy/views.ts";
import { evaluateRun } from "../../../src/engine/runs/evaluateRun.ts";
import { type EvaluationRow, readEvaluationRows } from "../../../src/engine/runs/evaluationFiles.ts";
import { ownCheckpoint } from "../../../src/engine/runs/ownCheckpoint.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { datasetSchema } from "../../../src/protocol/experiment/dataset.ts";
import type { Episode } from "../../../src/protocol/run.ts";
import { lerl, scratchFolder, tinyExperiment, writeExperiment } from "../commands/lerl.ts";
import { metricRowsOf, recordOf } from "../commands/modelWorld.ts";
import { anyFile, workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const folder = shop.folder("apart");
/** Long enough for a few visits of the unknown user. */
const tiny = { training: { iterations: 12, checkpointEvery: 2 } };
afterAll(() => scratch.remove());

const config = datasetSchema.parse(tinyExperiment.dataset);
if (config.kind !== "synthetic") throw new Error("unexpected kind");
const dataset = withHeldOut(generateSynthetic(config));
const isHeldOut = (id: string): boolean => dataset.heldOut?.[dataset.userIds.indexOf(id)] === 1;

const rowsOf = <Row>(file: string): readonly Row[] =>
  readFileSync(join(folder, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

beforeAll(async () => {
  const { reason } = await (await shop.start("apart", tiny)).execute();
  expect(reason).toBeUndefined();
  await evaluateRun(folder, { workspaceFolder: scratch.path, files: anyFile });
});

it("serves no user in training who is held out, and only those in evaluations", async () => {
  const trained = rowsOf<Episode>("episodes.jsonl").map(({ user }) => user);
  expect(trained.length).toBeGreaterThan(20);
  expect(trained.filter(isHeldOut)).toEqual([]);
  const rows = rowsOf<EvaluationRow>("evaluation.jsonl");
  const users = (world: EvaluationRow["world"]) => rows.filter((row) => row.world === world).map(({ user }) => user);
  expect(users(undefined)).toHaveLength(6 * 8);
  expect(users(undefined).every(isHeldOut)).toBe(true);
  // The run and the ends of its scale.
  expect(users("training")).toHaveLength(3 * 8);
  expect(users("training").filter(isHeldOut)).toEqual([]);
  // Only the evaluation's pair up with those of other runs.
  expect(await readEvaluationRows(folder)).toHaveLength(6 * 8);
});

it("tells what the policy scores in either world, and the drop between them", async () => {
  const { summary } = recordOf(folder);
  const inTraining = summary?.trainingWorld;
  const { summary: evaluated } = await evaluateRun(folder, { workspaceFolder: scratch.path, files: anyFile });
  expect(evaluated.run.metrics).toMatchObject({ rCum: summary?.rCum, tInt: summary?.tInt, rSin: summary?.rSin });
  expect(evaluated.trainingWorld?.run).toEqual({
    tInt: inTraining?.tInt,
    rCum: inTraining?.rCum,
    rSin: inTraining?.rSin,
  });
  const { random, oracle, run } = evaluated.trainingWorld ?? {};
  const scale = (oracle?.rCum ?? 0) - (random?.rCum ?? 0);
  expect(inTraining?.normalised).toBeCloseTo(((run?.rCum ?? 0) - (random?.rCum ?? 0)) / scale, 12);
  const rows = metricRowsOf(folder);
  const drop = (inTraining?.rCum ?? 0) - (summary?.rCum ?? 0);
  expect(rows.at(-1)?.values).toMatchObject({ evalTrainingRCum: inTraining?.rCum, evalDrop: drop });
  // Once, at the end.
  expect(rows.filter(({ values }) => values.evalDrop !== undefined)).toHaveLength(1);

  const comparison = await compareRuns([folder]);
  expect(comparison.rows[0]?.metrics.evalDrop?.value).toBeCloseTo(drop, 12);
  const [head = "", , row = ""] = formatComparison(comparison, "markdown").split("\n").slice(2);
  expect(head.split("|").at(-2)?.trim()).toBe("Drop of R_cum");
  expect(row.split("|").at(-2)?.trim()).toBe(drop.toFixed(3));
});

it("has one world where it is told so: no drop, and all users", async () => {
  const evaluation = { ...tinyExperiment.evaluation, users: "all", responseModel: "same" };
  await (await shop.start("together", { ...tiny, evaluation })).execute();
  expect(recordOf(shop.folder("together")).summary).not.toHaveProperty("trainingWorld");
  const comparison = await compareRuns([shop.folder("together")]);
  expect(comparison.metrics).not.toContain("evalDrop");
  // Neither of the two is another seed of the other.
  expect((await compareRuns([folder, shop.folder("together")])).rows).toHaveLength(2);
});

it("trains the unknown user's row, and leaves those of held-out users as they were", async () => {
  const record = recordOf(folder);
  const checkpoint = await ownCheckpoint(folder, record, () => undefined);
  const weights = checkpoint?.arrays.weights as Float32Array;
  const engine = await TensorEngine.create({ backend: "plain", workers: 0 });
  const network = new ActorCritic(dataset, record.experiment, viewsOf(record.experiment).positions);
  const model = new PolicyModel(engine, network);
  model.store.initialize(record.seed, "policy");
  const { idEmbedding } = network.states.shape;
  const { offset } = network.states.users.table;
  const isAsBefore = (row: number) => {
    const [from, to] = [offset + row * idEmbedding, offset + (row + 1) * idEmbedding];
    return weights.subarray(from, to).every((value, i) => value === model.store.values[from + i]);
  };
  expect(weights.length).toBe(model.store.values.length);
  expect(isAsBefore(dataset.users)).toBe(false);
  for (let user = 0; user < dataset.users; user++) if (dataset.heldOut?.[user]) expect(isAsBefore(user)).toBe(true);
  model.dispose();
  await engine.dispose();
});

it("goes on bit for bit where it was interrupted", async () => {
  const run = await shop.start("interrupted", tiny, {
    progress: ({ iteration }) => {
      if (iteration === 4) run.control.stop("interrupted");
    },
  });
  expect((await run.execute()).state).toBe("interrupted");
  expect((await (await shop.resume("interrupted")).execute()).state).toBe("done");
  const bytes = (name: string) => readFileSync(join(shop.folder(name), "metrics.jsonl"), "utf8");
  expect(bytes("interrupted")).toBe(bytes("apart"));
  expect(recordOf(shop.folder("interrupted")).summary).toEqual(recordOf(folder).summary);
});

it("is told on the terminal in one line, with the drop's interval", async () => {
  const { summary } = recordOf(folder);
  const line = (out: string) => out.split("\n").find((words) => words.startsWith("In training's world"));
  const evaluated = await lerl(["evaluate", folder], scratch.path);
  expect(line(evaluated.out)).toMatch(
    /^In training's world R_cum is [\d.]+, normalised [-\d.]+\. The drop to what training never saw is [-\d.]+ \[[-\d.]+, [-\d.]+\], normalised [-\d.]+\.$/,
  );
  const json = await lerl(["evaluate", folder, "--json"], scratch.path);
  const { drop } = JSON.parse(json.out) as { drop: { value: number; low: number; high: number; n: number } };
  expect(drop.value).toBeCloseTo((summary?.trainingWorld?.rCum ?? 0) - (summary?.rCum ?? 0), 12);
  expect(drop.low).toBeLessThan(drop.value);
  expect(drop.high).toBeGreaterThan(drop.value);
  expect(drop.n).toBe(8);

  writeExperiment(scratch.path);
  const few = ["--set", "training.iterations=1", "--set", "evaluation.references=false"];
  const run = await lerl(["run", "tiny.lerl.json", "--quiet", ...few], scratch.path);
  expect(line(run.out)).toMatch(
    /^In training's world R_cum is [\d.]+\. The drop to what training never saw is [-\d.]+\.$/,
  );
  const alike = ["--set", "evaluation.users=all", "--set", "evaluation.responseModel=same"];
  const same = await lerl(["run", "tiny.lerl.json", "--quiet", ...few, ...alike], scratch.path);
  expect([same.code, line(same.out)]).toEqual([0, undefined]);
});
