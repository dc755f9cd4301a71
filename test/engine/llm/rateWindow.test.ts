import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RateWindow } from "../../../src/engine/llm/rateWindow.ts";
import type { Clock } from "../../../src/engine/llm/types.ts";
import { systemClock } from "../../../src/engine/llm/waiting.ts";
import { answerAll, journalOf, never, request, rig, startServer } from "./modelServer.ts";

describe("a rate", () => {
  it("lets the limit through and then waits for the oldest to leave the minute", () => {
    const window = new RateWindow(2);
    for (const now of [0, 10_000]) {
      expect(window.wait(1, now)).toBe(0);
      window.spend(1, now);
    }
    expect(window.wait(1, 20_000)).toBe(40_000);
    expect(window.wait(1, 60_000)).toBe(0);
  });

  it("lets more than the limit through alone", () => {
    const window = new RateWindow(10);
    expect(window.wait(50, 0)).toBe(0);
    window.spend(50, 0);
    expect(window.wait(1, 1)).toBe(59_999);
  });

  it("counts what was really used once it is known", () => {
    const window = new RateWindow(100);
    const entry = window.spend(90, 0);
    expect(window.wait(50, 1)).toBe(59_999);
    entry.amount = 20;
    expect(window.wait(50, 1)).toBe(0);
  });

  it("is kept in every minute, whatever is asked for", () => {
    const amounts = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 30_000 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(amounts, (asked) => {
        const window = new RateWindow(10);
        const spent: [number, number][] = [];
        let now = 0;
        for (const [amount, pause] of asked) {
          now += pause + window.wait(amount, now + pause);
          expect(window.wait(amount, now)).toBe(0);
          window.spend(amount, now);
          spent.push([now, amount]);
          const lastMinute = spent.filter(([at]) => at > now - 60_000).reduce((sum, [, n]) => sum + n, 0);
          expect(lastMinute).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  it("holds requests back until they fit", async () => {
    const server = await startServer();
    answerAll(server, () => "ok");
    let now = 0;
    const waits: number[] = [];
    const clock: Clock = {
      now: () => now,
      sleep: (ms, signal) => {
        // The alarm of a request's timeout sleeps too; it must not move the time.
        if (ms === 3_000_000) return systemClock.sleep(ms, signal);
        waits.push(ms);
        now += ms;
        return Promise.resolve();
      },
    };
    const limits = { requestsPerMinute: 2, timeoutSeconds: 3000 };
    const { scheduler } = rig(`${server.url}/v1`, limits, { clock });
    for (const text of ["a", "b", "c"]) await scheduler.complete(request(text), never);
    expect(waits).toEqual([60_000]);
    expect(journalOf(server)).toHaveLength(3);
    await server.stop();
  });
});
