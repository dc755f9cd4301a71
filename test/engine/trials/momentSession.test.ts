import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shownOf } from "../../../src/engine/critic/reflectionPool.ts";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { plannerContext, plannerKnowledge } from "../../../src/engine/planner/plannerContext.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { previewSession, renderPrompt } from "../../../src/engine/runs/renderPrompt.ts";
import { splitForEvaluation } from "../../../src/engine/serving/world.ts";
import { rewardPerFeedback } from "../../../src/engine/simulator/reward.ts";
import { readJsonLines } from "../../../src/engine/store/jsonLines.ts";
import { type MomentSetting, momentOfSession, momentRequest } from "../../../src/engine/trials/momentSession.ts";
import { momentOf } from "../../../src/engine/trials/momentsFile.ts";
import type { Experiment } from "../../../src/protocol/experiment.ts";
import { type Moment, momentSchema } from "../../../src/protocol/moments.ts";
import type { Episode, Reflection } from "../../../src/protocol/run.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { callsWithMessages, modelExperiment, plannerPrompt } from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";
import { latentDataset, quitRule } from "../simulator/toy.ts";

const scratch = scratchFolder();
const server = new ChatServer();
const shop = workshop(scratch.path);
const folder = shop.folder("kept");
let experiment: Experiment;
let episodes: readonly Episode[];
let pool: readonly Reflection[];

// The toy data is the generator's, as the experiment asks for it.
const dataset = latentDataset();

