import { describe, expect, it } from "vitest";
import type { CategoryReading } from "../../../../src/engine/data/categoryItems.ts";
import { historyOf } from "../../../../src/engine/data/dataset.ts";
import { RandomStream } from "../../../../src/engine/math/random.ts";
import { CategoryMasks } from "../../../../src/engine/planner/mask.ts";
import { OfflinePlanner } from "../../../../src/engine/planner/offline.ts";
import {
  type BaselineDependencies,
  type BaselineKind,
  createBaseline,
} from "../../../../src/engine/policy/baselines/registry.ts";
import type { ActMode, ActRequest, Policy } from "../../../../src/engine/policy/policy.ts";
import type { InterestRanking } from "../../../../src/engine/simulator/interest.ts";
import { MatrixResponseModel } from "../../../../src/engine/simulator/matrix.ts";
import { type Session, sessionScores } from "../../../../src/engine/simulator/session.ts";
import { evaluationSessions, ListedSessions, UserSampler } from "../../../../src/engine/simulator/sessionSource.ts";
import type { QuitRule } from "../../../../src/protocol/experiment/simulator.ts";
import {
  interestIn,
  latentDataset,
  latentEnvironment,
  latentModel,
  quitRule,
  sessionOf,
  toyDataset,
} from "../../simulator/toy.ts";

const K = 6;
const kinds = [
  "random",
  "popularity",
  "greedy",
  "lookahead",
  "epsilon-greedy",
  "linucb",
  "fixed-ranking",
  "not-personalised",
] as const;
const dataset = latentDataset();
const interest = interestIn(dataset);
const masksOf = (ranking: InterestRanking) =>
  new CategoryMasks({ dataset, interest: ranking, slateSize: K, categoryZero: "selectable" });
const masks = masksOf(interest);
const temper = quitRule({ rule: "temper" });

function make(kind: BaselineKind, more: Partial<BaselineDependencies> = {}): Policy {
  return createBaseline(kind, {
    dataset,
    interest,
    slateSize: K,
    responseModels: latentModel,
    quitRule: () => temper,
    rewards: Float64Array.of(1, 0, 0),
    penalty: 0.2,
    seed: 1,
    users: new UserSampler(dataset, "log-rows"),
    historyLength: 100,
    slots: 12,
    ...more,
  });
}

/** Sessions of some users in the slots 0, 1, ..., each served one slate already. */
function sessions(count: number): Session[] {
  return Array.from({ length: count }, (_, slot) => {
    const user = 3 + slot;
    return sessionOf([[slot, 20, 40, 60, 80, 100]], {
      user,
      slot,
      key: 900 + slot,
      history: historyOf(dataset, user, 100),
    });
  });
}

interface Play {
  readonly mode?: ActMode;
  /** Inside the plans of top interest, by these categories of an item. */
  readonly planned?: CategoryReading | undefined;
  readonly quit?: QuitRule;
  readonly count?: number;
}

/** Plays the same listed sessions with any policy; mean scores. */
async function play(policy: Policy, { mode = "mean", planned, quit = temper, count = 24 }: Play = {}) {
  const list = evaluationSessions(new UserSampler(dataset, "users"), 5, count);
  const environment = latentEnvironment({ users: 12, quit, sessions: new ListedSessions(list) });
  const ranking = interestIn(dataset, planned);
  const allowed = masksOf(ranking);
  const planner = new OfflinePlanner({ dataset, interest: ranking, strategy: "top-interest", categoriesPerPlan: 4 });
  for (const session of environment.reset()) policy.open(session);
  const finished: Session[] = [];
  while (environment.sessions.length > 0) {
    const requests = environment.sessions.map((session) => ({
      session,
      mask: planned ? allowed.build(session, planner.planFor(session).categories).mask : undefined,
    }));
    const results = environment.step(policy.act(requests, mode));
    policy.observe(results);
    for (const { finished: ended, next } of results) {
      if (ended) finished.push(ended.session);
      if (ended && next) policy.open(next);
    }
  }
  const scores = finished.map(sessionScores);
  const mean = (key: "tInt" | "rCum"): number => scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
  return { tInt: mean("tInt"), rCum: mean("rCum"), lengths: scores.map(({ tInt }) => tInt) };
}

