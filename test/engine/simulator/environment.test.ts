import { describe, expect, it } from "vitest";
import { RandomStream, uniformAt } from "../../../src/engine/math/random.ts";
import { Environment, type StepResult } from "../../../src/engine/simulator/environment.ts";
import { MatrixResponseModel } from "../../../src/engine/simulator/matrix.ts";
import type { Session } from "../../../src/engine/simulator/session.ts";
import { evaluationSessions, ListedSessions, UserSampler } from "../../../src/engine/simulator/sessionSource.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { latentDataset, latentEnvironment, latentModel, quitRule, toyDataset } from "./toy.ts";

const K = 6;

/** A slate that depends on its session alone. */
function slateFor(session: Session, salt = 0): number[] {
  const random = new RandomStream(salt, session.key, session.steps.length);
  const slate = new Set<number>();
  while (slate.size < K) slate.add(random.integer(latentDataset().items));
  return [...slate];
}

const serve = (environment: Environment, salt = 0): readonly StepResult[] =>
  environment.step(Int32Array.from(environment.sessions.flatMap((session) => slateFor(session, salt))));

/** What a session is, apart from the slot it ran in. */
const content = ({ slot: _, ...session }: Session) => structuredClone(session);

describe("an environment", () => {
  it("starts every user with the end of the logged history", () => {
    const environment = latentEnvironment({ users: 5, more: { historyLength: 3 } });
    const { log } = latentDataset();
    for (const session of environment.reset()) {
      const end = log.offsets[session.user + 1] as number;
      const start = Math.max(log.offsets[session.user] as number, end - 3);
      expect([...session.history.items]).toEqual([...log.items.subarray(start, end)]);
      expect(session.steps).toEqual([]);
    }
  });

  it("records what it served, rewards the share of clicks, and draws each click from its own uniform", () => {
    const environment = latentEnvironment({ users: 4 });
    const model = latentModel(1);
    const [first] = environment.reset();
    if (!first) throw new Error("no session");
    model.open(0, first.user, first.history);
    for (let t = 0; t < 5; t++) {
      const slate = Int32Array.from(slateFor(first));
      const probabilities = new Float32Array(K * 3);
      model.predict([0], slate, probabilities);
      serve(environment);
      const step = first.steps[t];
      if (!step) throw new Error("no step");
      expect(step.items).toEqual([...slate]);
      const { dim, values } = model.itemEncodings;
      const cosine = (a: number, b: number): number =>
        Array.from({ length: dim }, (_, d) => (values[a * dim + d] ?? 0) * (values[b * dim + d] ?? 0)).reduce(
          (x, y) => x + y,
        );
      for (let i = 0; i < K; i++) {
        const item = slate[i] ?? 0;
        const correlation = [...slate].reduce((sum, other) => sum + cosine(item, other), 0) / K;
        const p = Math.min(1, Math.max(0, (probabilities[i * 3] ?? 0) - 0.2 * correlation));
        expect(step.probabilities[i]).toBeCloseTo(p, 6);
        expect((step.feedback[i] ?? 0) & 1).toBe(uniformAt(first.key, t, i * 3) < p ? 1 : 0);
      }
      expect(step.reward).toBeCloseTo(step.feedback.filter((bits) => bits & 1).length / K, 12);
      model.append([0], slate);
    }
  });

  it("tells the expected reward of what it served: the mean chance of the rewarded feedback", () => {
    const environment = latentEnvironment({ users: 4 });
    environment.reset();
    const [result] = serve(environment);
    const chances = result?.session.steps[0]?.probabilities ?? [];
    expect(chances.length).toBeGreaterThan(1);
    expect(result?.expectedReward).toBeCloseTo(chances.reduce((sum, p) => sum + p, 0) / chances.length, 6);
  });

  it("replaces a leaver in the same call and keeps the leaver's own session", () => {
    const environment = latentEnvironment({ users: 3, quit: quitRule({ rule: "temper", initialTemper: 3 }) });
    const started = environment.reset();
    const patience: number[] = [];
    for (let t = 0; t < 3; t++) {
      const results = serve(environment);
      for (const [slot, result] of results.entries()) {
        const leaver = started[slot];
        expect(result.session).toBe(leaver ?? null);
        expect(result.session.steps).toHaveLength(t + 1);
        expect(result.reward).toBe(result.session.steps[t]?.reward);
        if (!result.finished) {
          expect(result.next).toBe(result.session);
          continue;
        }
        // The reflection is written on what is in `finished`: it must be the session that ended, whole.
        expect(result.finished).toEqual({ session: leaver, ended: "quit" });
        expect(result).toMatchObject({ terminated: true, truncated: false });
        expect(result.next).not.toBe(leaver);
        expect(result.next).toMatchObject({ slot, number: 1, steps: [] });
        expect(environment.sessions[slot]).toBe(result.next);
        patience.push(result.session.steps.at(-1)?.patience ?? Number.NaN);
      }
      if (patience.length > 0) break;
    }
    expect(patience.length).toBeGreaterThan(0);
    for (const left of patience) expect(left).toBeLessThan(1);
  });

  it("truncates at a turn limit", () => {
    const environment = latentEnvironment({
      users: 2,
      quit: quitRule({ rule: "window", window: 1, maxRepeats: 100, maxTurns: 4 }),
    });
    environment.reset();
    const all = Array.from({ length: 4 }, () => serve(environment));
    expect(
      all
        .slice(0, 3)
        .flat()
        .some((result) => result.finished),
    ).toBe(false);
    for (const result of all[3] ?? []) {
      expect(result).toMatchObject({ terminated: false, truncated: true, finished: { ended: "turn-limit" } });
    }
  });

  it("is for N users what N environments of one user are", () => {
    const together = latentEnvironment({ users: 4 });
    const apart = Array.from({ length: 4 }, (_, slot) => latentEnvironment({ users: 1, firstSlot: slot }));
    expect(together.reset().map(content)).toEqual(apart.flatMap((one) => one.reset().map(content)));
    for (let t = 0; t < 45; t++) {
      const many = serve(together);
      const single = apart.flatMap((one) => serve(one));
      expect(many.map(({ reward }) => reward)).toEqual(single.map(({ reward }) => reward));
      expect(many.map((r) => content(r.next ?? r.session))).toEqual(single.map((r) => content(r.next ?? r.session)));
    }
  });

  it("meets every policy with the same users and click uniforms", () => {
    const list = evaluationSessions(new UserSampler(latentDataset(), "users"), 11, 9);
    const run = (slots: number, salt: (step: number) => number): Map<number, Session> => {
      const environment = latentEnvironment({ users: slots, sessions: new ListedSessions(list) });
      const finished = new Map<number, Session>();
      environment.reset();
      while (environment.sessions.length > 0) {
        const slates = environment.sessions.flatMap((session) => slateFor(session, salt(session.steps.length)));
        for (const result of environment.step(Int32Array.from(slates))) {
          if (result.finished) finished.set(result.session.number, result.session);
        }
      }
      return finished;
    };
    const first = run(4, () => 0);
    expect([...first.keys()].sort((a, b) => a - b)).toEqual(list.map(({ number }) => number));
    for (const { number, user, key } of list) expect(first.get(number)).toMatchObject({ user, key });
    // Nothing depends on how many run side by side, and idle slots serve nobody.
    for (const [number, session] of run(20, () => 0))
      expect(content(session)).toEqual(content(first.get(number) as Session));
    // A policy that differs from the third step on meets the same clicks until then.
    for (const [number, session] of run(4, (step) => (step < 2 ? 0 : 1))) {
      expect(session.steps.slice(0, 2)).toEqual(first.get(number)?.steps.slice(0, 2));
      expect(session.steps[2]?.items).not.toEqual(first.get(number)?.steps[2]?.items);
    }
  });

  it("goes on bit for bit from a state that went through JSON", () => {
    const straight = latentEnvironment({ users: 3 });
    straight.reset();
    for (let t = 0; t < 17; t++) serve(straight);
    const resumed = latentEnvironment({ users: 3 });
    resumed.restore(JSON.parse(JSON.stringify(straight.state())));
    expect(resumed.sessions.map(content)).toEqual(straight.sessions.map(content));
    for (let t = 0; t < 25; t++) {
      const [expected, actual] = [serve(straight), serve(resumed)];
      expect(actual.map((r) => content(r.session))).toEqual(expected.map((r) => content(r.session)));
    }
    expect(resumed.state()).toEqual(straight.state());
  });

  it("restores idle slots", () => {
    const list = evaluationSessions(new UserSampler(latentDataset(), "users"), 1, 1);
    const environment = latentEnvironment({ users: 2, sessions: new ListedSessions(list) });
    environment.reset();
    serve(environment);
    const resumed = latentEnvironment({ users: 2, sessions: new ListedSessions(list) });
    resumed.restore(JSON.parse(JSON.stringify(environment.state())));
    expect(resumed.sessions.map(content)).toEqual(environment.sessions.map(content));
    expect(resumed.sessions).toHaveLength(1);
  });

  it("takes a changed quit rule at the next step and keeps the temper of running sessions", () => {
    const environment = latentEnvironment({ users: 2 });
    environment.reset();
    for (let t = 0; t < 3; t++) serve(environment);
    const before = environment.sessions.map((session) => session.steps.at(-1)?.patience ?? 0);
    environment.quitRule = quitRule({ rule: "temper", initialTemper: 5, stepCost: 2, repeatCost: 0 });
    const after = serve(environment).map(({ session }) => session.steps.at(-1)?.patience);
    expect(after).toEqual(before.map((temper) => temper - 2));
  });

  it("makes the correlation inert for the reference", () => {
    const dataset = toyDataset([[0], [0]], [[[0, 1]]]);
    const matrix = { bits: Uint8Array.of(0b11) };
    const { simulator } = experimentSchema.parse({ simulator: { users: 1, slateSize: 2 } });
    const probabilities = (["cosine", "inert"] as const).map((correlation) => {
      const environment = new Environment({
        dataset,
        responseModel: new MatrixResponseModel(dataset, matrix, 1),
        sessions: new ListedSessions([{ number: 0, user: 0, key: 1 }]),
        config: simulator,
        correlation,
      });
      environment.reset();
      return environment.step(Int32Array.of(0, 1))[0]?.session.steps[0]?.probabilities;
    });
    // Both items have the same audience and category: mean cosine 1.
    expect(probabilities[0]?.[0]).toBeCloseTo(0.8, 6);
    expect(probabilities[1]?.[0]).toBeCloseTo(1 - 0.2 / 64, 6);
  });

  it("refuses slates that no policy may serve", () => {
    const environment = latentEnvironment({ users: 1 });
    environment.reset();
    expect(() => environment.step(Int32Array.of(1, 2, 3))).toThrow("3 items for 1 slates of 6");
    expect(() => environment.step(Int32Array.of(0, 1, 2, 3, 4, 240))).toThrow("item 240");
    expect(() => environment.step(Int32Array.of(0, 1, 2, 3, 4, 0))).toThrow("item 0 twice");
  });
});
