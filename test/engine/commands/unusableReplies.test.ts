/** A model whose replies are of no use, from the command line (docs/models.md, section 'when replies are of no use'). */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import { ChatServer } from "./chatServer.ts";
import { jsonLinesOf, lerl, scratchFolder } from "./lerl.ts";
import { callsOf, criticPrompt, eventsOf, modelExperiment, plannerPrompt, recordOf } from "./modelWorld.ts";

const scratch = scratchFolder();
const server = new ChatServer();
const mended = server.reply;
const garbled = (): string => "I would rather talk about the weather [sunny].";
const folderOf = (name: string): string => join(scratch.path, name);

/** Small: two iterations of two users, every step of them planned. */
function write(name: string, changes: ExperimentInput = {}): string {
  const { dataset, critic: _, ...experiment } = modelExperiment(server.baseUrl);
  const file = folderOf(`${name}.lerl.json`);
  const small = {
    ...experiment,
    dataset: { ...dataset, users: 30, items: 60 },
    simulator: { users: 2, historyLength: 5 },
    planner: { ...experiment.planner, replanEvery: 1 },
    policy: { backend: "plain", layers: 1, hidden: [8], idEmbedding: 4, encoding: 8, heads: 2, feedForward: 8 },
    training: { iterations: 2, rolloutSteps: 6, checkpointEvery: 1 },
    evaluation: { every: 10, sessions: 3, references: false, modelSessions: 0 },
  };
  writeFileSync(file, JSON.stringify({ ...small, ...changes }));
  return file;
}

beforeAll(async () => {
  await server.open();
  writeFileSync(folderOf("planner.lerl.md"), plannerPrompt);
  writeFileSync(folderOf("critic.lerl.md"), criticPrompt);
});
beforeEach(() => {
  server.reply = mended;
  server.fault = () => undefined;
  server.journal.length = 0;
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

describe("a planner's model that talks of something else", () => {
  it("ends the run with a checkpoint, its words and exit code 3, and lerl resume goes on to the end", async () => {
    server.reply = garbled;
    const ended = await lerl(["run", write("planner"), "--quiet", "--out", "planner"], scratch.path);
    expect(ended.code).toBe(3);
    for (const said of ["it holds no JSON list", "weather [sunny]", "models.unusableShare"])
      expect(ended.err + ended.out).toContain(said);
    expect(recordOf(folderOf("planner"))).toMatchObject({
      state: "interrupted",
      reason: expect.stringMatching(/plans/),
    });
    // Ten plans, each asked for again once; those whose prompt is the same share a call.
    expect(server.journal.length).toBeLessThanOrEqual(20);
    cpSync(folderOf("planner"), folderOf("stopped"), { recursive: true });

    server.reply = mended;
    const resumed = await lerl(["resume", "planner", "--json"], scratch.path);
    expect(resumed.code).toBe(0);
    const { answered } = recordOf(folderOf("planner"));
    expect(answered).toEqual({ planner: { model: 24, standIn: 0 } });
    expect(jsonLinesOf(resumed).at(-1)).toMatchObject({ type: "summary", state: "done", answered });
  });

  it("ends an evaluation that asks it with the reason and exit code 3", async () => {
    server.reply = garbled;
    const evaluate = ["evaluate", "stopped", "--planner", "same", "--sessions", "3"];
    const ended = await lerl([...evaluate, "--no-cache"], scratch.path);
    expect(ended.code).toBe(3);
    expect(ended.err).toMatch(/error None of the first 10 plans .*weather/);
    expect(server.journal.length).toBeLessThanOrEqual(20);
  });

  it("goes on to the end where that was asked for, with every stand-in told and exit code 3", async () => {
    server.reply = garbled;
    const set = ["--set", "models.unusableShare=1", "--set", "models.cache=false"];
    const { code, out, err } = await lerl(["run", write("all"), "--quiet", "--out", "all", ...set], scratch.path);
    expect(code).toBe(3);
    expect(out).toContain("Plans: 0 of 24 by the model, 24 by the stand-in.");
    const events = eventsOf(folderOf("all"));
    expect(events.filter(({ type }) => type === "paused")).toEqual([]);
    const standIns = events.filter((event) => event.type === "stand-in");
    expect(standIns).toHaveLength(24);
    for (const event of standIns)
      expect(event).toMatchObject({
        role: "planner",
        cause: expect.stringContaining("no JSON list"),
        reply: garbled(),
      });
    expect(err.match(/the stand-in stood in/g)).toHaveLength(1);

    const evaluate = ["evaluate", "all", "--planner", "same", "--sessions", "1", "--json"];
    const evaluated = await lerl(evaluate, scratch.path);
    expect(evaluated.code).toBe(3);
    expect(jsonLinesOf(evaluated)[0]).toMatchObject({
      answered: { planner: { model: 0 } },
      plans: { usable: 0, askedAgain: 1, copied: 0 },
    });
    const words = await lerl(
      evaluate.filter((word) => word !== "--json"),
      scratch.path,
    );
    expect(words.out).toContain("Judged as plans: 0 % usable, 100 % asked again, 0 % copied.\n");
  });
});

describe("a critic's model that refuses", () => {
  it("ends the run likewise", async () => {
    server.reply = () => "I'm sorry, but I can't help with that.";
    const critic = { ...modelExperiment(server.baseUrl).critic };
    const file = write("critic", { planner: { categoriesPerPlan: 4 }, critic });
    const many = ["--set", "simulator.users=12", "--set", "training.rolloutSteps=20"];
    const { code, err, out } = await lerl(["run", file, "--quiet", "--out", "critic", ...many], scratch.path);
    expect(code).toBe(3);
    expect(err + out).toMatch(/None of the first 10 reflections .*critic.*the model refused/);
    expect(server.journal.length).toBeLessThanOrEqual(20);
  });
});

describe("--no-cache", () => {
  it("asks the model also where its answers are kept, as those of the run above are", async () => {
    const anew = ["run", folderOf("planner.lerl.json"), "--iterations", "1", "--quiet", "--out", "anew"];
    expect((await lerl([...anew, "--no-cache"], scratch.path)).code).toBe(0);
    expect(server.journal.length).toBeGreaterThan(4);
    expect(callsOf(folderOf("anew")).filter(({ attempts }) => attempts > 0)).toHaveLength(server.journal.length);
  });
});
