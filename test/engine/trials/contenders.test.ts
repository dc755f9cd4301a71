import { describe, expect, it } from "vitest";
import { ReflectionPool } from "../../../src/engine/critic/reflectionPool.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { promptHash } from "../../../src/engine/prompts/prompt.ts";
import { type Base, untrainedBase } from "../../../src/engine/trials/base.ts";
import { type AskedContender, contenderRecords, experimentOf, poolOf } from "../../../src/engine/trials/contenders.ts";
import { type Experiment, experimentSchema } from "../../../src/protocol/experiment.ts";
import type { PromptVersion } from "../../../src/protocol/run.ts";
import type { ContenderRecord } from "../../../src/protocol/trial/record.ts";
import { quickstartPrompt } from "../prompts/examplePrompts.ts";

const { text } = quickstartPrompt("planner");
const own = { file: "planner.lerl.md", text };
const worded = (words: string) => ({ file: `${words}.lerl.md`, text: `${text}\n${words}\n` });
const baseUrl = "http://127.0.0.1:9/v1";

const experiment = (planner: object = {}, more: object = {}): Experiment =>
  experimentSchema.parse({ planner, ...more });
const offline = untrainedBase("/x.lerl.json", experiment(), { planner: own });
const model = untrainedBase("/x.lerl.json", experiment({ provider: "openai", baseUrl, model: "m" }), { planner: own });

/** The base of a run with a pool of three reflections and with prompts that it used. */
function ofRun(versions: readonly PromptVersion[] = []): Base {
  const pool = new ReflectionPool(experiment().reflections, new RandomStream(1, "pool"));
  for (const words of ["Vary.", "Less sport.", "More music."])
    pool.add({ text: words, score: 1, episode: "s0-0", iteration: 1, source: "model" });
  const record = { ...model.record, run: { id: "r", iteration: 3 } };
  return { ...model, record, pool: pool.state(), versions };
}

const version = (hash: string, words: string, role: PromptVersion["role"] = "planner"): PromptVersion => ({
  role,
  hash,
  since: 0,
  ...worded(words),
});

const records = (base: Base, ...asked: readonly Partial<AskedContender>[]): readonly ContenderRecord[] =>
  contenderRecords(
    asked.map((one) => ({ pool: [], ...one })),
    base,
  );
const recordOf = (base: Base, asked: Partial<AskedContender> = {}): ContenderRecord =>
  records(base, asked)[0] as ContenderRecord;
const names = (...of: Parameters<typeof records>) => records(...of).map(({ name }) => name);
const plannerOf = (base: Base, asked: Partial<AskedContender> = {}) =>
  experimentOf(recordOf(base, asked), base.experiment).planner;

describe("the base as it is", () => {
  it("plans with its own model and prompt", () => {
    expect(recordOf(model)).toEqual({
      name: "as it is",
      plans: "model",
      prompt: { ...own, hash: promptHash(text) },
      planner: {},
      reflections: {},
      pool: [],
    });
    expect(experimentOf(recordOf(model), model.experiment)).toEqual(model.experiment);
  });

  it("plans without a model where it has none", () => {
    const base = untrainedBase("/x.lerl.json", experiment({ strategy: "round-robin" }), {});
    expect(recordOf(base)).toMatchObject({ name: "round-robin", plans: "round-robin" });
    expect(recordOf(base)).not.toHaveProperty("prompt");
    expect(experimentOf(recordOf(base), base.experiment)).toEqual(base.experiment);
  });

  it("plans as often as it did", () => {
    const base = untrainedBase("/x.lerl.json", experiment({ replanEvery: 3 }), {});
    expect(plannerOf(base).replanEvery).toBe(3);
  });

  it("has no plan where its planner is disabled", () => {
    const base = untrainedBase("/x.lerl.json", experiment({ enabled: false, provider: "openai", baseUrl }), {});
    expect(recordOf(base)).toMatchObject({ name: "no plan", plans: "none" });
    expect(plannerOf(base).enabled).toBe(false);
  });

  it("is named by its content, and needs its prompt's file", () => {
    expect(untrainedBase("/y.lerl.json", experiment(), {}).record.name).toBe(offline.record.name);
    expect(untrainedBase("/x.lerl.json", experiment({}, { seed: 9 }), {}).record.name).not.toBe(offline.record.name);
    expect(() => recordOf({ ...model, promptInForce: undefined })).toThrow(
      "planner.prompt: the file planner.lerl.md was not found beside the experiment. Create it, or give the contender a prompt.",
    );
    expect(() => recordOf({ ...ofRun(), promptInForce: undefined }, { model: "m", baseUrl })).toThrow(
      "planner.prompt: the base's run asked no model, and so keeps no planner prompt. Give the contender one: --prompt <file>.",
    );
  });
});

