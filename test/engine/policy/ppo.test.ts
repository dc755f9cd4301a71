import { afterAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { learners } from "../../../src/engine/policy/learners.ts";
import type { ActMode, Diagnostics, Policy, PolicyState } from "../../../src/engine/policy/policy.ts";
import { createA2cPolicy, createPpoPolicy } from "../../../src/engine/policy/ppo.ts";
import type { CategoryMask } from "../../../src/engine/simulator/session.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import type { Experiment, ExperimentInput } from "../../../src/protocol/experiment.ts";
import { metricCatalogue } from "../../../src/protocol/run.ts";
import { type OpenSession, openSession, step, toyDataset, toyExperiment } from "./fixtures.ts";

const dataset = toyDataset();
const engines = new Map<string, TensorEngine>();

async function engineOf(backend: "wasm" | "plain" = "wasm", workers = 0): Promise<TensorEngine> {
  const key = `${backend} ${workers}`;
  const engine = engines.get(key) ?? (await TensorEngine.create({ backend, workers }));
  engines.set(key, engine);
  return engine;
}

afterAll(async () => {
  for (const engine of engines.values()) await engine.dispose();
});

/** Users who click even items, and leave after `turns` slates (every third of them by a turn limit). */
class ToyWorld {
  readonly sessions: OpenSession[];

  constructor(
    readonly policy: Policy,
    readonly slots: readonly number[],
    private readonly turns = 7,
    private readonly slateSize = 2,
  ) {
    this.sessions = slots.map((slot, row) => ({ ...openSession(dataset, slot), slot: row }));
    for (const session of this.sessions) policy.open(session);
  }

  step(mode: ActMode = "sample", mask?: CategoryMask): Int32Array {
    const slates = this.policy.act(
      this.sessions.map((session) => ({ session, mask })),
      mode,
    );
    const outcomes = this.sessions.map((session, row) => {
      const items = [...slates.slice(row * this.slateSize, (row + 1) * this.slateSize)];
      session.steps.push(
        step(
          items,
          items.map((item) => (item % 2 === 0 ? 1 : 0)),
        ),
      );
      const ended = session.steps.length >= this.turns + (session.key % 3);
      const truncated = ended && session.number % 3 === 2;
      return { session, reward: session.steps.at(-1)?.reward ?? 0, terminated: ended && !truncated, truncated };
    });
    this.policy.observe(outcomes);
    outcomes.forEach(({ session, terminated, truncated }, row) => {
      if (!terminated && !truncated) return;
      const slot = this.slots[row] as number;
      const number = session.number + 1;
      this.sessions[row] = { ...openSession(dataset, slot, number, (slot + number) % dataset.users), slot: row };
      this.policy.open(this.sessions[row] as OpenSession);
    });
    return slates;
  }

  async iteration(steps = 10): Promise<Diagnostics> {
    for (let t = 0; t < steps; t++) this.step();
    return (await this.policy.learn()) ?? {};
  }
}

const layouts: readonly ExperimentInput[] = [
  { policy: { layout: "packed" } },
  { policy: { layout: "windowed" }, simulator: { historyLength: 8 } },
  // Sessions outgrow the 11 positions that this temper lets expect.
  { policy: { layout: "packed" }, simulator: { historyLength: 6, quit: { rule: "temper", initialTemper: 2 } } },
  { policy: { clickLoss: 5, state: "session", tableScale: 0.1 } },
];
const allSlots = [0, 1, 2, 3];

async function run(experiment: Experiment, engine: TensorEngine, iterations = 2) {
  const policy = createPpoPolicy({ engine, dataset, experiment });
  const world = new ToyWorld(policy, allSlots);
  const diagnostics: Diagnostics[] = [];
  for (let i = 0; i < iterations; i++) diagnostics.push(await world.iteration());
  const { arrays } = policy.state();
  await policy.dispose();
  return { diagnostics, weights: arrays.weights as Float32Array };
}

describe.each(Object.entries(learners))("the learner %s", (kind, { metrics, create }) => {
  it.each(layouts)("names its diagnostics as its group of the metric catalogue does (%j)", async (layout) => {
    const policy = create({ engine: await engineOf(), dataset, experiment: toyExperiment(layout) });
    const diagnostics = await new ToyWorld(policy, allSlots).iteration();
    const names = Object.entries(metricCatalogue).flatMap(([name, { group }]) => (group === metrics ? [name] : []));
    const withClickLoss = (layout.policy?.clickLoss ?? 0) > 0;
    expect(Object.keys(diagnostics).sort()).toEqual(
      names.filter((name) => name !== "clickLoss" || withClickLoss).sort(),
    );
    for (const value of Object.values(diagnostics)) expect(Number.isFinite(value)).toBe(true);
    expect(policy.name).toBe(kind);
    await policy.dispose();
  });
});

describe.each(layouts)("PPO (%j)", (layout) => {
  const experiment = toyExperiment(layout);

  it("is the same bit for bit, twice and with 0, 1 and 2 worker threads", async () => {
    const alone = await run(experiment, await engineOf("wasm", 0));
    for (const workers of [0, 1, 2]) {
      const other = await run(experiment, await engineOf("wasm", workers));
      expect(other.diagnostics).toEqual(alone.diagnostics);
      expect(other.weights).toEqual(alone.weights);
    }
  });

  it("agrees with the plain kernels", async () => {
    const fast = await run(experiment, await engineOf("wasm"), 1);
    const plain = await run(experiment, await engineOf("plain"), 1);
    for (const [name, value] of Object.entries(fast.diagnostics[0] ?? {})) {
      const reference = plain.diagnostics[0]?.[name] as number;
      expect(Math.abs(value - reference), name).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(reference)));
    }
  });

  it("has ratio exactly 1 in the first gradient step", async () => {
    const once = toyExperiment({ ...layout, ppo: { epochs: 1, minibatch: 1000 } });
    const { diagnostics } = await run(once, await engineOf(), 1);
    expect(diagnostics[0]).toMatchObject({ approxKl: 0, clipFraction: 0 });
    expect(diagnostics[0]?.oldApproxKl).toBeCloseTo(0, 20);
  });

  it("resumes bit for bit with sessions under way", async () => {
    const engine = await engineOf();
    const policy = createPpoPolicy({ engine, dataset, experiment });
    const world = new ToyWorld(policy, allSlots);
    await world.iteration();
    const saved: PolicyState = structuredClone(policy.state());
    const kept = world.sessions.map((session) => ({ ...session, steps: [...session.steps] }));
    expect(kept.some(({ steps }) => steps.length > 0)).toBe(true);
    const expected = [await world.iteration(), await world.iteration()];

    const resumed = createPpoPolicy({ engine, dataset, experiment: { ...experiment, seed: experiment.seed } });
    const again = new ToyWorld(resumed, allSlots);
    resumed.restore(saved);
    again.sessions.splice(0, 4, ...kept);
    for (const session of kept) resumed.open(session);
    expect([await again.iteration(), await again.iteration()]).toEqual(expected);
    expect(resumed.state()).toEqual(policy.state());
    await policy.dispose();
    await resumed.dispose();
  });

  it("serves four users as four policies of one user would", async () => {
    const engine = await engineOf();
    const together = createPpoPolicy({ engine, dataset, experiment });
    const world = new ToyWorld(together, allSlots);
    const alone = allSlots.map((slot) => {
      const policy = createPpoPolicy({ engine, dataset, experiment, slots: 1 });
      return { policy, world: new ToyWorld(policy, [slot]) };
    });
    for (let t = 0; t < 20; t++) {
      const slates = world.step();
      expect([...slates]).toEqual(alone.flatMap((one) => [...one.world.step()]));
    }
    await together.dispose();
    for (const { policy } of alone) await policy.dispose();
  });

  it("evaluates with the mean action of the same weights on sessions of its own", async () => {
    const policy = createPpoPolicy({ engine: await engineOf(), dataset, experiment });
    const world = new ToyWorld(policy, allSlots);
    const evaluate = () => {
      const evaluator = policy.evaluator(2);
      const own = new ToyWorld(evaluator, [5, 6]);
      return Array.from({ length: 4 }, () => [...own.step("mean")]);
    };
    world.step();
    const before = evaluate();
    expect(evaluate()).toEqual(before);
    world.step();
    const fresh = createPpoPolicy({ engine: await engineOf(), dataset, experiment });
    const untouched = new ToyWorld(fresh, allSlots);
    untouched.step();
    untouched.step();
    for (let t = 0; t < 8; t++) expect(world.step()).toEqual(untouched.step());
    await policy.dispose();
    await fresh.dispose();
  });

  it("never serves an excluded item and can serve category 0 alone", async () => {
    const policy = createPpoPolicy({ engine: await engineOf(), dataset, experiment });
    const world = new ToyWorld(policy, allSlots);
    const mask = Uint8Array.from({ length: dataset.items }, (_, item) => (item % 4 === 0 ? 2 : 0));
    for (let t = 0; t < 15; t++) {
      const slates = world.step("sample", mask);
      for (const item of slates) expect(item % 4).toBe(0);
      for (let row = 0; row < 4; row++) expect(slates[2 * row]).not.toBe(slates[2 * row + 1]);
    }
    await policy.dispose();
  });
});

