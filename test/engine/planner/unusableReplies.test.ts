/** Replies of no use, asked of a server: how often it is asked, and what is made of them. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LLMock } from "@copilotkit/aimock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { criticKnowledge } from "../../../src/engine/critic/criticContext.ts";
import { ModelCritic } from "../../../src/engine/critic/modelCritic.ts";
import { ReplyWatch } from "../../../src/engine/llm/replyWatch.ts";
import { ModelPlanner } from "../../../src/engine/planner/modelPlanner.ts";
import { plannerKnowledge } from "../../../src/engine/planner/plannerContext.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import {
  answerAll,
  completion,
  journalOf,
  json,
  never,
  onlooker,
  type Rig,
  rig,
  scriptedMount,
  startServer,
} from "../llm/modelServer.ts";
import { answersAt } from "../serving/answersAt.ts";
import { plannerOf, planOf } from "../serving/clickWorld.ts";
import { sessionOf, smallDataset, smallExperiment, step } from "../simulator/smallWorld.ts";

const example = (name: string): string =>
  readFileSync(new URL(`../../../examples/quickstart/${name}`, import.meta.url), "utf8");
const dataset = smallDataset();
const settings = { model: "test-model" };

const planner = ({ scheduler }: Rig, watch = onlooker("planner")) =>
  new ModelPlanner({
    complete: scheduler.complete,
    prompt: parsePrompt("planner.lerl.md", example("planner.lerl.md")),
    knowledge: plannerKnowledge(dataset, smallExperiment()),
    settings,
    fallback: plannerOf(() => planOf([0, 3])),
    watch,
    badReply: "bounded",
  });

const critic = ({ scheduler }: Rig, watch = onlooker("critic")) =>
  new ModelCritic({
    complete: scheduler.complete,
    prompt: parsePrompt("critic.lerl.md", example("critic.lerl.md")),
    knowledge: criticKnowledge(dataset, smallExperiment()),
    settings,
    fallback: { reflect: async (sessions) => sessions.map(() => ({ text: "Vary.", source: "offline" })) },
    watch,
  });

const requests = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    session: sessionOf([], i),
    reflections: [{ id: "r", text: `Lesson ${i}`, score: i }],
  }));
const finished = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    session: sessionOf([step([0, 1, 2], [i & 1, (i >> 1) & 1, (i >> 2) & 1], i > 7)], i),
    ended: "quit" as const,
  }));

let server: LLMock;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.stop());

describe("a model whose replies are of no use", () => {
  const stopping = (role: "planner" | "critic", reasons: string[]) =>
    new ReplyWatch({
      role,
      share: () => 0.2,
      pause: (reason) => {
        reasons.push(reason);
        return Promise.reject(new Error("stopped"));
      },
    });

  it("is asked for ten plans, each once more, however many users wait", async () => {
    answerAll(server, () => "Nothing to plan.");
    const reasons: string[] = [];
    const plans = planner(rig(`${server.url}/v1`), stopping("planner", reasons)).plan(requests(40), never);
    await expect(plans).rejects.toThrow("stopped");
    expect(journalOf(server)).toHaveLength(20);
    expect(reasons).toHaveLength(1);
  });

  it("is asked for ten lessons, each once more, however many sessions ended", async () => {
    answerAll(server, () => "I'm sorry, I can't help with that.");
    const reasons: string[] = [];
    const lessons = critic(rig(`${server.url}/v1`), stopping("critic", reasons)).reflect(finished(16), never);
    await expect(lessons).rejects.toThrow("stopped");
    expect(journalOf(server)).toHaveLength(20);
    expect(reasons[0]).toContain("the model refused");
  });
});

describe("a plan of no use", () => {
  it.each([
    ["a refusal", "I'm sorry, I can't.", "no JSON list"],
    ["an exclusion", "Avoid [10, 11].", "no JSON list"],
    ["thoughts only", "<think>[10, 11]", "thoughts (reasoning) only"],
    ["a cut list", '{"categories": [10, 1', "middle of the list"],
  ])("%s is asked for again with what was wrong, and not kept", async (_, reply, cause) => {
    const folder = await mkdtemp(join(tmpdir(), "lerl-cache-"));
    const file = join(folder, "answers.jsonl");
    answerAll(server, ({ messages }) => (String(messages.at(-1)?.content).includes(cause) ? "[11, 10]" : reply));
    const plan = async () =>
      planner(rig(`${server.url}/v1`, {}, { cache: await answersAt(file) })).plan(requests(1), never);
    expect(await plan()).toMatchObject([{ source: "model", categories: [1, 0], invalidReplies: 1 }]);
    expect(journalOf(server)).toHaveLength(2);
    await plan();
    expect(journalOf(server)).toHaveLength(3);
    await rm(folder, { recursive: true });
  });

  it("leads to the stand-in's with the cause and what came back", async () => {
    answerAll(server, () => "Nothing\nto plan.");
    const [plan] = await planner(rig(`${server.url}/v1`)).plan(requests(1), never);
    const unusable = { cause: expect.stringContaining("no JSON list"), reply: "Nothing to plan." };
    expect(plan).toMatchObject({ source: "fallback", categories: [0, 3], unusable });
  });
});

describe("a lesson of no use", () => {
  it.each([
    ["empty", ""],
    ["refused", "I'm sorry, but I can't assist with that request."],
    ["cut inside its wrapping", '{"lesson": "Vary dan'],
  ])("%s is asked for again with what was wrong", async (_, reply) => {
    answerAll(server, ({ messages }) =>
      String(messages.at(-1)?.content).includes("Your last answer could not be used") ? "Vary dance." : reply,
    );
    const written = await critic(rig(`${server.url}/v1`)).reflect(finished(1), never);
    expect(written).toMatchObject([{ text: "Vary dance.", source: "model" }]);
    expect(journalOf(server)).toHaveLength(2);
  });

  it("cut by a limit is asked for again with more room", async () => {
    const { mount, requests: count } = scriptedMount(
      (res: ServerResponse) => json(res, 200, completion("Vary dance and then the", "max_new_tokens")),
      (res: ServerResponse) => json(res, 200, completion("Vary dance.")),
    );
    server.mount("/x/v1", mount);
    const wire = rig(`${server.url}/x/v1`);
    expect(await critic(wire).reflect(finished(1), never)).toMatchObject([{ text: "Vary dance.", source: "model" }]);
    expect(count()).toBe(2);
  });
});
