import { describe, expect, it } from "vitest";
import type { Critic, WrittenReflection } from "../../../src/engine/critic/critic.ts";
import { ReflectionPool } from "../../../src/engine/critic/reflectionPool.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import type { FinishedSession, Session } from "../../../src/engine/simulator/session.ts";
import { type EndedSession, Reflecting, type ReflectingOptions } from "../../../src/engine/training/reflecting.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { Episode } from "../../../src/protocol/run.ts";
import { sessionOf, step } from "../simulator/smallWorld.ts";
import { toyDataset } from "../simulator/toy.ts";

const never = new AbortController().signal;

/** A critic whose answers the test gives, one call at a time. */
function heldCritic() {
  const calls: {
    readonly sessions: readonly FinishedSession[];
    readonly answer: (texts: readonly string[]) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  const critic: Critic = {
    reflect: (sessions) =>
      new Promise<readonly WrittenReflection[]>((resolve, reject) => {
        calls.push({
          sessions,
          answer: (texts) => resolve(texts.map((text) => ({ text, source: "model" }))),
          fail: reject,
        });
      }),
  };
  return { critic, calls };
}

/** Names each session it reads. */
const namingCritic: Critic = {
  reflect: async (finished) => finished.map(({ session }) => ({ text: `On ${session.number}.`, source: "offline" })),
};

function reflectingWith(options: Partial<ReflectingOptions> & Pick<ReflectingOptions, "critic">) {
  const pool = new ReflectionPool(experimentSchema.parse({}).reflections, new RandomStream(1, "pool"));
  const told: Episode[] = [];
  const reflecting = new Reflecting({
    pool,
    dataset: toyDataset([[0], [1]], [[[0, 1]]]),
    baseline: "user",
    slateSize: 2,
    reflectionSession: "finished",
    poolScore: "cumulative-reward",
    promptHash: () => undefined,
    written: () => undefined,
    reflected: (episode) => told.push(episode),
    ...options,
  });
  return { reflecting, pool, told };
}

/** A session that ended, with the clicks of its slates of two items. */
function ended(number: number, clicks: readonly (readonly [number, number])[], next?: Session): EndedSession {
  const session = sessionOf(
    clicks.map((feedback) => step([0, 1], feedback)),
    0,
    number,
  );
  const result = {
    session,
    reward: 0,
    terminated: true,
    truncated: false,
    finished: { session, ended: "turn-limit" },
    next,
  } as const;
  const episode: Episode = {
    id: `s0-${number}`,
    iteration: 7,
    slot: 0,
    user: "u0",
    historyLength: 4,
    click: "is_click",
    steps: [],
    tInt: clicks.length,
    rCum: 0,
    rSin: 0,
    ended: "turn-limit",
  };
  return { result: { ...result, expectedReward: 0 }, episode };
}

describe("reflections that were asked for", () => {
  it("enter the pool when they are settled, in the order of asking and not of answering", async () => {
    const { critic, calls } = heldCritic();
    const { reflecting, pool, told } = reflectingWith({ critic });
    reflecting.submit([ended(0, [[1, 0]]), ended(1, [[1, 1]])], never);
    reflecting.submit([ended(2, [[0, 0]])], never);
    calls[1]?.answer(["third"]);
    calls[0]?.answer(["first", "second"]);
    await Promise.resolve();
    expect(pool.size).toBe(0);

    await reflecting.settle();
    expect(pool.reflections).toMatchObject([
      { id: "r1", text: "first", episode: "s0-0", iteration: 7, source: "model", score: 0.5 },
      { id: "r2", text: "second", episode: "s0-1", score: 1 },
      { id: "r3", text: "third", episode: "s0-2", score: 0 },
    ]);
    expect(told.map(({ id, reflection }) => [id, reflection])).toEqual([
      ["s0-0", "first"],
      ["s0-1", "second"],
      ["s0-2", "third"],
    ]);
    await reflecting.settle();
    expect(told).toHaveLength(3);
  });

  it("ask nothing where no session ended", async () => {
    const { critic, calls } = heldCritic();
    const { reflecting } = reflectingWith({ critic });
    reflecting.submit([], never);
    await reflecting.settle();
    expect(calls).toEqual([]);
  });

  it("carry the hash of the prompt that was in force when they were asked for", async () => {
    const { critic, calls } = heldCritic();
    let hash: string | undefined = "before";
    const { reflecting, pool } = reflectingWith({ critic, promptHash: () => hash });
    reflecting.submit([ended(0, [[1, 0]])], never);
    hash = "after";
    reflecting.submit([ended(1, [[1, 0]])], never);
    hash = undefined;
    reflecting.submit([ended(2, [[1, 0]])], never);
    for (const { answer } of calls) answer(["text"]);
    await reflecting.settle();
    expect(pool.reflections.map(({ promptHash }) => promptHash)).toEqual(["before", "after", undefined]);
    expect(pool.reflections[2]).not.toHaveProperty("promptHash");
  });

  it("fail where they are settled, and not before", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    try {
      const { critic, calls } = heldCritic();
      const { reflecting, pool, told } = reflectingWith({ critic });
      reflecting.submit([ended(0, [[1, 0]])], never);
      calls[0]?.fail(new Error("no critic"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(unhandled).toEqual([]);
      await expect(reflecting.settle()).rejects.toThrow("no critic");
      expect([pool.size, told.length]).toEqual([0, 0]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  it("leave an episode without one where the critic has nothing to say, and nothing in the pool", async () => {
    const { critic, calls } = heldCritic();
    const { reflecting, pool, told } = reflectingWith({ critic });
    reflecting.submit([ended(0, [[1, 0]]), ended(1, [[1, 0]]), ended(2, [[1, 0]])], never);
    // The last of them is not answered at all.
    calls[0]?.answer(["", "Vary more."]);
    await reflecting.settle();
    expect(pool.reflections.map(({ id, episode }) => [id, episode])).toEqual([["r1", "s0-1"]]);
    expect(told.map(({ reflection }) => reflection)).toEqual([undefined, "Vary more.", undefined]);
    expect(told[0]).not.toHaveProperty("reflection");
  });
});

describe("what the critic reads (switch reflectionSession)", () => {
  const incoming = sessionOf([], 0, 9);

  it("is the session that ended, and how", async () => {
    const { critic, calls } = heldCritic();
    const { reflecting } = reflectingWith({ critic });
    const one = ended(3, [[1, 0]], incoming);
    reflecting.submit([one], never);
    expect(calls[0]?.sessions).toEqual([{ session: one.result.session, ended: "turn-limit" }]);
  });

  it("is the logged history of the user who takes the slot, in the reference", async () => {
    const { critic, calls } = heldCritic();
    const { reflecting } = reflectingWith({ critic, reflectionSession: "incoming" });
    reflecting.submit([ended(3, [[1, 0]], incoming)], never);
    const [read] = calls[0]?.sessions ?? [];
    // The small world's user brings items 0 to 3 along, of which 0 and 2 were clicked.
    expect(read?.session).toMatchObject({
      number: 9,
      steps: [
        { items: [0, 1], feedback: [1, 0], reward: 0.5 },
        { items: [2, 3], feedback: [1, 0], reward: 0.5 },
      ],
    });
  });

  it("is the session that ended where nobody takes the slot, in the reference too", async () => {
    const { critic, calls } = heldCritic();
    const { reflecting } = reflectingWith({ critic, reflectionSession: "incoming" });
    reflecting.submit([ended(3, [[1, 0]])], never);
    expect(calls[0]?.sessions[0]?.session.number).toBe(3);
  });

  it("does not change whose episode and score it is", async () => {
    const { reflecting, pool } = reflectingWith({ critic: namingCritic, reflectionSession: "incoming" });
    reflecting.submit([ended(3, [[1, 1]], incoming)], never);
    await reflecting.settle();
    expect(pool.reflections).toMatchObject([{ text: "On 9.", episode: "s0-3", score: 1 }]);
  });
});

describe("what a session is measured against", () => {
  const entries = async (options: Partial<ReflectingOptions>) => {
    const { reflecting, pool } = reflectingWith({ critic: namingCritic, ...options });
    reflecting.submit([ended(0, [[1, 1]]), ended(1, [[1, 0]])], never);
    await reflecting.settle();
    return pool.reflections;
  };

  it("is what its user was expected to give, kept beside the score with the user and the visit", async () => {
    const [first, second] = await entries({});
    // Nobody has a history: the faded mean of both. The second session is of the same user, who gave more before.
    const line = (0.995 * 1 + 0.5) / 1.995;
    expect(first?.expected).toBeCloseTo(line, 12);
    expect(second?.expected).toBeCloseTo(line + (1 - line) / 1.25, 12);
    expect(first).toMatchObject({
      user: "u0",
      visit: [
        [0, 1, 1],
        [1, 1, 1],
      ],
    });
  });

  it.each([{ baseline: "none" }, { poolScore: "last-clicks" }] as const)("is nothing with %o", async (options) => {
    for (const { expected } of await entries(options)) expect(expected).toBeUndefined();
  });
});

describe("a reflection's score (switch poolScore)", () => {
  // Clicks of the last slates: 1, 0, 2; 1, 2. Bit 0 is the click, other feedback is none.
  const sessions = [
    ended(0, [
      [1, 1],
      [1, 0],
    ]),
    ended(1, [
      [1, 1],
      [2, 2],
    ]),
    ended(2, [
      [0, 0],
      [3, 1],
    ]),
    ended(3, [
      [1, 1],
      [1, 1],
      [0, 1],
    ]),
    ended(4, [[1, 3]]),
  ];
  const scored = async (poolScore: ReflectingOptions["poolScore"], ...groups: (readonly EndedSession[])[]) => {
    const { reflecting, pool } = reflectingWith({ critic: namingCritic, poolScore });
    for (const group of groups) reflecting.submit(group, never);
    await reflecting.settle();
    return pool.reflections.map(({ score }) => score);
  };

  it("is the session's cumulative reward", async () => {
    expect(await scored("cumulative-reward", sessions)).toEqual([1.5, 1, 1, 2.5, 1]);
  });

  it("is the clicks in the last slate of the last session in each group of three, in the reference", async () => {
    expect(await scored("last-clicks", sessions)).toEqual([2, 2, 2, 2, 2]);
    expect(await scored("last-clicks", sessions.slice(0, 4))).toEqual([2, 2, 2, 1]);
    expect(await scored("last-clicks", sessions.slice(0, 2))).toEqual([0, 0]);
  });

  it("groups what was asked for together, in the reference", async () => {
    expect(await scored("last-clicks", sessions.slice(0, 1), sessions.slice(1, 3))).toEqual([1, 2, 2]);
  });
});
