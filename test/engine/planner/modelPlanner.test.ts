import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatCompletionRequest, LLMock } from "@copilotkit/aimock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ReplayProvider } from "../../../src/engine/llm/providers/replay.ts";
import { ModelPlanner, type ModelPlannerOptions } from "../../../src/engine/planner/modelPlanner.ts";
import type { Planner, PlanRequest } from "../../../src/engine/planner/planner.ts";
import { plannerKnowledge } from "../../../src/engine/planner/plannerContext.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import {
  attemptsOf,
  completion,
  hurried,
  journalOf,
  json,
  never,
  onlooker,
  type Rig,
  rig,
  scriptedMount,
  startServer,
} from "../llm/modelServer.ts";
import { sessionOf, smallDataset, smallExperiment, step } from "../simulator/smallWorld.ts";

const promptText = readFileSync(new URL("../../../examples/quickstart/planner.lerl.md", import.meta.url), "utf8");
const prompt = parsePrompt("planner.lerl.md", promptText);
const knowledge = plannerKnowledge(smallDataset(), smallExperiment());

/** Plans the categories of the request's slot; keeps count, as a planner with a state does. */
class CountingPlanner implements Planner {
  plans = 0;
  async plan(requests: Parameters<Planner["plan"]>[0]) {
    return requests.map(
      () => ({ categories: [this.plans++, 3], source: "offline", unknownIds: 0, invalidReplies: 0 }) as const,
    );
  }
  state = () => this.plans;
  restore = (state: unknown) => {
    this.plans = state as number;
  };
}

let server: LLMock;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.stop());

function planner({ scheduler }: Rig, more: Partial<ModelPlannerOptions> = {}) {
  return new ModelPlanner({
    complete: scheduler.complete,
    prompt,
    knowledge,
    settings: { model: "test-model" },
    fallback: new CountingPlanner(),
    watch: onlooker("planner"),
    badReply: "bounded",
    ...more,
  });
}

/** Different users: each has seen one slate of their own. */
const different = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    session: sessionOf([step([0, 1, 2], [i & 1, (i >> 1) & 1, (i >> 2) & 1], i > 7)], i),
    reflections: [{ id: "r", text: `Lesson ${i}`, score: i }],
  }));
const lastUserMessage = (body: ChatCompletionRequest) => String(body.messages.at(-1)?.content);