describe.each(kinds)("%s", (kind) => {
  it.each(["mean", "sample"] as const)("serves distinct allowed items and completes thin plans (%s)", (mode) => {
    const policy = make(kind);
    const random = new RandomStream(4);
    for (let trial = 0; trial < 8; trial++) {
      const requests: ActRequest[] = sessions(3).map((session, row) => {
        // The third mask is thin: two planned items, completed from ten others.
        const mask = new Uint8Array(dataset.items);
        for (let i = 0; i < (row === 2 ? 10 : 40); i++) mask[random.integer(dataset.items)] = row === 2 ? 1 : 2;
        if (row === 2) mask.fill(2, 0, 2);
        if (row === 2) mask.fill(1, 200, 210);
        return { session, mask };
      });
      for (const { session } of requests) policy.open(session);
      const slates = policy.act(requests, mode);
      for (const [row, { mask }] of requests.entries()) {
        const slate = [...slates.subarray(row * K, (row + 1) * K)];
        expect(new Set(slate).size).toBe(K);
        expect(slate.every((item) => (mask?.[item] ?? 0) > 0)).toBe(true);
        if (row < 2) expect(slate.every((item) => mask?.[item] === 2)).toBe(true);
        else
          expect(slate.filter((item) => mask?.[item] === 2)).toHaveLength(
            mask?.filter((level) => level === 2).length ?? 0,
          );
      }
    }
  });

  it("serves category 0 when it alone is planned", () => {
    const policy = make(kind);
    const [session] = sessions(1);
    if (!session) throw new Error("no session");
    policy.open(session);
    const { mask } = masks.build(session, [0]);
    const { offsets, values } = dataset.itemCategories;
    const slate = [...policy.act([{ session, mask }], "mean")];
    const planned = slate.filter((item) => values.subarray(offsets[item], offsets[item + 1]).includes(0));
    expect(planned.length).toBe(Math.min(K, mask?.filter((level) => level === 2).length ?? 0));
  });

  it("gives a session the same slate whoever else is asked", () => {
    const together = make(kind);
    const alone = make(kind);
    const all = sessions(4);
    for (const session of all) together.open(session);
    const many = together.act(
      all.map((session) => ({ session, mask: undefined })),
      "sample",
    );
    for (const [row, session] of all.entries()) {
      const own = { ...session, slot: 0 };
      alone.open(own);
      const slate = alone.act([{ session: own, mask: undefined }], "sample");
      expect([...slate]).toEqual([...many.subarray(row * K, (row + 1) * K)]);
    }
  });

  it("acts the same after its state went through JSON and as its own evaluator", async () => {
    const policy = make(kind);
    await play(policy, { mode: "sample", count: 12 });
    await policy.learn();
    const { json, arrays } = policy.state();
    const restored = make(kind);
    restored.restore({ json: JSON.parse(JSON.stringify(json)), arrays });
    const all = sessions(2);
    const slates = [policy, restored, policy.evaluator(2)].map((one) => {
      for (const session of all) one.open(session);
      return [
        ...one.act(
          all.map((session) => ({ session, mask: undefined })),
          "mean",
        ),
      ];
    });
    expect(slates[1]).toEqual(slates[0]);
    expect(slates[2]).toEqual(slates[0]);
  });
});

describe("the oracles", () => {
  it("never repeat under the temper rule, within a plan or without, and earn far more than random", async () => {
    const random = await play(make("random"));
    const greedy = await play(make("greedy"));
    const lookahead = await play(make("lookahead"));
    expect(new Set([...greedy.lengths, ...lookahead.lengths])).toEqual(new Set([20]));
    expect(greedy.rCum).toBeGreaterThan(2 * random.rCum);
    expect(lookahead.rCum).toBeGreaterThan(greedy.rCum - 0.3);
    expect((await play(make("greedy"), { planned: "any" })).tInt).toBeGreaterThan(19.5);
  });

  it("reach the turn limit under the window rule", async () => {
    const quit = quitRule({ rule: "window", window: 9, maxRepeats: 1 });
    const knowing = await play(make("greedy", { quitRule: () => quit }), { quit, count: 12 });
    expect(knowing.tInt).toBe(30);
    expect((await play(make("random"), { quit, count: 12 })).tInt).toBeLessThan(10);
  });
});

