import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ReplayProvider } from "../../../src/engine/llm/providers/replay.ts";
import type { CallRow } from "../../../src/engine/llm/types.ts";
import { base, server } from "./eachTestServer.ts";
import { answerAll, journalOf, never, request, rig } from "./modelServer.ts";

describe("a budget", () => {
  it("of calls pauses with the amount and goes on when it is raised", async () => {
    answerAll(server, () => "ok");
    const { scheduler, blocked, resume, budget } = rig(base, { maxCalls: 3 });
    const answers = Promise.all([1, 2, 3, 4, 5].map((i) => scheduler.complete(request(`${i}`), never)));
    expect(await blocked(1)).toMatchObject({ kind: "budget", limit: "calls", used: 3, allowed: 3 });
    expect((await blocked(1)).message).toContain("3 of 3 calls");
    expect(journalOf(server)).toHaveLength(3);
    budget.limits = { ...budget.limits, maxCalls: 5 };
    resume();
    expect(await answers).toHaveLength(5);
    expect(journalOf(server)).toHaveLength(5);
  });

  it("of tokens and of money is never exceeded by requests on their way", async () => {
    server.on({ endpoint: "chat" }, async () => {
      await sleep(5);
      return { content: "ok", usage: { prompt_tokens: 10, completion_tokens: 10 } };
    });
    const tokens = rig(base, { maxTokens: 100 });
    const stop = new AbortController();
    const some = [1, 2, 3, 4, 5, 6, 7].map((i) =>
      tokens.scheduler.complete(request(`${i}`, { maxTokens: 19 }), stop.signal),
    );
    const settled = Promise.allSettled(some);
    expect(await tokens.blocked(1)).toMatchObject({ limit: "tokens", used: 100, allowed: 100 });
    stop.abort(new Error("end"));
    await settled;

    const prices = { "test-model": { input: 0, output: 1000 } };
    const money = rig(base, { maxCost: 0.025, prices });
    const more = Promise.allSettled(
      [1, 2, 3].map((i) => money.scheduler.complete(request(`m${i}`, { maxTokens: 10 }), never)),
    );
    const reached = await money.blocked(1);
    expect(reached).toMatchObject({ kind: "budget", limit: "cost", allowed: 0.025 });
    expect(money.budget.spending).toMatchObject({ calls: 2, tokens: 40 });
    expect(money.budget.spending.cost).toBeCloseTo(0.02, 10);
    money.budget.limits = { ...money.budget.limits, maxCost: 1 };
    money.resume();
    await more;
  });

  it("counts a call once whose row found no room on the disk", async () => {
    answerAll(server, () => "ok");
    const recorded = ({ id, attempts }: CallRow): void => {
      if (id === "planner-1" || attempts === 0) throw new Error("full");
    };
    const { scheduler, rows } = rig(base, {}, { recorded });
    await expect(scheduler.complete(request("1"), never)).rejects.toThrow("full");
    expect(rows).toMatchObject([{ attempts: 1, reply: "ok" }]);
    // The second of equal requests in flight shares the first one's answer.
    const both = await Promise.allSettled([1, 2].map(() => scheduler.complete(request("2"), never)));
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(rows.slice(1)).toMatchObject([
      { attempts: 1, reply: "ok" },
      { attempts: 0, reply: "ok" },
    ]);
    const replayed = rig(new ReplayProvider(rows, "llm.jsonl"), {}, { recorded });
    await expect(replayed.scheduler.complete(request("1"), never)).rejects.toThrow("full");
    expect(replayed.rows).toMatchObject([{ attempts: 0, reply: "ok" }]);
  });

  it("of money without a price is an input error", async () => {
    const { scheduler } = rig(base, { maxCost: 1 });
    await expect(scheduler.complete(request("a"), never)).rejects.toMatchObject({ code: "models.price-missing" });
  });

  it("survives a checkpoint", () => {
    const { budget } = rig(base, { maxCalls: 2 });
    budget.restore({ calls: 2, tokens: 9, cost: 0.5 });
    expect(budget.reached({ calls: 1, tokens: 0, cost: 0 })).toMatchObject({ limit: "calls", used: 2 });
    expect(JSON.parse(JSON.stringify(budget.spending))).toEqual({ calls: 2, tokens: 9, cost: 0.5 });
  });
});