describe("the planner that asks a model", () => {
  it("plans for 12 users with all requests in flight together", async () => {
    let inFlight = 0;
    let most = 0;
    let latency = 0;
    server.on({ endpoint: "chat" }, async () => {
      most = Math.max(most, ++inFlight);
      await sleep(latency);
      inFlight--;
      return { content: '{"categories":[12,10]}' };
    });
    const wire = rig(`${server.url}/v1`);
    const later = different(12).map(({ session, reflections }) => ({ session: { ...session, key: 1 }, reflections }));
    for (let i = 0; i < 3; i++) await planner(wire).plan(later.slice(i).concat(later.slice(0, i)), never);
    server.clearRequests();
    wire.rows.length = 0;
    latency = 500;
    most = 0;
    const started = performance.now();
    const plans = await planner(wire).plan(different(12), never);
    const wall = performance.now() - started;
    console.log(`planning for 12 users at 500 ms: ${wall.toFixed(0)} ms, ${(wall / 500).toFixed(3)} x the latency`);
    expect(most).toBe(12);
    expect(journalOf(server)).toHaveLength(12);
    expect(attemptsOf(wire.rows)).toBe(12);
    for (const plan of plans)
      expect(plan).toMatchObject({ categories: [2, 0], source: "model", unknownIds: 0, invalidReplies: 0 });
    expect(new Set(plans.map(({ callId }) => callId)).size).toBe(12);
    expect(plans.map(({ callId }) => callId)).toEqual(wire.rows.map(({ id }) => id));
  });

  it("asks once for all users whose prompt is the same", async () => {
    server.on({ endpoint: "chat" }, { content: "[10,11]" });
    const wire = rig(`${server.url}/v1`);
    const newcomers = Array.from({ length: 12 }, (_, i) => ({ session: sessionOf([], i), reflections: [] }));
    expect(await planner(wire).plan(newcomers, never)).toHaveLength(12);
    expect(journalOf(server)).toHaveLength(1);
    expect(wire.rows).toHaveLength(12);
  });

  it("asks for names, as many as the prompt says, and for a limit that holds them", async () => {
    server.on({ endpoint: "chat" }, { content: '["Music", "Food"]' });
    const wire = rig(`${server.url}/v1`);
    const [plan] = await planner(wire).plan(different(1), never);
    expect(plan?.categories).toEqual([1, 3]);
    const [body = {}] = journalOf(server).map((entry) => entry.body as unknown as Record<string, unknown>);
    expect(body.max_tokens).toBe(200);
    expect(body.response_format).toMatchObject({
      json_schema: {
        schema: {
          properties: {
            categories: { items: { enum: ["Dance", "Music", "Sport", "Food"] }, minItems: 2, maxItems: 4 },
          },
        },
      },
    });
  });

  it("goes on from the one category that a model named over and over", async () => {
    server.on({ endpoint: "chat" }, (body) =>
      lastUserMessage(body).includes("it names only Sport, and a plan needs several categories")
        ? { content: '{"categories": ["Music", "Dance"]}' }
        : { content: '{"categories": ["Sport", "Sport", "Sport"]}' },
    );
    const wire = rig(`${server.url}/v1`);
    const [plan] = await planner(wire).plan(different(1), never);
    expect(plan).toMatchObject({ categories: [2, 1, 0], source: "model", invalidReplies: 1 });
    expect(wire.rows.map(({ id }) => id)).toEqual(["planner-3e8-2", "planner-3e8-2-retry"]);
    const [, body = {}] = journalOf(server).map((entry) => entry.body as unknown as Record<string, unknown>);
    expect(body.response_format).toMatchObject({
      json_schema: { schema: { properties: { categories: { items: { enum: ["Dance", "Music", "Food"] } } } } },
    });
  });

  it("asks for ids where planner.answer says so, and then as runs before it did", async () => {
    const ids = plannerKnowledge(smallDataset(), smallExperiment({ planner: { answer: "ids" } }));
    server.on({ endpoint: "chat" }, { content: "[10, 10]" });
    const wire = rig(`${server.url}/v1`);
    const [plan] = await planner(wire, { knowledge: ids }).plan(different(1), never);
    expect(plan).toMatchObject({ source: "fallback", invalidReplies: 2 });
    const asked = journalOf(server).map(({ body }) => body as Record<string, unknown> & ChatCompletionRequest);
    expect(asked.map(({ max_tokens }) => max_tokens)).toEqual([undefined, undefined]);
    expect(lastUserMessage(asked[0] as ChatCompletionRequest)).toContain("- 10 (Dance)");
    expect(lastUserMessage(asked[1] as ChatCompletionRequest)).toContain(
      "it names 1 candidate categories, at least 2 are needed. Answer with the JSON object only.",
    );
  });

  it("shows what was wrong and takes the second answer", async () => {
    server.on({ endpoint: "chat" }, (body) =>
      lastUserMessage(body).includes("Your last answer could not be used: it names 0 candidate categories")
        ? { content: "[10,11]" }
        : { content: "[77]" },
    );
    const wire = rig(`${server.url}/v1`);
    const [plan] = await planner(wire).plan(different(1), never);
    expect(plan).toMatchObject({ categories: [0, 1], source: "model", unknownIds: 1, invalidReplies: 1 });
    expect(plan?.callId).toBe(wire.rows[1]?.id);
    expect(wire.rows.map(({ id }) => id)).toEqual(["planner-3e8-2", "planner-3e8-2-retry"]);
  });

  it("falls back after two unusable answers, in order, and counts them", async () => {
    server.on({ endpoint: "chat" }, (body) => ({
      content: /Lesson [02]/.test(lastUserMessage(body)) ? "no" : "[12,13]",
    }));
    const wire = rig(`${server.url}/v1`);
    const plans = await planner(wire).plan(different(4), never);
    expect(plans.map(({ source, categories, invalidReplies }) => [source, categories, invalidReplies])).toEqual([
      ["fallback", [0, 3], 2],
      ["model", [2, 3], 0],
      ["fallback", [1, 3], 2],
      ["model", [2, 3], 0],
    ]);
    expect(journalOf(server)).toHaveLength(6);
    expect(plans[0]?.callId).toBe("planner-3e8-2-retry");
  });

  it.each([
    ["cut", (res: ServerResponse) => json(res, 200, completion('{"categories": [10, 11', "length")), "cut off", 3],
    [
      "refused as too long",
      (res: ServerResponse) => json(res, 400, { error: { message: "maximum context length is 9 tokens" } }),
      "9 tokens",
      2,
    ],
  ])("survives a later answer that is %s, and says so of the plan", async (_, fail, cause, requests) => {
    const mounted = scriptedMount((res) => json(res, 200, completion("[10,11]")), fail);
    server.mount("/x/v1", mounted.mount);
    const wire = rig(`${server.url}/x/v1`, { retries: 1 }, { clock: hurried });
    const [good, bad] = different(2);
    expect(await planner(wire).plan([good as PlanRequest], never)).toMatchObject([{ source: "model" }]);
    const [plan] = await planner(wire).plan([bad as PlanRequest], never);
    expect(plan).toMatchObject({ source: "fallback", unusable: { cause: expect.stringContaining(cause) } });
    expect(mounted.requests()).toBe(requests);
  });

  it("writes down every request of a troubled run, and replays it to the same plans with the network off", async () => {
    let n = 0;
    server.on({ endpoint: "chat" }, () => {
      const turn = n++ % 6;
      if (turn === 0) return { error: { message: "oops" }, status: 500 };
      if (turn === 2) return { error: { message: "slow down" }, status: 429, retryAfter: 0 };
      if (turn === 4) return { content: n % 4 === 1 ? "[10]" : "nonsense" };
      return { content: `[${10 + (n % 4)}, ${10 + ((n + 1) % 4)}, 99]` };
    });
    const wire = rig(`${server.url}/v1`, { cache: false }, { clock: hurried });
    const plans = await planner(wire).plan(different(12), never);
    const sent = journalOf(server).map(({ body }) => JSON.stringify((body as ChatCompletionRequest).messages));
    expect(attemptsOf(wire.rows)).toBe(sent.length);
    for (const { messages, attempts } of wire.rows) {
      expect(sent.filter((asked) => asked === JSON.stringify(messages))).toHaveLength(attempts);
    }
    expect(plans.some(({ invalidReplies }) => invalidReplies > 0)).toBe(true);
    await server.stop();

    const replay = rig(new ReplayProvider(JSON.parse(JSON.stringify(wire.rows)), "llm.jsonl"));
    expect(await planner(replay).plan(different(12), never)).toEqual(plans);
    server = await startServer();
  });

  it("waits through a pause and loses nothing", async () => {
    const { mount, requests } = scriptedMount(
      (res) => json(res, 401, { error: { message: "no key" } }),
      (res) => json(res, 200, completion("[10,11]")),
    );
    server.mount("/x/v1", mount);
    const wire = rig(`${server.url}/x/v1`, { concurrency: 1 });
    const plans = planner(wire).plan(different(3), never);
    await wire.blocked(1);
    wire.resume();
    expect((await plans).map(({ source }) => source)).toEqual(["model", "model", "model"]);
    expect(requests()).toBe(4);
  });

  it("ends with an abort, and with it only", async () => {
    server.on({ endpoint: "chat" }, async () => {
      await sleep(10_000);
      return { content: "" };
    });
    const stop = new AbortController();
    const plans = planner(rig(`${server.url}/v1`)).plan(different(3), stop.signal);
    await sleep(30);
    stop.abort(new Error("stopped"));
    await expect(plans).rejects.toThrow("stopped");
  });

  it("offers, lets a server hold to, and takes only what may be planned", async () => {
    server.on({ endpoint: "chat" }, { content: "[10,11,12]" });
    const wire = rig(`${server.url}/v1`);
    const subject = planner(wire);
    // Categories 12 and 13 are no item's first any more.
    const itemCategories = {
      offsets: Int32Array.of(0, 1, 2, 4, 6, 7, 8),
      values: Int32Array.of(0, 1, 0, 2, 1, 3, 0, 1),
    };
    subject.configure(plannerKnowledge({ ...smallDataset(), itemCategories }, smallExperiment()));
    const [plan] = await subject.plan(different(1), never);
    expect(plan).toMatchObject({ categories: [0, 1], source: "model", unknownIds: 1 });
    expect(wire.rows[0]?.messages[1]?.content).not.toContain("- 12 (");
  });

  it("takes a changed prompt and a changed interval with the next plan", async () => {
    server.on({ endpoint: "chat" }, { content: "[10,11]" });
    const wire = rig(`${server.url}/v1`);
    const subject = planner(wire);
    await subject.plan(different(1), never);
    subject.setPrompt(parsePrompt("p", promptText.replace("# system\n", "# system\n\nChanged.\n")));
    subject.configure({ ...knowledge, planSteps: 3 });
    await subject.plan(different(1), never);
    const [before, after] = wire.rows;
    expect(before?.promptHash).toBe(prompt.hash);
    expect(after?.promptHash).not.toBe(prompt.hash);
    expect(after?.messages[0]?.content).toMatch(/^Changed\./);
    expect(after?.messages[1]?.content).toContain("the next 3 slates of 3 videos");
    expect(after?.messages).toEqual(subject.render(different(1)[0] as never));
  });

  it("prefers the experiment's settings to the prompt file's and needs a model from one of them", async () => {
    server.on({ endpoint: "chat" }, { content: "[10,11]" });
    const wire = rig(`${server.url}/v1`);
    const own = parsePrompt("p", promptText.replace("role: planner", "role: planner\nmodel: from-prompt"));
    await planner(wire, { prompt: own, settings: { temperature: 0.7 } }).plan(different(1), never);
    expect(journalOf(server)[0]?.body).toMatchObject({ model: "from-prompt", temperature: 0.7, max_tokens: 200 });
    await expect(planner(wire, { settings: {} }).plan(different(1), never)).rejects.toMatchObject({
      code: "models.model-missing",
    });
  });

  it("keeps the fallback's state", () => {
    const fallback = new CountingPlanner();
    const subject = planner(rig(`${server.url}/v1`), { fallback });
    subject.restore(7);
    expect(fallback.plans).toBe(7);
    expect(subject.state()).toBe(7);
  });
});

describe("fidelity switch badReply: endless", () => {
  it("sends the same question until the answer is usable", async () => {
    let asked = 0;
    const questions = new Set<string>();
    server.on({ endpoint: "chat" }, (body) => {
      questions.add(JSON.stringify(body.messages));
      return { content: ++asked < 6 ? "nonsense" : "[10,11]" };
    });
    const [plan] = await planner(rig(`${server.url}/v1`), { badReply: "endless" }).plan(different(1), never);
    expect(plan).toMatchObject({ source: "model", invalidReplies: 5, categories: [0, 1] });
    expect(asked).toBe(6);
    expect(questions.size).toBe(1);
  });

  it("ends with an abort", async () => {
    server.on({ endpoint: "chat" }, async () => {
      await sleep(5);
      return { content: "nonsense" };
    });
    const stop = new AbortController();
    const plans = planner(rig(`${server.url}/v1`), { badReply: "endless" }).plan(different(1), stop.signal);
    await expect.poll(() => journalOf(server).length).toBeGreaterThan(2);
    stop.abort(new Error("enough"));
    await expect(plans).rejects.toThrow("enough");
  });
});