describe("random", () => {
  it("serves every allowed item equally often", () => {
    const policy = make("random");
    const mask = new Uint8Array(dataset.items).fill(2, 0, 12);
    const counts = new Array<number>(12).fill(0);
    for (let key = 0; key < 4000; key++) {
      for (const item of policy.act([{ session: sessionOf([], { key }), mask }], "mean"))
        counts[item] = (counts[item] ?? 0) + 1;
    }
    for (const count of counts) expect(count / 4000).toBeCloseTo(0.5, 1);
  });
});

it("popularity serves the most clicked items the session was not shown yet", () => {
  const toy = toyDataset(
    [[0], [0], [1], [1], [2]],
    [
      [
        [2, 1],
        [2, 1],
        [4, 1],
        [0, 0],
        [0, 0],
        [0, 0],
        [4, 1],
        [4, 1],
        [1, 1],
      ],
    ],
  );
  const policy = make("popularity", { dataset: toy, slateSize: 2 });
  const slate = (slates: number[][]) => [...policy.act([{ session: sessionOf(slates), mask: undefined }], "mean")];
  expect(slate([])).toEqual([4, 2]);
  expect(slate([[4, 2]])).toEqual([1, 0]);
  expect(
    slate([
      [4, 2],
      [1, 0],
    ]),
  ).toEqual([3, 0]);
});

describe("in the plans of top interest", () => {
  it("no visit ends before its patience does, whoever picks the items, where a category allows what the rule compares", async () => {
    for (const kind of ["random", "popularity", "epsilon-greedy", "linucb", "fixed-ranking"] as const) {
      expect(new Set((await play(make(kind), { planned: "primary", count: 48 })).lengths)).toEqual(new Set([20]));
    }
    expect((await play(make("random"), { planned: "any", count: 48 })).tInt).toBeLessThan(19.8);
  });
});

describe("one ranking for everybody", () => {
  it("is by the mean click probability of the users who come", async () => {
    // Users 0 and 1 click on items 0, 1 and on items 0, 2; a user comes as often as the log has rows of theirs: 3 and 1.
    const toy = toyDataset(
      [[0], [0], [1], [1]],
      [
        [
          [0, 1],
          [1, 1],
          [3, 0],
        ],
        [[2, 1]],
      ],
    );
    const bits = Uint8Array.of(0b0101_0011);
    const made = { dataset: toy, slateSize: 3, rewards: Float64Array.of(1), users: new UserSampler(toy, "log-rows") };
    const matrix = (slots: number) => new MatrixResponseModel(toy, { bits }, slots);
    const policy = make("fixed-ranking", { ...made, responseModels: matrix });
    const served = (user: number) => [
      ...policy.act([{ session: sessionOf([[0, 1, 2]], { user }), mask: undefined }], "mean"),
    ];
    expect(served(0)).toEqual([0, 1, 2]);
    expect(served(1)).toEqual([0, 1, 2]);
  });

  it("is the same in plans, where it earns more than random items and less than those of the oracle", async () => {
    const [random, fixed, ceiling, greedy] = await Promise.all(
      (["random", "fixed-ranking", "not-personalised", "greedy"] as const).map((kind) =>
        play(make(kind), { planned: "any", count: 48 }),
      ),
    );
    expect(fixed?.rCum).toBeGreaterThan(1.2 * (random?.rCum ?? Number.NaN));
    expect(ceiling?.rCum).toBeGreaterThan(fixed?.rCum ?? Number.NaN);
    expect(greedy?.rCum).toBeGreaterThan(1.2 * (ceiling?.rCum ?? Number.NaN));
  });

  it("never repeats as a ceiling, and tires users where it is only a ranking", async () => {
    expect((await play(make("not-personalised"))).tInt).toBe(20);
    expect((await play(make("fixed-ranking"))).tInt).toBe(11);
  });
});

