import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { criticKnowledge } from "../../../src/engine/critic/criticContext.ts";
import { ModelCritic } from "../../../src/engine/critic/modelCritic.ts";
import { OfflineCritic } from "../../../src/engine/critic/offline.ts";
import { ModelPlanner } from "../../../src/engine/planner/modelPlanner.ts";
import type { Planner } from "../../../src/engine/planner/planner.ts";
import { plannerKnowledge } from "../../../src/engine/planner/plannerContext.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { lerl, scratchFolder } from "../commands/lerl.ts";
import { criticPrompt, plannerPrompt, writeModelExperiment } from "../commands/modelWorld.ts";
import { serviceAt } from "../service/serviceAt.ts";
import { answersAt } from "../serving/answersAt.ts";
import { sessionOf, smallDataset, smallExperiment, step } from "../simulator/smallWorld.ts";
import { completion, json, never, onlooker, type Rig, rig } from "./modelServer.ts";
import { plainServer } from "./plainServer.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const standIn: Planner = {
  plan: async (requests) =>
    requests.map(() => ({ categories: [0, 3], source: "offline", unknownIds: 0, invalidReplies: 0 })),
  state: () => undefined,
  restore: () => undefined,
};
const dataset = smallDataset();

async function planned({ scheduler: { complete } }: Rig): Promise<string | undefined> {
  const planner = new ModelPlanner({
    complete,
    prompt: parsePrompt("planner.lerl.md", plannerPrompt),
    knowledge: plannerKnowledge(dataset, smallExperiment()),
    settings: { model: "test-model" },
    fallback: standIn,
    watch: onlooker("planner"),
    badReply: "bounded",
  });
  const [plan] = await planner.plan([{ session: sessionOf([], 0), reflections: [] }], never);
  return plan?.source;
}

async function reflected({ scheduler: { complete } }: Rig): Promise<string | undefined> {
  const critic = new ModelCritic({
    complete,
    prompt: parsePrompt("critic.lerl.md", criticPrompt),
    knowledge: criticKnowledge(dataset, smallExperiment()),
    settings: { model: "test-model" },
    fallback: new OfflineCritic(dataset),
    watch: onlooker("critic"),
  });
  const session = sessionOf([step([0, 1, 2], [1, 0, 0], true)], 0);
  const [written] = await critic.reflect([{ session, ended: "quit" }], never);
  return written?.source;
}

const roles = { planner: [planned, "[10, 11]"], critic: [reflected, "Vary dance with music."] } as const;

describe("answers of no use are not kept: a server put right is asked again", () => {
  const of = (content: string | null, finish = "stop", more: object = {}) => {
    const [choice] = completion("", finish).choices;
    return { ...completion(""), choices: [{ ...choice, message: { role: "assistant", content, ...more } }] };
  };

  it.each<["planner" | "critic", string, unknown]>([
    ["planner", "empty", of("")],
    ["planner", "blank", of(" \n ")],
    ["planner", "a refusal", of(null, "stop", { refusal: "I cannot help with that." })],
    ["planner", "a refusal in prose", of("I'm sorry, but I can't assist with that.")],
    ["planner", "held back", of("", "content_filter")],
    ["planner", "cut", of("[10, 11]", "length")],
    ["planner", "cut without a word", of('{"categories": [10, 11')],
    ["planner", "garbled", of("{{{[10 11 lorem")],
    ["planner", "of unknown categories", of("[998, 999]")],
    ["planner", "thoughts only", of("", "stop", { reasoning: "They like dance." })],
    ["planner", "an unfinished thought", of("<think>[10, 11]")],
    ["critic", "empty", of("")],
    ["critic", "a refusal in prose", of("I'm sorry, but I can't help with that.")],
    ["critic", "held back", of("Vary", "content_filter")],
    ["critic", "cut", of("Vary dance with", "length")],
    ["critic", "JSON without a sentence", of('{"lesson": [1, 2]}')],
  ])("the %s's: %s", async (role, name, bad) => {
    const [ask, good] = roles[role];
    const file = join(scratch.path, `${role}-${name.replaceAll(" ", "-")}.jsonl`);
    let isGood = false;
    const { base, sent } = await plainServer((res) => json(res, 200, isGood ? completion(good) : bad));
    const open = async () => rig(base, {}, { cache: await answersAt(file) });
    expect(await ask(await open())).not.toBe("model");
    expect(existsSync(file) && readFileSync(file, "utf8")).toBeFalsy();
    isGood = true;
    const before = sent.length;
    expect(await ask(await open())).toBe("model");
    expect(sent).toHaveLength(before + 1);
    expect(await ask(await open())).toBe("model");
    expect(sent).toHaveLength(before + 1);
  });

  it("and one that an earlier version kept all the same is not believed", async () => {
    const file = join(scratch.path, "old.jsonl");
    let text = "[10, 11]";
    const { base, sent } = await plainServer((res) => json(res, 200, completion(text)));
    await planned(rig(base, {}, { cache: await answersAt(file) }));
    const [line = ""] = readFileSync(file, "utf8").split("\n");
    const cache = await answersAt(file);
    cache.put(JSON.parse(line).key, { text: "", model: "m", finish: "stop" });
    text = "[11, 10]";
    expect(await planned(rig(base, {}, { cache }))).toBe("model");
    expect(sent).toHaveLength(2);
  });
});

describe("who wants a new answer gets one", () => {
  const server = new ChatServer();
  const folder = join(scratch.path, "workspace");
  const answers = (): string => readFileSync(join(folder, ".lerl", "cache", "answers.jsonl"), "utf8");
  const run = (name: string, ...more: readonly string[]) =>
    lerl(["run", "model.lerl.json", "--quiet", "--iterations", "1", "--out", `.lerl/runs/${name}`, ...more], folder);

  beforeAll(async () => {
    await server.open();
    mkdirSync(folder);
    writeModelExperiment(folder, server.baseUrl);
    expect((await run("first")).code).toBe(0);
  });
  afterAll(() => server.close());

  it("with --no-cache, which leaves what is kept as it is", async () => {
    const asked = server.journal.length;
    const kept = answers();
    expect(asked).toBeGreaterThan(0);
    expect((await run("new", "--no-cache")).code).toBe(0);
    expect(server.journal.length).toBeGreaterThanOrEqual(2 * asked);
    expect(answers()).toBe(kept);
  });

  it("by asking a step again in the Studio", async () => {
    const service = serviceAt(folder);
    const question = {
      runId: "first" as RunId,
      episode: "s0-0",
      step: 0,
      promptText: plannerPrompt.replace("# user\n", "# user\nThink of rain.\n"),
    };
    const rerun = (fresh: boolean) => service.handlers["runs/rerunStep"]({ ...question, fresh });
    expect((await rerun(false)).after.cached).toBe(false);
    const asked = server.journal.length;
    const kept = answers();
    expect((await rerun(false)).after.cached).toBe(true);
    expect(server.journal).toHaveLength(asked);
    server.reply = () => "[2, 9]";
    expect((await rerun(true)).after).toMatchObject({
      cached: false,
      reply: "[2, 9]",
      about: "2 different",
    });
    expect(server.journal).toHaveLength(asked + 1);
    expect(answers()).toBe(kept);
    expect((await rerun(false)).after).not.toMatchObject({ reply: "[2, 9]" });
    await service.stop();
  });
});