describe("a prompt", () => {
  it("that no model would read is refused, and the message says what to give", () => {
    expect(() => recordOf(offline, { prompt: worded("short") })).toThrow(
      /^short\.lerl\.md is read by nobody: .* Set planner\.provider .* --base-url http:\/\/127\.0\.0\.1:11434\/v1 --model <name>\.$/,
    );
    expect(() => recordOf(model, { prompt: worded("short"), provider: "offline" })).toThrow(/is read by nobody/);
  });

  it("is read by a model that came with an address, which plans every fourth step", () => {
    const planner = { model: "m", baseUrl, provider: "openai", replanEvery: 4 };
    expect(recordOf(offline, { prompt: worded("short"), model: "m", baseUrl }).planner).toEqual(planner);
    expect(plannerOf(offline, { prompt: worded("short"), model: "m", baseUrl })).toMatchObject(planner);
    expect(plannerOf(offline, { prompt: worded("short"), baseUrl, replanEvery: 2 }).replanEvery).toBe(2);
  });

  it("is asked with the base's settings but for those of its own", () => {
    const base = untrainedBase(
      "/x.lerl.json",
      experiment({ provider: "openai", baseUrl, model: "m", temperature: 0.2, replanEvery: 6 }),
      { planner: own },
    );
    expect(plannerOf(base, { prompt: worded("short"), temperature: 1 })).toMatchObject({
      model: "m",
      temperature: 1,
      replanEvery: 6,
    });
  });

  it("plans also where the base's planner is disabled", () => {
    const base = untrainedBase("/x.lerl.json", experiment({ enabled: false, provider: "openai", baseUrl }), {});
    expect(plannerOf(base, { prompt: worded("short") })).toMatchObject({ enabled: true, provider: "openai" });
  });

  it("of another role is refused", () => {
    const { file, text: critic } = quickstartPrompt("critic");
    expect(() => recordOf(model, { prompt: { file, text: critic } })).toThrow(
      'critic.lerl.md: a prompt of role "critic" cannot be the planner\'s.',
    );
  });
});

describe("a model that is named", () => {
  it("reads the words in force", () => {
    expect(recordOf(model, { model: "other" })).toMatchObject({ name: "as it is, other", plans: "model" });
    expect(recordOf(offline, { model: "other", baseUrl })).toMatchObject({ name: "as it is, other", plans: "model" });
  });

  it("is refused where it would not be asked", () => {
    expect(() => recordOf(offline, { model: "other" })).toThrow(/asks no model/);
  });

  it("is asked also where the base's planner is disabled", () => {
    const base = { ...model, experiment: experiment({ enabled: false, provider: "openai", baseUrl }) };
    expect(recordOf(base, { model: "other" })).toMatchObject({ name: "as it is, other", plans: "model" });
  });
});

describe("a planner without words", () => {
  it("costs nothing, and plans anew at every step", () => {
    for (const plan of ["top-interest", "least-recently-used", "round-robin"] as const) {
      expect(plannerOf(model, { plan })).toMatchObject({ provider: "offline", strategy: plan, replanEvery: 1 });
    }
    expect(plannerOf(model, { plan: "oracle" })).toMatchObject({ enabled: true, provider: "offline", replanEvery: 1 });
    expect(plannerOf(model, { plan: "none" }).enabled).toBe(false);
    expect(plannerOf(model, { plan: "top-interest", replanEvery: 5 }).replanEvery).toBe(5);
  });
});

