import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LogBuilder } from "../../../src/engine/data/logBuilder.ts";
import { expectLinear } from "../support/growth.ts";

interface Visit {
  readonly user: number;
  readonly item: number;
  readonly time: number;
  readonly feedback: number;
}

function logOf(rows: readonly Visit[]): LogBuilder {
  const log = new LogBuilder();
  for (const { user, item, time, feedback } of rows) log.add(user, item, time, feedback, 3);
  return log;
}

/** Every user's visits in order, and how many rows repeated another, by looking at each pair of rows. */
function naive(rows: readonly Visit[], users: number, hasTime: boolean) {
  const same = (a: Visit, b: Visit) =>
    a.user === b.user && a.item === b.item && a.time === b.time && a.feedback === b.feedback;
  const kept = hasTime ? rows.filter((row, i) => !rows.slice(0, i).some((earlier) => same(earlier, row))) : rows;
  const histories = Array.from({ length: users }, (_, user) => {
    const own = kept.filter((row) => row.user === user);
    return (hasTime ? own.toSorted((a, b) => a.time - b.time) : own).map(({ item, feedback }) => [item, feedback]);
  });
  return { histories, duplicates: rows.length - kept.length };
}

function built(rows: readonly Visit[], users: number, hasTime: boolean) {
  const { log, duplicates } = logOf(rows).build(users, hasTime);
  const histories = Array.from({ length: users }, (_, user) => {
    const [from, to] = [log.offsets[user] as number, log.offsets[user + 1] as number];
    return Array.from({ length: to - from }, (_, k) => [log.items[from + k], log.feedback[from + k]]);
  });
  return { histories, duplicates };
}

describe("the log by user and time", () => {
  const visits = (items: number, time: fc.Arbitrary<number>) =>
    fc.array(fc.record({ user: fc.nat(2), item: fc.nat(items), time, feedback: fc.nat(1) }), {
      maxLength: 400,
      size: "max",
    });
  const real = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

  it.each([
    ["few items at few times", visits(1, fc.integer({ min: -2, max: 2 }))],
    ["many items at one time", visits(150, fc.constant(7))],
    ["many times", visits(3, real)],
    ["two times by turns", visits(3, fc.constantFrom(2, 1))],
  ])("is what looking at every pair of rows gives: %s", (_, rows) => {
    fc.assert(
      fc.property(rows, fc.boolean(), (rows, hasTime) => {
        expect(built(rows, 4, hasTime)).toEqual(naive(rows, 4, hasTime));
      }),
      { seed: 16, numRuns: 40 },
    );
  });
});

describe("duplicates", () => {
  const atOnce = (rows: number): Visit[] =>
    Array.from({ length: rows }, (_, row) => ({ user: 0, item: row, time: 20_240_101, feedback: row & 1 }));

  it("are found in linear time, also among many rows of one user and one time", () => {
    expectLinear("rows of one moment", 7500, (length) => {
      const rows = atOnce(length);
      return () => expect(logOf(rows).build(1, true)).toMatchObject({ duplicates: 0 });
    });
    expectLinear("the same rows twice", 7500, (length) => {
      const rows = [...atOnce(length), ...atOnce(length).reverse()];
      return () => expect(logOf(rows).build(1, true)).toMatchObject({ duplicates: length });
    });
  });

  it("are found wherever they stand among the rows of one time", () => {
    const rows = atOnce(60_000);
    const others = rows.map((row, i) => ({ ...row, feedback: i % 2 === 0 ? row.feedback : 2 })).reverse();
    const { log, duplicates } = logOf([...rows, ...others]).build(1, true);
    expect(duplicates).toBe(30_000);
    expect(log.items).toHaveLength(90_000);
    expect([...log.items.subarray(0, 3), log.items[60_000]]).toEqual([0, 1, 2, 59_999]);
  });
});
