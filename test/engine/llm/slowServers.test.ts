import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Clock, ModelRequest, Provider, ProviderReply } from "../../../src/engine/llm/types.ts";
import { systemClock } from "../../../src/engine/llm/waiting.ts";
import { base, remount, server } from "./eachTestServer.ts";
import { attemptsOf, hurried, never, request, rig } from "./modelServer.ts";
import { VirtualTime } from "./virtualTime.ts";

/** Slow enough for a busy machine to keep step. */
const FASTER = 20;
const faster: Clock = {
  now: () => systemClock.now() * FASTER,
  sleep: (ms, signal) => systemClock.sleep(ms / FASTER, signal),
};

const PLANS = 64;
const SLOTS = 4;
/** Seconds an answer takes in a slot of its own, and how long its server may be silent: as in the report it was seen in. */
const ANSWER = 15;
const TIMEOUT = 60;

/** Works on four questions at once; the others wait in line. */
class FourSlots implements Provider {
  readonly kind = "openai";
  readonly baseUrl = "http://slots/v1";
  abandoned = 0;
  private busy = 0;
  private readonly line: (() => void)[] = [];

  constructor(
    private readonly time: VirtualTime,
    /** How much longer an answer takes for each other that is worked on with it. */
    private readonly sharing = 0,
  ) {}

