import { describe, expect, it } from "vitest";
import {
  beginOf,
  behind,
  firstRow,
  isBefore,
  readFrom,
  standingOf,
  unread,
} from "../../../src/protocol/run/rowCursor.ts";
import type { MetricRow, TimelineEvent } from "../../../src/protocol/run.ts";

const metrics = (count: number): MetricRow[] =>
  Array.from({ length: count }, (_, row) => ({ iteration: row, userSteps: row, values: {} }));
const events = (count: number): TimelineEvent[] =>
  Array.from({ length: count }, (_, row) => ({ type: "started", iteration: row, userSteps: row }));
const at = (metrics: number, timing: number, events: number) => ({ metrics, timing, events });

/** Metric rows `from`..`to`, one timing row each, and the events 2..3. */
const batch = (from: number, to: number) => ({
  metrics: metrics(to - from),
  timing: metrics(to - from),
  events: events(1),
  cursor: at(to, to, 3),
});

describe("a row cursor", () => {
  it("moves on by the rows of each kind", () => {
    expect(behind(at(10, 20, 30), { metrics: metrics(3), timing: [], events: events(1) })).toEqual(at(13, 20, 31));
    expect(behind(firstRow, { metrics: [], timing: [], events: [] })).toEqual(firstRow);
  });

  it("of a batch lies that many rows behind its beginning", () => {
    expect(beginOf(batch(4, 9))).toEqual(at(4, 4, 2));
    expect(beginOf({ metrics: [], timing: [], events: [], cursor: at(5, 6, 7) })).toEqual(at(5, 6, 7));
  });

  it("of one who has read nothing reads from the first row on", () => {
    expect(readFrom(unread)).toEqual(firstRow);
    expect(readFrom(at(3, -1, 0))).toEqual(at(3, 0, 0));
  });

  it("is before another where it is in any kind", () => {
    expect(isBefore(at(1, 5, 5), at(2, 0, 0))).toBe(true);
    expect(isBefore(at(2, 2, 0), at(2, 2, 1))).toBe(true);
    expect(isBefore(at(2, 2, 1), at(2, 2, 1))).toBe(false);
    expect(isBefore(firstRow, unread)).toBe(false);
  });
});

describe("a batch", () => {
  it.each([
    ["that begins where the rows end is the next one", at(4, 4, 2), "next"],
    ["whose rows are all there is held already", at(9, 9, 3), "held"],
    ["that lies further back is held as well", at(12, 12, 5), "held"],
    ["of which some rows are there overlaps", at(7, 7, 3), "overlap"],
    ["of which one kind is there and another is not overlaps", at(9, 8, 3), "overlap"],
    ["that begins early in one kind and late in another overlaps", at(5, 3, 2), "overlap"],
    ["before which rows are missing leaves a gap", at(3, 4, 2), "gap"],
    ["before which events are missing leaves a gap", at(4, 4, 1), "gap"],
  ] as const)("%s", (_, reached, standing) => {
    expect(standingOf(reached, batch(4, 9))).toBe(standing);
  });

  it("without rows follows on where it ends, and tells of a gap elsewhere", () => {
    const empty = { metrics: [], timing: [], events: [], cursor: at(4, 4, 2) };
    expect(standingOf(at(4, 4, 2), empty)).toBe("next");
    expect(standingOf(at(3, 4, 2), empty)).toBe("gap");
    expect(standingOf(at(5, 4, 2), empty)).toBe("held");
  });
});
