import { expect, it } from "vitest";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { settingsInForce } from "../../../src/protocol/settingsInForce.ts";

const experiment = experimentSchema.parse({ reflections: { k: 2 } });
const change = (path: string, to: unknown) =>
  ({ type: "change", path, from: undefined, to, iteration: 3, userSteps: 720 }) as const;

it("is the experiment itself while nothing was changed", () => {
  expect(settingsInForce(experiment, [])).toBe(experiment);
  expect(settingsInForce(experiment, [{ type: "paused", reason: "by hand", iteration: 1, userSteps: 1 }])).toBe(
    experiment,
  );
});

it("holds the last value of every setting that was changed, and leaves the experiment as it is", () => {
  const quit = { rule: "window", window: 4, threshold: 2, maxTurns: 30 };
  const settings = settingsInForce(experiment, [
    change("reflections.k", 5),
    change("simulator.quit", quit),
    change("reflections.k", 7),
    change("ppo.learningRates.action", 0.001),
  ]);
  expect(settings).toEqual({
    ...experiment,
    reflections: { ...experiment.reflections, k: 7 },
    simulator: { ...experiment.simulator, quit },
    ppo: { ...experiment.ppo, learningRates: { ...experiment.ppo.learningRates, action: 0.001 } },
  });
  expect(experiment.reflections.k).toBe(2);
});

it("leaves out prompts: their changes tell hashes of texts, and the setting names a file", () => {
  expect(settingsInForce(experiment, [change("planner.prompt", "0f"), change("critic.prompt", "1e")])).toEqual(
    experiment,
  );
});