describe("the end of a session", () => {
  /** Value loss of one-step sessions with nothing learned: mean (V - target)^2. */
  async function valueLoss(gamma: number, end: { readonly terminated: boolean; readonly truncated: boolean }) {
    const experiment = toyExperiment({
      ppo: { gamma, lambda: 0, epochs: 1, learningRates: { action: 0, value: 0, encoder: 0, std: 0 } },
    });
    const policy = createPpoPolicy({ engine: await engineOf(), dataset, experiment });
    const session = openSession(dataset, 0);
    policy.open(session);
    const slate = policy.act([{ session, mask: undefined }], "sample");
    session.steps.push(step([...slate], [1, 1]));
    policy.observe([{ session, reward: 1, ...end }]);
    policy.open(openSession(dataset, 0, 1, 5));
    const { valueLoss: loss } = (await policy.learn()) ?? {};
    await policy.dispose();
    return loss as number;
  }

  it("is worth nothing after the user left, and the next value after a turn limit", async () => {
    const left = { terminated: true, truncated: false };
    const cut = { terminated: false, truncated: true };
    expect(await valueLoss(0.9, left)).toBe(await valueLoss(0, left));
    expect(await valueLoss(0, cut)).toBe(await valueLoss(0, left));
    expect(await valueLoss(0.9, cut)).not.toBeCloseTo(await valueLoss(0, cut), 4);
  });
});

