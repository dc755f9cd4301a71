import { expect, it } from "vitest";
import { loggedClickRate, SessionExpectation } from "../../../src/engine/critic/sessionExpectation.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";

const session = (user: string, clickRate: number, score: number) => ({ user, clickRate, score });

it("expects the mean of what ended together where users do not differ", () => {
  const expectation = new SessionExpectation();
  for (const expected of expectation.observe([session("a", 0.5, 4), session("b", 0.5, 8)])) {
    // The faded weights are 0.995 and 1.
    expect(expected).toBeCloseTo((0.995 * 4 + 8) / 1.995, 12);
  }
});

it("expects of a user what the user gave before, by a fifth of what the line says", () => {
  const expectation = new SessionExpectation();
  expectation.observe([session("generous", 0.5, 10), session("mean", 0.5, 2)]);
  const line = (0.995 * 10 + 2) / 1.995;
  const after = (0.995 ** 2 * 10 + 0.995 * 2 + 6) / (0.995 ** 2 + 0.995 + 1);
  const [again] = expectation.observe([session("generous", 0.5, 6)]);
  // One session, 10 - line above the line, weighs 1 / 1.25.
  expect(again).toBeCloseTo(after + (10 - line) / 1.25, 12);
});

it("follows the users' click rates in the log", () => {
  const expectation = new SessionExpectation();
  const rates = Array.from({ length: 200 }, (_, i) => i / 200);
  expectation.observe(rates.map((rate, i) => session(`u${i}`, rate, 2 + 10 * rate)));
  const [low = 0, high = 0] = expectation.observe([session("x", 0.2, 4), session("y", 0.8, 10)]);
  expect(low).toBeCloseTo(4, 1);
  expect(high).toBeCloseTo(10, 1);
});

it("takes the user out of the score: what is left tells of the plan", () => {
  const random = new RandomStream(1, "sessions");
  const generosity = Array.from({ length: 50 }, () => random.uniform());
  const expectation = new SessionExpectation();
  const rows = Array.from({ length: 40 }, () =>
    Array.from({ length: 10 }, () => {
      const user = Math.floor(random.uniform() * 50);
      const plan = random.normal();
      const given = generosity[user] as number;
      return { given, plan, ...session(`u${user}`, given + 0.1 * random.normal(), 5 + 10 * given + plan) };
    }),
  )
    .map((ended) => ({ ended, expected: expectation.observe(ended) }))
    .flatMap(({ ended, expected }) => ended.map((row, i) => ({ ...row, gain: row.score - (expected[i] as number) })))
    .slice(-200);
  const correlation = (of: (row: (typeof rows)[number]) => number, to: (row: (typeof rows)[number]) => number) => {
    const mean = (value: typeof of) => rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
    const covariance = (a: typeof of, b: typeof of) => mean((row) => (a(row) - mean(a)) * (b(row) - mean(b)));
    return covariance(of, to) / Math.sqrt(covariance(of, of) * covariance(to, to));
  };
  expect(
    correlation(
      (row) => row.score,
      (row) => row.given,
    ),
  ).toBeGreaterThan(0.9);
  expect(
    Math.abs(
      correlation(
        (row) => row.gain,
        (row) => row.given,
      ),
    ),
  ).toBeLessThan(0.2);
  expect(
    correlation(
      (row) => row.score,
      (row) => row.plan,
    ),
  ).toBeLessThan(0.5);
  expect(
    correlation(
      (row) => row.gain,
      (row) => row.plan,
    ),
  ).toBeGreaterThan(0.7);
});

it("goes on from a state that went through JSON", () => {
  const straight = new SessionExpectation();
  straight.observe([session("a", 0.3, 3), session("b", 0.6, 7), session("a", 0.3, 4)]);
  const resumed = new SessionExpectation();
  resumed.restore(JSON.parse(JSON.stringify(straight.state())));
  const next = [session("a", 0.3, 2), session("c", 0.9, 9)];
  expect(resumed.observe(next)).toEqual(straight.observe(next));
  expect(resumed.state()).toEqual(straight.state());
});

it("forgets the users who came first beyond 20,000", () => {
  const expectation = new SessionExpectation();
  expectation.observe(Array.from({ length: 20_001 }, (_, i) => session(`u${i}`, 0.5, 5)));
  const { users } = expectation.state();
  expect(users).toHaveLength(20_000);
  expect(users[0]?.[0]).toBe("u1");
});

it("reads a history without rows as a click rate of one half", () => {
  expect(loggedClickRate({ items: new Int32Array(), feedback: new Uint8Array() })).toBe(0.5);
  expect(loggedClickRate({ items: Int32Array.of(3, 4), feedback: Uint8Array.of(1, 3) })).toBe(0.75);
  // Another feedback is no click.
  expect(loggedClickRate({ items: Int32Array.of(3, 4), feedback: Uint8Array.of(1, 2) })).toBe(0.5);
});