beforeAll(async () => {
  await server.open();
  const { planner, ...rest } = modelExperiment(server.baseUrl);
  const run = await shop.start("kept", {
    ...rest,
    dataset: { kind: "synthetic", users: 60, items: 240, categories: 12 },
    planner: { ...planner, replanEvery: 2 },
    evaluation: { every: 10, sessions: 3, references: false },
  });
  expect((await run.execute()).state).toBe("done");
  experiment = run.current.experiment;
  episodes = await readJsonLines<Episode>(join(folder, "episodes.jsonl"));
  pool = JSON.parse(readFileSync(join(folder, "reflections.json"), "utf8")).reflections;
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const setting = (more: Partial<MomentSetting> = {}): MomentSetting => ({
  dataset,
  feedbackTypes: dataset.feedbackTypes,
  rewards: rewardPerFeedback(dataset.feedbackTypes, {}),
  historyLength: 20,
  slateSize: 6,
  quitRule: quitRule({ rule: "temper" }),
  ...more,
});

/** What a planner is asked for a moment, after a way through its file. */
function asked(moment: Moment, data: Dataset = dataset): string {
  const read = momentSchema.parse(JSON.parse(JSON.stringify(moment)));
  const request = momentRequest(read, setting({ dataset: data, quitRule: experiment.simulator.quit }));
  const messages = parsePrompt("planner.lerl.md", plannerPrompt).render(
    plannerContext(plannerKnowledge(splitForEvaluation(data, experiment), experiment), request),
  );
  return JSON.stringify(messages);
}

/** Steps that asked: a plan that is kept has the call of the step that made it. */
const decisions = () =>
  episodes.flatMap((episode) =>
    episode.steps.flatMap(({ plan }, i) =>
      plan.callId?.endsWith(`-${i + 1}`)
        ? [{ episode, step: i + 1, callId: plan.callId, shown: plan.reflections }]
        : [],
    ),
  );

/** The toy data with 40 logged items a user, a third of them clicked. */
function loggedDataset(): Dataset {
  const each = 40;
  const rows = each * dataset.users;
  return {
    ...dataset,
    log: {
      ...dataset.log,
      offsets: Int32Array.from({ length: dataset.users + 1 }, (_, user) => each * user),
      items: Int32Array.from({ length: rows }, (_, i) => (7 * i) % dataset.items),
      feedback: Uint8Array.from({ length: rows }, (_, i) => Number(i % 3 === 0)),
    },
  };
}

describe("a moment kept from a preview", () => {
  const logged = loggedDataset();

  it.each([0, 1, 3, 5])("asks what the preview showed, word for word, after %i slates", (step) => {
    const [first] = pool;
    if (!first) throw new Error("no reflection");
    for (const user of [0, 7, 59]) {
      const shown = { experiment, dataset: logged, user, step, reflections: [first] };
      const prompt = { file: "planner.lerl.md", text: plannerPrompt };
      const { messages } = renderPrompt({ ...shown, role: "planner", prompt });
      const moment = momentOfSession(previewSession(shown), logged, { name: "m", reflections: [shownOf(first)] });
      expect(moment.slates).toHaveLength(step);
      expect(asked(moment, logged)).toBe(JSON.stringify(messages));
    }
  });
});

describe("a moment kept from a visit", () => {
  it("asks what its step asked, word for word", async () => {
    const calls = await callsWithMessages(folder);
    const questions = new Map(calls.map(({ id, messages }) => [id, JSON.stringify(messages)]));
    const whole = decisions().filter(({ shown }) => shown.every((id) => pool.some((held) => held.id === id)));
    expect(whole.length).toBeGreaterThan(20);
    expect(whole.some(({ shown }) => shown.length > 0)).toBe(true);
    expect(Math.max(...whole.map(({ step }) => step))).toBeGreaterThan(5);
    for (const { episode, step, callId } of whole)
      expect(asked(momentOf(episode, step, "m", pool))).toBe(questions.get(callId));
  });

  it("asks anew at a step that kept its plan: nobody was asked there", () => {
    const [episode] = episodes;
    if (!episode) throw new Error("no visit");
    expect(episode.steps[3]?.plan.callId).toBe(episode.steps[2]?.plan.callId);
    const third = asked(momentOf(episode, 3, "m", pool));
    const fourth = asked(momentOf(episode, 4, "m", pool));
    expect(third).not.toBe(fourth);
    expect(momentOf(episode, 4, "m", pool).reflections).toEqual(momentOf(episode, 3, "m", pool).reflections);
  });

  it("leaves out reflections that have left the pool, and tells an edited one as it is now", () => {
    const found = decisions().find(({ shown }) => shown.length > 0);
    if (!found) throw new Error("no reflection was shown");
    const { episode, step, shown } = found;
    expect(momentOf(episode, step, "m", []).reflections).toEqual([]);
    expect(asked(momentOf(episode, step, "m", []))).not.toContain("Lesson");
    const edited = pool.map((held) => (held.id === shown[0] ? { ...held, text: "As it is now." } : held));
    expect(asked(momentOf(episode, step, "m", edited))).toContain("As it is now.");
  });

  it("has as many steps as its visit", () => {
    const [episode] = episodes;
    if (!episode) throw new Error("no visit");
    const { id, steps } = episode;
    const beyond = () => momentOf(episode, steps.length + 1, "m", pool);
    expect(beyond).toThrow(`Visit ${id} has ${steps.length} steps, and no step ${steps.length + 1}.`);
    expect(momentOf(episode, 1, "m", pool).slates).toEqual([]);
  });

  it("remembers what its visit had: clicks, repeats and patience", () => {
    const [episode] = episodes;
    if (!episode) throw new Error("no visit");
    const last = episode.steps.length;
    const { session } = momentRequest(
      momentOf(episode, last, "m", pool),
      setting({ quitRule: experiment.simulator.quit }),
    );
    const known = ({ reward, repeated, patience }: Episode["steps"][number]) => ({ reward, repeated, patience });
    expect(session.steps).toMatchObject(episode.steps.slice(0, -1).map(known));
    expect(dataset.userIds[session.user]).toBe(episode.user);
  });
});

describe("a moment that the data does not know", () => {
  const [first = "", ...others] = dataset.itemIds;
  const items = [first, ...others.slice(0, 5)];
  const moment = (more: Partial<Moment>): Moment => ({
    name: "tired",
    user: dataset.userIds[0] ?? "",
    slates: [{ items, feedback: {} }],
    reflections: [],
    ...more,
  });
  const refused = (more: Partial<Moment>) => () => momentRequest(moment(more), setting());

  it("is refused, and says which user, item or feedback there is not", () => {
    expect(refused({})).not.toThrow();
    expect(refused({ user: "nobody" })).toThrow(/^Moment "tired": the data set ".+" has no user "nobody"\./);
    expect(refused({ slates: [{ items: [...items.slice(1), "x9"], feedback: {} }] })).toThrow('has no item "x9"');
    expect(refused({ slates: [{ items, feedback: { [first]: ["bought"] } }] })).toThrow('has no feedback "bought"');
  });

  it("is refused where its slates have another size than the experiment's", () => {
    expect(refused({ slates: [{ items: [first], feedback: {} }] })).toThrow(
      'Moment "tired": a slate of 1 items, but simulator.slateSize is 6.',
    );
  });

  it("is refused where feedback is given to what was not served: the visit would be another", () => {
    expect(refused({ slates: [{ items, feedback: { x9: ["is_click"] } }] })).toThrow(
      'Moment "tired": feedback for item "x9", which its slate does not hold.',
    );
  });

  it.each(["constructor", "toString", "__proto__"])("is refused with an item of the name %s, too", (id) => {
    expect(refused({ slates: [{ items: [id, ...items.slice(1)], feedback: {} }] })).toThrow(`has no item "${id}"`);
  });
});
