import { describe, expect, it } from "vitest";
import { ReflectionPool } from "../../../src/engine/critic/reflectionPool.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { OfflinePlanner } from "../../../src/engine/planner/offline.ts";
import { RandomPolicy } from "../../../src/engine/policy/baselines/random.ts";
import { contenderOf, evaluationPlanner } from "../../../src/engine/serving/contender.ts";
import { evaluate, evaluationSetting } from "../../../src/engine/serving/evaluate.ts";
import type { Session } from "../../../src/engine/simulator/session.ts";
import { type Experiment, experimentSchema } from "../../../src/protocol/experiment.ts";
import { clickExperiment, clickWorld, plannerOf, planOf } from "./clickWorld.ts";

type Provider = Experiment["planner"]["provider"];
const models = ["openai", "vscode", "replay"] as const satisfies Provider[];

const experimentOf = (enabled: boolean, provider: Provider, planner: "offline" | "same"): Experiment =>
  clickExperiment({ planner: { enabled, provider, replanEvery: 3 }, evaluation: { planner, sessions: 4 } });

/** A pool of five reflections of different scores. */
function filledPool(): ReflectionPool {
  const pool = new ReflectionPool(experimentSchema.parse({}).reflections, new RandomStream(1, "pool"));
  for (const score of [1, 5, 2, 4, 3]) {
    pool.add({ text: `Score ${score}.`, score, episode: "s0-0", iteration: 1, source: "offline" });
  }
  return pool;
}

/** A contender of an experiment, and the players it was chosen from. */
function contender(experiment: Experiment, pool = filledPool()) {
  const { dataset, interest, lessons } = clickWorld(experiment);
  const offlinePlanner = new OfflinePlanner({ dataset, interest, ...experiment.planner });
  const modelPlanner = plannerOf(() => planOf([0, 1]));
  const asked = experiment.planner.provider === "offline" ? offlinePlanner : modelPlanner;
  const players = experiment.planner.enabled
    ? { planner: asked, offlinePlanner }
    : { planner: undefined, offlinePlanner: undefined };
  const policy = new RandomPolicy(dataset.items, 2, 1);
  const made = contenderOf({
    experiment,
    players,
    policy,
    pool: { config: pool.config, state: pool.state() },
    lessons,
  });
  return { made, offlinePlanner, modelPlanner };
}

describe("who plans an evaluation", () => {
  const both = ["offline", "same"] as const;

  it.each([...models, "offline"] as const)("is nobody where there is no planner (%s)", (provider) => {
    for (const planner of both) {
      const experiment = experimentOf(false, provider, planner);
      expect(evaluationPlanner(experiment)).toBe("none");
      expect(contender(experiment).made.planner).toBeUndefined();
    }
  });

  it("is the run's own planner where that asks no model, for as many steps as in training", () => {
    for (const planner of both) {
      const experiment = experimentOf(true, "offline", planner);
      const { made, offlinePlanner } = contender(experiment);
      expect(evaluationPlanner(experiment)).toBe("offline");
      expect(made.planner).toBe(offlinePlanner);
      expect(made.replanEvery).toBe(3);
    }
  });

  it.each(models)("is the planner without a model instead of one with (%s), anew at every step", (provider) => {
    const experiment = experimentOf(true, provider, "offline");
    const { made, offlinePlanner } = contender(experiment);
    expect(evaluationPlanner(experiment)).toBe("offline");
    expect(made.planner).toBe(offlinePlanner);
    expect(made.replanEvery).toBe(1);
  });

  it.each(models)("is the model (%s) where evaluations shall have the same, for as many steps", (provider) => {
    const experiment = experimentOf(true, provider, "same");
    const { made, modelPlanner } = contender(experiment);
    expect(evaluationPlanner(experiment)).toBe("model");
    expect(made.planner).toBe(modelPlanner);
    expect(made.replanEvery).toBe(3);
  });
});

describe("the pool of an evaluation", () => {
  const experiment = experimentOf(true, "openai", "same");

  /** Evaluates a planner that notes what it was shown. */
  async function evaluated(pool: ReflectionPool) {
    const shown: (readonly string[])[] = [];
    const planner = plannerOf(({ reflections }) => {
      shown.push(reflections.map(({ text }) => text));
      return planOf([0, 1, 2]);
    });
    const world = clickWorld(experiment);
    const rows = await evaluate(
      evaluationSetting(experiment, world),
      { ...contender(experiment, pool).made, planner },
      new AbortController().signal,
    );
    return { shown, rows };
  }

  it("shows what the run's pool holds, and leaves that pool as it was", async () => {
    const pool = filledPool();
    const before = structuredClone(pool.state());
    const { shown, rows } = await evaluated(pool);
    expect(rows).toHaveLength(4);
    expect(shown.length).toBeGreaterThan(4);
    for (const texts of shown) expect(new Set(texts).size).toBe(3);
    expect(new Set(shown.flat()).size).toBeGreaterThan(3);
    expect(pool.state()).toEqual(before);
  });

  it("is sampled from the evaluation's own seed: the same each time, whatever training has drawn meanwhile", async () => {
    const pool = filledPool();
    const first = await evaluated(pool);
    const later = filledPool();
    for (let i = 0; i < 7; i++) later.sample();
    expect((await evaluated(later)).shown).toEqual(first.shown);
  });

  it("holds what the run's pool held when the contender was made", () => {
    const pool = filledPool();
    const { made } = contender(experiment, pool);
    pool.add({ text: "Later.", score: 1000, episode: "s0-1", iteration: 2, source: "offline" });
    const asking = { slot: 0 } as Session;
    const texts = Array.from({ length: 20 }, () => made.sampleReflections?.(asking).map(({ text }) => text)).flat();
    expect(texts).toHaveLength(60);
    expect(texts).not.toContain("Later.");
  });
});