describe("epsilon-greedy", () => {
  const toy = toyDataset(
    [[0], [0], [1], [1]],
    [
      [
        [0, 1],
        [0, 0],
        [1, 1],
        [1, 1],
        [2, 0],
      ],
    ],
  );
  const session = (feedback: number) => {
    const one = sessionOf([[0, 3]]);
    return { ...one, steps: one.steps.map((step) => ({ ...step, feedback: [feedback, 0] })) };
  };
  const served = (policy: Policy) => [...policy.act([{ session: sessionOf([]), mask: undefined }], "mean")];

  it("follows the clicks it sees; its evaluator does not", () => {
    const policy = make("epsilon-greedy", { dataset: toy, slateSize: 2 });
    const evaluator = policy.evaluator(1);
    // The prior counts ten exposures at (3 + 1) / (5 + 2): item 3 stands at .571 unseen, item 0 at (5.71 + 1) / 12.
    expect(served(policy)).toEqual([1, 3]);
    for (const learner of [policy, evaluator]) {
      for (let i = 0; i < 3; i++)
        learner.observe([{ session: session(1), reward: 0.5, terminated: false, truncated: false }]);
    }
    expect(served(policy)).toEqual([0, 1]);
    expect(served(evaluator)).toEqual([1, 3]);
  });

  it("explores a tenth of the positions while training", () => {
    const policy = make("epsilon-greedy");
    const greedy = [...policy.act([{ session: sessionOf([]), mask: undefined }], "mean")];
    let explored = 0;
    for (let key = 0; key < 1000; key++) {
      const slate = policy.act([{ session: sessionOf([], { key }), mask: undefined }], "sample");
      explored += slate.filter((item, i) => item !== greedy[i]).length;
    }
    expect(explored / (1000 * K)).toBeCloseTo(0.1, 1.5);
  });
});

describe("what linucb knows of an item", () => {
  /** The item's value of one feature, by its definition. */
  const features: Readonly<Record<string, (item: number, session: Session) => number>> = {
    "the user's interest in its categories": (item, session) => meanOver(item, interest.profile(session).logOdds),
    "how recently its categories were shown": (item, session) => meanOver(item, interest.profile(session).recent),
    "whether it was shown": (item, session) => (session.steps.some(({ items }) => items.includes(item)) ? 1 : 0),
  };
  const meanOver = (item: number, byCategory: Float64Array): number => {
    const { offsets, values } = dataset.itemCategories;
    const own = [...values.subarray(offsets[item], offsets[item + 1])].map((category) => byCategory[category] ?? 0);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };

  it.each(Object.entries(features).map(([name, of], i) => ({ name, of, index: 2 + i })))(
    "is $name",
    ({ of, index }) => {
      const unit = Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 1 : 0));
      const policy = make("linucb");
      // With A the identity, b picks the feature that is the estimate.
      policy.restore({
        json: { inverse: unit, response: [0, 1, 2, 3, 4].map((f) => (f === index ? 1 : 0)) },
        arrays: {},
      });
      for (const session of sessions(3)) {
        policy.open(session);
        const served = [...policy.act([{ session, mask: undefined }], "mean")].map((item) => of(item, session));
        const best = Array.from({ length: dataset.items }, (_, item) => of(item, session)).toSorted((a, b) => b - a);
        expect(served.toSorted((a, b) => b - a)).toEqual(best.slice(0, K));
      }
    },
  );
});

it("linucb learns what is clicked", async () => {
  const policy = make("linucb");
  const before = await play(policy.evaluator(12), { planned: "any" });
  for (let rollout = 0; rollout < 4; rollout++) {
    await play(policy, { mode: "sample", planned: "any" });
    await policy.learn();
  }
  const after = await play(policy.evaluator(12), { planned: "any" });
  expect(after.rCum).toBeGreaterThan(1.3 * before.rCum);
});
