import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LatentTruth } from "../../../src/engine/data/dataset.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import type { Provider } from "../../../src/engine/llm/types.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { CategoryMasks } from "../../../src/engine/planner/mask.ts";
import { ModelPlanner } from "../../../src/engine/planner/modelPlanner.ts";
import { OfflinePlanner } from "../../../src/engine/planner/offline.ts";
import type { ShownReflection } from "../../../src/engine/planner/planner.ts";
import { plannerKnowledge } from "../../../src/engine/planner/plannerContext.ts";
import { RandomPolicy } from "../../../src/engine/policy/baselines/random.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { Stepper } from "../../../src/engine/serving/stepper.ts";
import { Environment } from "../../../src/engine/simulator/environment.ts";
import { LatentResponseModel } from "../../../src/engine/simulator/latent.ts";
import { sessionScores } from "../../../src/engine/simulator/session.ts";
import { DrawnSessions, UserSampler } from "../../../src/engine/simulator/sessionSource.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { never, onlooker, rig } from "../llm/modelServer.ts";
import { interestIn } from "../simulator/toy.ts";

const promptText = readFileSync(new URL("../../../examples/quickstart/planner.lerl.md", import.meta.url), "utf8");
const USERS = 12;
const STEPS = 100;

/** Answers as the prompt asks: what was clicked first, without what the last slate showed. */
const obedient: Provider = {
  kind: "openai",
  baseUrl: "",
  async send({ messages }) {
    const text = messages.at(-1)?.content ?? "";
    const candidates = [...(messages[0]?.content ?? "").matchAll(/^- (.*): \d+%/gm)].map(([, name = ""]) => name);
    const slates = text.split("\n").filter((line) => /^- .* \d+ of \d+(?:;|$)/.test(line) && !/: \d+ of/.test(line));
    const score = new Map(candidates.map((name) => [name, 0]));
    for (const [, name = "", clicked, shown] of slates.join("; ").matchAll(/(?:- )?([^;]+?) (\d+) of (\d+)/g)) {
      const known = name.replace(/^[;\s-]+/, "");
      score.set(known, (score.get(known) ?? 0) + Number(clicked) - 0.35 * Number(shown));
    }
    const last = new Set((/leave it out now: (.*)\./.exec(text)?.[1] ?? "").split("; "));
    const count = Number(/Choose (\d+) /.exec(text)?.[1]);
    const plan = candidates
      .filter((name) => !last.has(name))
      .sort((a, b) => (score.get(b) ?? 0) - (score.get(a) ?? 0))
      .slice(0, count);
    return { text: JSON.stringify({ categories: plan }), finish: "stop", model: "scripted" };
  },
};

const dataset = generateSynthetic({
  kind: "synthetic",
  users: 300,
  items: 600,
  categories: 31,
  signal: "strong",
  satiation: 1,
  seed: 1,
});

async function measure(replanEvery?: number) {
  const experiment = experimentSchema.parse({ planner: { provider: "openai", ...(replanEvery && { replanEvery }) } });
  const interest = interestIn(dataset);
  const environment = new Environment({
    dataset,
    responseModel: new LatentResponseModel(dataset, dataset.latent as LatentTruth, USERS),
    sessions: new DrawnSessions(new UserSampler(dataset, "log-rows"), 1, USERS),
    config: experiment.simulator,
    correlation: "cosine",
  });
  environment.reset();
  const { scheduler } = rig(obedient);
  const planner = new ModelPlanner({
    complete: scheduler.complete,
    prompt: parsePrompt("planner.lerl.md", promptText),
    knowledge: plannerKnowledge(dataset, experiment),
    settings: { model: "scripted" },
    fallback: new OfflinePlanner({ dataset, interest, strategy: "top-interest", categoriesPerPlan: 8 }),
    watch: onlooker("planner"),
    badReply: "bounded",
  });
  // A full pool: two users' samples, and so their prompts, are hardly ever the same.
  const pool = Array.from({ length: 200 }, (_, i) => ({ id: `${i}`, text: `Lesson ${i}`, score: i / 20 }));
  const random = new RandomStream(1, "pool");
  const stepper = new Stepper({
    dataset,
    environment,
    planner,
    masks: new CategoryMasks({ dataset, interest, slateSize: 6, categoryZero: "selectable" }),
    // Whatever the plan allows is as good as anything else to it: what R_cum differs by is the plan's.
    policy: new RandomPolicy(dataset.items, 6, 1),
    mode: "sample",
    sampleReflections: () => Array.from({ length: 3 }, () => pool[random.integer(pool.length)] as ShownReflection),
    replanEvery: () => experiment.planner.replanEvery,
  });
  stepper.open();
  const returns: number[] = [];
  let userSteps = 0;
  for (let t = 0; t < STEPS; t++) {
    for (const { result } of await stepper.step(never)) {
      userSteps++;
      if (result.finished) returns.push(sessionScores(result.finished.session).rCum);
    }
  }
  const callsPerStep = scheduler.lap().llmCalls / userSteps;
  const rCum = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  console.log(
    `replanEvery ${experiment.planner.replanEvery}: ${callsPerStep.toFixed(3)} calls per user step, R_cum ${rCum.toFixed(2)}`,
  );
  return { callsPerStep, rCum };
}

describe("calls per user step", () => {
  it("are about one as in the reference, and far fewer at equal R_cum by default", async () => {
    const each = await measure(1);
    const kept = await measure();
    expect(each.callsPerStep).toBeLessThanOrEqual(1);
    expect(kept.callsPerStep).toBeLessThanOrEqual(0.35);
    expect(kept.rCum).toBeGreaterThan(0.97 * each.rCum);
  });
});