  async send({ model }: ModelRequest, signal: AbortSignal): Promise<ProviderReply> {
    try {
      while (this.busy >= SLOTS) await this.turn(signal);
      this.busy++;
      try {
        await this.time.sleep(ANSWER * 1000 * (1 + this.sharing * (this.busy - 1)), signal);
      } finally {
        this.busy--;
        this.line.shift()?.();
      }
      return { text: "ok", finish: "stop", model, usage: { inputTokens: 10, outputTokens: 5 } };
    } catch (error) {
      this.abandoned++;
      throw error;
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.line.push(resolve);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
}

/** Seconds for all plans with a fixed number in flight, and no limit of time. */
async function fixed(concurrency: number, sharing: number): Promise<number> {
  const time = new VirtualTime();
  const slots = new FourSlots(time, sharing);
  let left = PLANS;
  const worker = async () => {
    while (left-- > 0) await slots.send(request("x"), never);
  };
  await time.until(Promise.all(Array.from({ length: concurrency }, worker)));
  return time.now() / 1000;
}

async function adaptive(sharing: number) {
  const time = new VirtualTime();
  const slots = new FourSlots(time, sharing);
  const { scheduler, rows, blocks } = rig(slots, { timeoutSeconds: TIMEOUT, concurrency: 16 }, { clock: time });
  const answers = Array.from({ length: PLANS }, (_, i) => scheduler.complete(request(`${i}`), never));
  await time.until(Promise.all(answers));
  return { seconds: time.now() / 1000, attempts: attemptsOf(rows), abandoned: slots.abandoned, blocks };
}

describe("a server with four slots that takes a quarter of the time-out for an answer", () => {
  it.each([
    ["works on each as fast as on one", 0],
    ["is slowed by each", 0.2],
  ])("%s: 64 plans without one time-out, at 90 %% of the best fixed number in flight", async (_, sharing) => {
    const times = await Promise.all([1, 2, 4, 8, 16].map((concurrency) => fixed(concurrency, sharing)));
    const best = Math.min(...times);
    const { seconds, attempts, abandoned, blocks } = await adaptive(sharing);
    console.log(`64 plans: ${seconds} s; with 1, 2, 4, 8 and 16 in flight ${times.join(", ")} s`);
    expect(blocks).toEqual([]);
    expect(abandoned).toBe(0);
    expect(attempts).toBe(PLANS);
    expect(best / seconds).toBeGreaterThanOrEqual(0.9);
  });

  it("is asked no more at once than it has slots, where it says how many", async () => {
    const time = new VirtualTime();
    const slots = new FourSlots(time);
    let most = 0;
    let inFlight = 0;
    const counting: Provider = {
      kind: "openai",
      baseUrl: slots.baseUrl,
      slots: async () => SLOTS,
      send: async (asked, signal) => {
        most = Math.max(most, ++inFlight);
        return slots.send(asked, signal).finally(() => inFlight--);
      },
    };
    const { scheduler } = rig(counting, { timeoutSeconds: TIMEOUT }, { clock: time });
    await time.until(Promise.all(Array.from({ length: PLANS }, (_, i) => scheduler.complete(request(`${i}`), never))));
    expect(most).toBe(SLOTS);
  });
});

describe("a server that writes slowly", () => {
  const event = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

  it("a token each 2 s for 90 s, is waited for", async () => {
    remount({
      async handleRequest(req, res) {
        for await (const _ of req);
        res.writeHead(200, { "content-type": "text/event-stream" });
        for (let i = 0; i < 45; i++) {
          await sleep(2000 / FASTER);
          res.write(event({ content: `${i} ` }));
        }
        res.end(`${event({}, "stop")}data: [DONE]\n\n`);
        return true;
      },
    });
    const { scheduler } = rig(base, { timeoutSeconds: 60 }, { clock: faster });
    const reply = await scheduler.complete(request("a"), never);
    expect(reply.attempts).toBe(1);
    expect(reply.text.trim().split(" ")).toHaveLength(45);
    expect(reply.latencyMs).toBeGreaterThan(60_000);
  });

  it("and falls silent, is given up, told at the server, and asked again", async () => {
    let asked = 0;
    let ended = 0;
    remount({
      async handleRequest(req, res) {
        for await (const _ of req);
        res.once("close", () => {
          if (!res.writableEnded) ended++;
        });
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write(event({ content: "first " }));
        if (++asked > 1) res.end(`${event({}, "stop")}data: [DONE]\n\n`);
        return true;
      },
    });
    const { scheduler, rows } = rig(base, { timeoutSeconds: 60 }, { clock: hurried });
    const reply = await scheduler.complete(request("a", { maxTokens: 30 }), never);
    expect(reply).toMatchObject({ text: "first ", attempts: 2 });
    await expect.poll(() => ended).toBe(1);
    // What the silent one may have cost is counted.
    expect(rows[0]?.tokensOut).toBeGreaterThanOrEqual(30);
  });

  it("is not called silent while it writes", async () => {
    let writing = true;
    remount({
      async handleRequest(req, res) {
        for await (const _ of req);
        res.writeHead(200, { "content-type": "text/event-stream" });
        while (writing) {
          res.write(event({ content: "word " }));
          await sleep(50);
        }
        res.end(`${event({}, "stop")}data: [DONE]\n\n`);
        return true;
      },
    });
    const { scheduler } = rig(base, { timeoutSeconds: 60 });
    const answer = scheduler.complete(request("a"), never);
    await sleep(1500);
    expect(scheduler.activity.inFlight).toBe(1);
    expect(scheduler.activity.silentMs).toBeLessThan(1000);
    writing = false;
    await answer;
  });

  it("is told apart from one that says nothing at all to a stop", async () => {
    server.mount("/hangs/v1", {
      async handleRequest(req) {
        for await (const _ of req);
        return true;
      },
    });
    const { scheduler } = rig(`${server.url}/hangs/v1`);
    const stop = new AbortController();
    const answer = scheduler.complete(request("a"), stop.signal);
    await sleep(50);
    expect(scheduler.activity).toMatchObject({ inFlight: 1, waiting: 0, limit: 1 });
    expect(scheduler.activity.silentMs).toBeGreaterThan(0);
    stop.abort(new Error("stopped"));
    await expect(answer).rejects.toThrow("stopped");
    expect(scheduler.activity).toMatchObject({ inFlight: 0, silentMs: 0 });
  });
});
