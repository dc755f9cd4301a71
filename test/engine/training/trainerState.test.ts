import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/engine/errors.ts";
import { type TrainerCheckpoint, trainerCheckpoint } from "../../../src/engine/training/trainerState.ts";
import { ranLoop } from "./loop.ts";

const FOLDER = "workspace/.lerl/runs/mine";

let good: TrainerCheckpoint;
beforeAll(async () => {
  const loop = await ranLoop({
    policy: { kind: "linucb" },
    planner: { replanEvery: 3 },
    simulator: { users: 2, quit: { rule: "temper", initialTemper: 4 } },
    training: { iterations: 1, rolloutSteps: 5 },
  });
  const state = loop.states.get(1);
  if (!state) throw new Error("no state");
  good = { json: JSON.parse(JSON.stringify(state.json)), arrays: { weights: Float32Array.of(1, 2) } };
});

/** The error of reading a checkpoint whose JSON was changed. */
function refusal(change: (json: Record<string, unknown>) => Record<string, unknown> | null): InputError {
  try {
    trainerCheckpoint({ json: change(structuredClone(good.json)), arrays: {} }, FOLDER);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("not refused");
}

describe("a checkpoint of this version", () => {
  it("parses to itself, sessions and plans under way included", () => {
    expect(good.json.stepper).not.toEqual([]);
    expect(good.json.episodes).not.toEqual({});
    const read = trainerCheckpoint(structuredClone(good), FOLDER);
    expect(read).toEqual(good);
  });
});

describe("a checkpoint of a version that did not count answers or pause for them", () => {
  it("goes on as it was: nothing was counted, and nothing pauses", () => {
    const { answered: _, ...old } = structuredClone(good.json);
    const { unusableShare: __, ...models } = old.experiment.models;
    const checkpoint = { json: { ...old, experiment: { ...old.experiment, models } }, arrays: {} };
    const { json } = trainerCheckpoint(checkpoint, FOLDER);
    expect(json.answered).toEqual({});
    expect(json.experiment.models.unusableShare).toBe(1);
  });
});

describe("a checkpoint of a version whose evaluations left the model out", () => {
  it("goes on as it was", () => {
    const old = structuredClone(good.json);
    const { modelSessions: _, ...evaluation } = old.experiment.evaluation;
    const checkpoint = { json: { ...old, experiment: { ...old.experiment, evaluation } }, arrays: {} };
    expect(trainerCheckpoint(checkpoint, FOLDER).json.experiment.evaluation.modelSessions).toBe(0);
  });
});

describe("a checkpoint of another version", () => {
  const fields = [
    "iteration",
    "userSteps",
    "experiment",
    "prompts",
    "environment",
    "stepper",
    "episodes",
    "planner",
    "policy",
    "pool",
    "watch",
    "evaluation",
  ] as const;
  /** What its owner checks when it restores it. */
  const ownersOwn: readonly string[] = ["planner", "policy"];

  it("is told by every field that it must have", () => {
    expect(Object.keys(good.json).sort()).toEqual([...fields, "answered"].sort());
  });

  it.each(fields)("is refused by one message that names the folder and the field: no %s", (field) => {
    const error = refusal(({ [field]: _, ...json }) => json);
    expect(error.code).toBe("checkpoint.unreadable");
    expect(error.message).toContain(`${FOLDER}: `);
    expect(error.message).toContain(`(${field}: `);
    expect(error.message).not.toContain("\n");
    expect(error.message).toMatch(/Go on with the version that wrote it, or start the run anew\.$/);
  });

  it.each(fields.filter((field) => !ownersOwn.includes(field)))("is refused where %s is something else", (field) => {
    expect(refusal((json) => ({ ...json, [field]: "something else" })).message).toContain(`(${field}: `);
    expect(refusal((json) => ({ ...json, [field]: null })).message).toContain(`(${field}: `);
  });

  it.each([
    ["environment.running.0.temper", (json) => set(json, "environment.running.0.temper", "three")],
    ["stepper.0.age", (json) => set(json, "stepper.0.age", 1.5)],
    ["pool.reflections.0.score", (json) => set(json, "pool.reflections.0.score", "high")],
    ["experiment.simulator.users", (json) => set(json, "experiment.simulator.users", 0)],
    ["evaluation.summary.rCum", (json) => set(json, "evaluation.summary.rCum", null)],
    ["environment.source", (json) => set(json, "environment.source.streams", [])],
    ["environment.running", (json) => set(json, "environment.running", [])],
    ["watch", (json) => set(json, "watch.alarms", 3)],
    ["iteration", (json) => set(json, "iteration", 77)],
  ] as [string, (json: Record<string, unknown>) => Record<string, unknown>][])("names the path: %s", (path, change) => {
    expect(refusal(change).message).toContain(`(${path}: `);
  });

  it("is refused where it holds what this version does not know", () => {
    expect(refusal((json) => ({ ...json, queue: [] })).message).toContain("queue");
    expect(refusal((json) => set(json, "environment.weather", "rain")).message).toContain("(environment: ");
  });

  it("is refused where it is no state at all", () => {
    expect(refusal(() => null).message).toContain(FOLDER);
  });
});

function set(json: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const branch = keys.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], json);
  (branch as Record<string, unknown>)[last] = value;
  return json;
}
