import { describe, expect, it } from "vitest";
import { configurationHash, differingSettings, suiteRunId } from "../../../src/engine/suites/configuration.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";

describe("configurations", () => {
  const base = experimentSchema.parse({});

  it("count as equal whatever their names, threads and seeds, and in nothing else", () => {
    const renamed = { ...base, name: "Other", seed: 9, policy: { ...base.policy, workers: 3 } };
    expect(configurationHash(renamed)).toBe(configurationHash(base));
    expect(configurationHash({ ...base, ppo: { ...base.ppo, clip: 0.3 } })).not.toBe(configurationHash(base));
    expect(configurationHash(base, ["prompt"])).not.toBe(configurationHash(base));
  });

  it("make another run with another seed, another setting or other sessions", () => {
    const ids = [
      suiteRunId(base, 200),
      suiteRunId({ ...base, seed: 2 }, 200),
      suiteRunId({ ...base, training: { ...base.training, iterations: 7 } }, 200),
      suiteRunId(base, 100),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(suiteRunId({ ...base, name: "Other" }, 200)).toBe(ids[0]);
  });

  it("share a run where nothing reads what they differ in", () => {
    const id = (planner: object, k: number) => suiteRunId(experimentSchema.parse({ planner, reflections: { k } }), 200);
    const model = { provider: "openai", model: "m" };
    expect(id({}, 0)).toBe(id({}, 3));
    expect(id(model, 0)).not.toBe(id(model, 3));
    expect(id({ enabled: false, ...model }, 0)).toBe(id({ enabled: false }, 3));
    expect(id({ enabled: false }, 3)).not.toBe(id({}, 3));
  });

  it("differ in the leaves that differ", () => {
    const window = experimentSchema.parse({ simulator: { quit: { rule: "window", window: 5 } } });
    const paths = differingSettings([base, window]).map(({ path }) => path);
    expect(paths).toContain("simulator.quit.rule");
    expect(paths).toContain("simulator.quit.initialTemper");
    expect(paths).not.toContain("simulator.slateSize");
  });
});