describe("a version", () => {
  const base = ofRun([version("aa11", "one"), version("aa22", "two"), version("bb33", "it", "critic")]);

  it("is found by the beginning of its hash, also where the run came back to it", () => {
    const twice = ofRun([version("aa11", "one"), version("aa22", "two"), { ...version("aa11", "one"), since: 9 }]);
    const found = recordOf(twice, { version: "aa1" });
    expect(found.prompt?.file).toBe("one.lerl.md");
    expect(found.name).toBe(`version ${promptHash(worded("one").text).slice(0, 8)}`);
  });

  it.each([
    ["cc", 'version "cc": no planner prompt of the base\'s run begins so. It knows aa11, aa22.'],
    ["bb", 'version "bb": no planner prompt of the base\'s run begins so. It knows aa11, aa22.'],
    ["aa", 'version "aa": more than one planner prompt begins so. It knows aa11, aa22.'],
  ])("that is unknown, the critic's or not the only one is refused: %s", (begin, message) => {
    expect(() => recordOf(base, { version: begin })).toThrow(message);
  });

  it("of a base without a run is none", () => {
    expect(() => recordOf(model, { version: "aa" })).toThrow("begins so. It has used none.");
  });
});

describe("names", () => {
  it("say by what a contender differs", () => {
    const short = { prompt: worded("short") };
    const pool = [{ reflection: "r2", action: "mute" }] as const;
    expect(
      names(
        ofRun(),
        {},
        short,
        { ...short, model: "n", temperature: 0.5 },
        { replanEvery: 2 },
        { reflections: { k: 9, sampling: "similarity" } },
        { pool: [...pool] },
      ),
    ).toEqual([
      "as it is",
      "short.lerl.md",
      "short.lerl.md, n, temperature 0.5",
      "as it is, replan every 2",
      "as it is, k 9, sampling similarity",
      "as it is, mute r2",
    ]);
  });

  it("that were made are made unique", () => {
    expect(names(model, {}, {}, { prompt: own }, { plan: "none" }, { plan: "none" })).toEqual([
      "as it is",
      "as it is (2)",
      `${own.file} (as it is)`,
      "no plan",
      "no plan (2)",
    ]);
  });

  it("that were given twice are refused", () => {
    expect(() => names(model, { name: "A" }, { name: "A" })).toThrow(
      'Two contenders are named "A"; give each a name of its own.',
    );
  });

  it("that were given come before those that are made, wherever they stand", () => {
    const [made, given] = names(offline, {}, { name: "top-interest", plan: "top-interest" });
    expect(given).toBe("top-interest");
    expect(made).not.toBe(given);
  });
});

describe("reflections", () => {
  const pooled = (pool: AskedContender["pool"]) => {
    const base = ofRun();
    return poolOf(recordOf(base, { pool }), base).reflections;
  };

  it("are pinned, muted and edited for one contender, and the base keeps its own", () => {
    const base = ofRun();
    const before = structuredClone(base.pool);
    const record = recordOf(base, {
      pool: [
        { reflection: "r1", action: "pin" },
        { reflection: "r2", action: "mute" },
        { reflection: "r3", action: "edit", text: "More jazz." },
      ],
    });
    expect(poolOf(record, base).reflections).toMatchObject([
      { id: "r1", text: "Vary.", pinned: true, muted: false },
      { id: "r2", text: "Less sport.", pinned: false, muted: true },
      { id: "r3", text: "More jazz.", edited: true },
    ]);
    expect(base.pool).toEqual(before);
    expect(poolOf(recordOf(base), base)).toEqual(before);
  });

  it("are changed one change after the other", () => {
    const changes = ["pin", "mute", "unpin", "unmute"] as const;
    const [first] = pooled(changes.map((action) => ({ reflection: "r1", action })));
    expect(first).toMatchObject({ pinned: false, muted: false });
  });

  it("that the base does not have are refused", () => {
    expect(() => pooled([{ reflection: "r9", action: "pin" }])).toThrow(
      "Reflection r9 is not in the pool of the trial's base; it holds 3.",
    );
    expect(() => recordOf(model, { pool: [{ reflection: "r1", action: "pin" }] })).toThrow("it holds 0.");
    expect(poolOf(recordOf(model), model).reflections).toEqual([]);
  });

  it("cannot be emptied by an edit", () => {
    expect(() => pooled([{ reflection: "r1", action: "edit", text: "  " }])).toThrow("A reflection cannot be empty");
  });

  it("are shown as the base does but for what a contender sets", () => {
    const base = { ...model, experiment: experiment({ provider: "openai", baseUrl }, { reflections: { k: 5 } }) };
    const shown = experimentOf(recordOf(base, { reflections: { alpha: 2 } }), base.experiment).reflections;
    expect(shown).toMatchObject({ k: 5, alpha: 2 });
  });
});
