/** A model of little use must not be replaced by its stand-in in silence (docs/models.md, section 'when replies are of no use'). */
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ReplyWatch, unusable } from "../../../src/engine/llm/replyWatch.ts";
import type { ModelRequest } from "../../../src/engine/llm/types.ts";

const good = { plan: [1, 2] };
const bad = unusable("it holds no JSON list of categories", "I would rather\nnot.");

/** Questions asked one after the other, until one is not answered. */
function asking({ share = 0.2, role = "planner" as ModelRequest["role"] } = {}) {
  const settings = { share };
  const pauses: string[] = [];
  let resume: () => void = () => undefined;
  const watch = new ReplyWatch({
    role,
    share: () => settings.share,
    pause: (reason) => {
      pauses.push(reason);
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
  });
  const stop = new AbortController();
  let asked = 0;
  const judge = (answer: object) =>
    watch.judge(async () => {
      asked++;
      return answer;
    }, stop.signal);
  return {
    settings,
    pauses,
    stop,
    judge,
    watch,
    resume: () => resume(),
    asked: () => asked,
    /** @returns how many of the answers came through before something waited */
    series: async (...answers: readonly object[]): Promise<number> => {
      for (const [i, answer] of answers.entries()) {
        let through = false;
        void judge(answer)
          .then(() => {
            through = true;
          })
          .catch(() => undefined);
        await turn();
        if (!through) return i;
      }
      return answers.length;
    },
  };
}

const times = (n: number, answer: object): object[] => Array.from({ length: n }, () => answer);

describe("replies of no use", () => {
  it("pause after the tenth where none of the first was of use, and say what came back and what to do", async () => {
    const { series, pauses } = asking();
    expect(await series(...times(30, bad))).toBe(9);
    expect(pauses).toHaveLength(1);
    for (const said of [
      "None of the first 10 plans",
      "planner",
      "it holds no JSON list of categories",
      '"I would rather not."',
      "models.unusableShare",
      "resume",
    ])
      expect(pauses[0]).toContain(said);
  });

  it("are told of the critic as of the planner", async () => {
    const { series, pauses } = asking({ role: "critic" });
    expect(await series(...times(30, unusable("it is empty", "")))).toBe(9);
    expect(pauses[0]).toMatch(/None of the first 10 reflections .*critic.*it is empty/);
    expect(pauses[0]).not.toContain("It answered");
  });

  it("pause above a fifth of the last fifty, not at a fifth", async () => {
    const { series, pauses } = asking();
    expect(await series(good, ...times(10, bad))).toBe(11);
    expect(pauses).toEqual([]);
    expect(await series(bad)).toBe(0);
    expect(pauses[0]).toMatch(/^11 of the last 12 plans/);
  });

  it("are forgotten fifty replies later", async () => {
    const { series, pauses } = asking();
    const tenInFifty = [...times(10, bad), ...times(40, good)];
    expect(await series(good, ...tenInFifty, ...tenInFifty, ...tenInFifty)).toBe(151);
    expect(pauses).toEqual([]);
  });

  it.each([
    [0, 1],
    [0.1, 6],
    [0.5, 26],
  ])("pause above a share of %f at the reply that exceeds it", async (share, nth) => {
    const { series } = asking({ share });
    expect(await series(...times(49, good), ...times(40, bad))).toBe(49 + nth - 1);
  });

  it("never pause at a share of 1", async () => {
    const { series, pauses } = asking({ share: 1 });
    expect(await series(...times(200, bad))).toBe(200);
    expect(pauses).toEqual([]);
  });

  it("obey a share that is changed while the run goes on", async () => {
    const { series, settings, pauses } = asking({ share: 1 });
    await series(...times(60, bad));
    settings.share = 0.5;
    expect(await series(bad)).toBe(0);
    expect(pauses).toHaveLength(1);
  });

  it("begin to count anew when somebody goes on", async () => {
    const { series, resume, pauses } = asking();
    await series(...times(10, bad));
    resume();
    await turn();
    expect(await series(...times(10, bad))).toBe(9);
    expect(pauses).toHaveLength(2);
  });

  it("leave at most ten questions asked, however many wait, until one was of use", async () => {
    const { judge, asked, pauses, stop } = asking();
    const all = Promise.allSettled(times(64, bad).map(judge));
    for (let i = 0; i < 5; i++) await turn();
    expect(asked()).toBe(10);
    expect(pauses).toHaveLength(1);
    stop.abort(new Error("stopped"));
    const ends = await all;
    expect(ends.filter(({ status }) => status === "rejected").length).toBeGreaterThanOrEqual(55);
  });

  it("leave none to be asked after the end, however late it comes", async () => {
    const pause = () => Promise.reject(new Error("the run ended"));
    const watch = new ReplyWatch({ role: "planner", share: () => 0.2, pause });
    const { signal } = new AbortController();
    let asked = 0;
    const judge = () =>
      watch.judge(async () => {
        asked++;
        return bad;
      }, signal);
    const ends = await Promise.allSettled(times(12, bad).map(judge));
    await turn();
    await expect(judge()).rejects.toThrow("the run ended");
    expect(asked).toBe(10);
    expect(ends.filter(({ status }) => status === "rejected")).toHaveLength(3);
  });

  it("let everybody ask as soon as one was of use", async () => {
    const { judge, asked } = asking();
    await Promise.all(times(64, good).map(judge));
    expect(asked()).toBe(64);
  });

  it("are not what a question counts as that failed otherwise", async () => {
    const { watch, pauses, stop } = asking();
    const fails = () => watch.judge(() => Promise.reject(new Error("no server")), stop.signal);
    for (let i = 0; i < 30; i++) await expect(fails()).rejects.toThrow("no server");
    expect(pauses).toEqual([]);
  });
});

describe("a long reply", () => {
  it("is kept as one short line", () => {
    const { reply } = unusable("c", `first\n\n${"x".repeat(5000)}`);
    expect(reply).toMatch(/^first x+…$/);
    expect(reply.length).toBeLessThanOrEqual(160);
  });
});
