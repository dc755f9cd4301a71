import { expect, it } from "vitest";
import { createPpoPolicy } from "../../../src/engine/policy/ppo.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { openSession, step, toyDataset, toyExperiment } from "./fixtures.ts";

it("runs", async () => {
  const engine = await TensorEngine.create({ backend: "plain", workers: 0 });
  const dataset = toyDataset();
  const experiment = toyExperiment();
  const policy = createPpoPolicy({ engine, dataset, experiment });
  const sessions = [0, 1, 2, 3].map((slot) => openSession(dataset, slot));
  for (const s of sessions) policy.open(s);
  for (let i = 0; i < 5; i++) {
    const slates = policy.act(
      sessions.map((session) => ({ session, mask: undefined })),
      "sample",
    );
    sessions.forEach((s, r) => {
      s.steps.push(step([...slates.slice(r * 2, r * 2 + 2)], [i % 2, 0]));
    });
    policy.observe(sessions.map((session) => ({ session, reward: 0.5, terminated: false, truncated: false })));
  }
  console.log(await policy.learn());
  expect(1).toBe(1);
});
