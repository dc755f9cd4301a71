import { describe, expect, it } from "vitest";
import { InFlight } from "../../../src/engine/llm/inFlight.ts";

const TIMEOUT = 60_000;

/** So many rounds of a server that is kept busy: every request it may have is answered after `silenceMs` of silence. */
function rounds(flight: InFlight, count: number, silenceMs: (together: number) => number): number[] {
  const limits: number[] = [];
  for (let round = 0; round < count; round++) {
    const together = flight.limit;
    const sent = Array.from({ length: together }, () => flight.begin());
    for (const withIt of sent) {
      flight.answered(withIt, silenceMs(together));
      flight.end();
    }
    limits.push(flight.limit);
  }
  return limits;
}

const quick = () => 100;

describe("requests in flight", () => {
  it.each([
    ["after a failure, with two at most", 2, 1],
    ["after a failure", 16, 1],
    ["after two failures in a row", 16, 2],
  ])("become many again %s", (_, most, failures) => {
    const flight = new InFlight({ most, timeoutMs: TIMEOUT });
    rounds(flight, 20, quick);
    expect(flight.limit).toBe(most);
    for (let n = 0; n < failures; n++) flight.failed();
    expect(flight.limit).toBe(1);
    rounds(flight, 200, quick);
    expect(flight.limit).toBe(most);
  });

  it("become many again after one answer that took nearly the whole time-out", () => {
    const flight = new InFlight({ most: 16, timeoutMs: TIMEOUT });
    rounds(flight, 1, () => 50_000);
    rounds(flight, 200, quick);
    expect(flight.limit).toBe(16);
  });

  it("are as many as the server has slots, at once", () => {
    const flight = new InFlight({ most: 64, timeoutMs: TIMEOUT });
    rounds(flight, 1, quick);
    flight.setSlots(12);
    expect(flight.limit).toBe(12);
    expect(Math.max(...rounds(flight, 50, quick))).toBe(12);
  });

  it("stay below the slots of a server that does not keep up with them", () => {
    const flight = new InFlight({ most: 64, timeoutMs: TIMEOUT });
    rounds(flight, 1, () => 5000);
    flight.setSlots(16);
    flight.failed();
    const limits = rounds(flight, 50, (together) => 5000 * together);
    expect(Math.max(...limits)).toBeLessThan(10);
    expect(limits.at(-1)).toBeGreaterThanOrEqual(4);
  });
});