describe("the reference's mode", () => {
  it.each(["packed", "windowed"] as const)("learns with every switch set (%s)", async (layout) => {
    const experiment = toyExperiment({
      policy: { layout },
      simulator: { historyLength: 8 },
      ppo: { minibatch: 12 },
      fidelity: { mode: "reference" },
    });
    const one = await run(experiment, await engineOf("wasm", 0));
    const two = await run(experiment, await engineOf("wasm", 2));
    expect(two).toEqual(one);
    for (const value of Object.values(one.diagnostics[1] ?? {})) expect(Number.isFinite(value)).toBe(true);
  });
});

describe("learning rates", () => {
  it("follow live changes and annealing", async () => {
    const experiment = toyExperiment({ training: { iterations: 4 }, ppo: { anneal: true } });
    const policy = createPpoPolicy({ engine: await engineOf(), dataset, experiment });
    const world = new ToyWorld(policy, allSlots);
    const { learningRates } = experiment.ppo;
    expect((await world.iteration()).learningRate).toBe(1e-4);
    expect((await world.iteration()).learningRate).toBeCloseTo(0.75e-4, 12);
    const ppo = { ...experiment.ppo, learningRates: { ...learningRates, action: 1e-2 }, anneal: false };
    policy.configure({ ...experiment, ppo });
    expect((await world.iteration()).learningRate).toBe(1e-2);
    await policy.dispose();
  });

  it("leave a group with rate 0 as it is", async () => {
    const rates = { action: 0, value: 0, encoder: 0, std: 0 };
    const experiment = toyExperiment({ ppo: { learningRates: rates } });
    const policy = createPpoPolicy({ engine: await engineOf(), dataset, experiment });
    const before = policy.state().arrays.weights;
    await new ToyWorld(policy, allSlots).iteration();
    expect(policy.state().arrays.weights).toEqual(before);
    await policy.dispose();
  });
});

it("refuses a checkpoint of another network", async () => {
  const engine = await engineOf();
  const small = createPpoPolicy({ engine, dataset, experiment: toyExperiment() });
  const large = createPpoPolicy({ engine, dataset, experiment: toyExperiment({ policy: { hidden: [32] } }) });
  expect(() => large.restore(small.state())).toThrow(/another data set or other policy settings/);
  await small.dispose();
  await large.dispose();
});

describe("learning", () => {
  /**
   * Two categories, one step per session: an item earns 1 if it is of the user's category. `choose` says which
   * category a user likes.
   */
  async function learn(create: typeof createPpoPolicy, choose: (user: number) => number, iterations: number) {
    const two = toyDataset(8, 24, 2, 4);
    const experiment = toyExperiment({
      policy: { initialStd: 0.5, hidden: [32] },
      ppo: { learningRates: { action: 3e-3, value: 3e-3, encoder: 1e-3, std: 1e-3 } },
      simulator: { users: 8, slateSize: 2 },
    });
    const policy = create({ engine: await engineOf(), dataset: two, experiment });
    const random = new RandomStream(3, "users");
    const play = (player: Policy, mode: ActMode, number: number): number => {
      const sessions = Array.from({ length: 8 }, (_, slot) => openSession(two, slot, number, random.integer(8)));
      for (const session of sessions) player.open(session);
      const slates = player.act(
        sessions.map((session) => ({ session, mask: undefined })),
        mode,
      );
      let total = 0;
      const outcomes = sessions.map((session, row) => {
        const items = [...slates.slice(2 * row, 2 * row + 2)];
        const liked = items.map((item) => (item % 2 === choose(session.user) ? 1 : 0));
        session.steps.push(step(items, liked));
        const reward = (liked[0] as number) / 2 + (liked[1] as number) / 2;
        total += reward / 8;
        return { session, reward, terminated: true, truncated: false };
      });
      player.observe(outcomes);
      return total;
    };
    for (let i = 0; i < iterations; i++) {
      for (let t = 0; t < 10; t++) play(policy, "sample", 10 * i + t);
      await policy.learn();
    }
    const evaluator = policy.evaluator(8);
    let mean = 0;
    for (let t = 0; t < 10; t++) mean += play(evaluator, "mean", t) / 10;
    await evaluator.dispose();
    await policy.dispose();
    return mean;
  }

  it.each([
    ["PPO", createPpoPolicy],
    ["A2C", createA2cPolicy],
  ] as const)("%s finds the one good category", async (_, create) => {
    expect(await learn(create, () => 1, 40)).toBeGreaterThan(0.95);
  });

  it("PPO tells users apart (identity environment)", async () => {
    expect(await learn(createPpoPolicy, (user) => user % 2, 100)).toBeGreaterThan(0.9);
  });
});
