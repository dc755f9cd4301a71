import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datasetSchema } from "../../../src/protocol/experiment/dataset.ts";
import { fidelityChoice, fidelitySwitches, simulatesCalibrated } from "../../../src/protocol/experiment/fidelity.ts";
import { defaultFormat } from "../../../src/protocol/experiment/tables.ts";
import { experimentJsonSchema } from "../../../src/protocol/experiment.ts";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { applyOverrides, parseOverride } from "../../../src/protocol/overrides.ts";
import { type DocumentProblem, formatProblems, parseExperiment } from "../../../src/protocol/parseExperiment.ts";
import { expectLinear } from "../support/growth.ts";
import { arbitraryOf, mutilated, placesOf } from "./arbitraries.ts";

const problemsIn = (text: string): readonly DocumentProblem[] => {
  const parsed = parseExperiment(text);
  return parsed.ok ? [] : parsed.problems;
};
const problemsOf = (text: string): string => formatProblems("x.lerl.json", problemsIn(text));

describe("the experiment document", () => {
  it("gives the paper's constants where the file is silent", () => {
    const parsed = parseExperiment("{}");
    if (!parsed.ok) throw new Error(problemsOf("{}"));
    expect(parsed.value.simulator).toMatchObject({ users: 12, slateSize: 6, correlationPenalty: 0.2 });
    expect(parsed.value.simulator.quit).toMatchObject({
      rule: "temper",
      initialTemper: 20,
      stepCost: 1,
      repeatCost: 1,
    });
    expect(parsed.value.ppo).toMatchObject({ gamma: 0.9, lambda: 0.95, clip: 0.2, epochs: 4, minibatch: 64 });
    expect(parsed.value.reflections).toMatchObject({ capacity: 200, k: 3, alpha: 0.5 });
  });

  it("takes the usual kind where a section names none", () => {
    const parsed = parseExperiment(
      '{"dataset": {"users": 50}, "simulator": {"quit": {"repeatCost": 2}, "responseModel": {"epochs": 3}}}',
    );
    if (!parsed.ok) throw new Error("not parsed");
    expect(parsed.value.dataset).toMatchObject({ kind: "synthetic", users: 50 });
    expect(parsed.value.simulator.quit).toMatchObject({ rule: "temper", repeatCost: 2, stepCost: 1 });
    expect(parsed.value.simulator.responseModel).toMatchObject({ kind: "trained", epochs: 3 });
  });

  it.each(["/*", "{} /*", '{"seed": 1 /* ', "{ /* *", "//", '"', "{\u0000"])("ends where %j does", (text) => {
    expect(parseExperiment(text).ok).toBe(false);
  });

  it.each<[string, (length: number) => string]>([
    ["settings that there are not", (n) => `{${Array.from({ length: n / 10 }, (_, i) => `\n"k${i}": 1`).join()}}`],
    ["comments that are none", (n) => "/*".repeat(n / 2)],
    ["lines that are no JSON", (n) => "x y\n".repeat(n / 4)],
  ])("takes time as its length, no more, and tells the first problems: %s", (name, write) => {
    expectLinear(name, 20_000, (length) => {
      const text = write(length);
      return () => formatProblems("x.lerl.json", problemsIn(text));
    });
    const told = problemsOf(write(20_000)).split("\n");
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toMatch(/^x\.lerl\.json: and at least 80 more problems$/);
  });

  it("repeats no endless name", () => {
    expect(problemsOf(`{"${"k".repeat(100_000)}": 1}`).length).toBeLessThan(1000);
    expect(problemsOf(`{"name": "${"n".repeat(201)}"}`)).toContain("expected a text of length <= 200");
  });

  it("quotes the place of a mistake, and nothing of a file of another kind", () => {
    const told = (text: string) => {
      const parsed = parseExperiment(text);
      return parsed.ok ? "" : JSON.stringify(parsed.problems);
    };
    expect(told('{"seed": sevn}')).toContain("sevn");
    expect(told("root:x:0:0")).not.toContain("root");
  });

  it("reads comments and trailing commas", () => {
    const parsed = parseExperiment('{\n  // why\n  "seed": 7, /* and */\n}');
    expect(parsed.ok && parsed.value.seed).toBe(7);
  });

  it.each([
    ["", "x.lerl.json:1:1: The file is empty; expected a JSON object."],
    ["{", "x.lerl.json:1:2: Not valid JSON: close brace expected."],
    ["[]", "x.lerl.json:1:1: [] is not allowed; expected an object."],
    ['{"seed": -1}', "x.lerl.json:1:10: seed: -1 is not allowed; expected a number >= 0."],
    ['{"seed": 1e400}', "x.lerl.json:1:10: seed: 1e400 is not allowed; expected a number."],
    ['{"seed": 1.5}', "x.lerl.json:1:10: seed: 1.5 is not allowed; expected a whole number."],
    [
      '{\n "simulator": {"quit": {"rule": "temper", "stepCost": "x"}}}',
      'x.lerl.json:2:55: simulator.quit.stepCost: "x" is not allowed; expected a number.',
    ],
    ['{"dataset": {"kind": "kuairand"}}', "x.lerl.json:1:13: dataset.path: missing; expected a text."],
    [
      '{"dataset": {"kind": "amazon"}}',
      'x.lerl.json:1:22: dataset.kind: "amazon" is not allowed; expected a known "kind": synthetic, kuairand, kuairec, movielens, csv.',
    ],
    [
      '{"dataset": {"kind": "csv", "interactions": {"path": "a", "user": true}, "items": {}}}',
      "x.lerl.json:1:67: dataset.interactions.user: true is not allowed; expected a text or a number.",
    ],
    [
      '{"dataset": {"kind": "csv", "interactions": {"path": "a", "time": 0}, "items": {}}}',
      "x.lerl.json:1:67: dataset.interactions.time: 0 is not allowed; expected a number >= 1.",
    ],
    [
      '{"dataset": {"kind": "csv", "interactions": {"path": "a", "clickAt": "4"}, "items": {}}}',
      'x.lerl.json:1:70: dataset.interactions.clickAt: "4" is not allowed; expected a number or an object.',
    ],
    [
      '{"dataset": {"kind": "csv", "interactions": {"path": "a"}, "items": {"format": {"quote": "x"}}}}',
      'x.lerl.json:1:81: dataset.items.format.quote: unknown setting "quote". Remove it or correct its name.',
    ],
    ['{"name": ""}', 'x.lerl.json:1:10: name: "" is not allowed; expected a text of length >= 1.'],
    [
      '{"policy": {"hidden": []}}',
      "x.lerl.json:1:23: policy.hidden: [] is not allowed; expected a list of length >= 1.",
    ],
    [
      '{"simulator": {"calibrated": "yes"}}',
      'x.lerl.json:1:30: simulator.calibrated: "yes" is not allowed; expected true or false or "auto".',
    ],
    ['{"policy": {"hidden": 8}}', "x.lerl.json:1:23: policy.hidden: 8 is not allowed; expected a list."],
    ['{"seed": 2,\n"seed": 7}', 'x.lerl.json:2:1: "seed" stands here and in line 1. Remove one of the two.'],
    [
      '{"models": {"prices": {"__proto__": {"input": 1, "output": 1}}}}',
      'x.lerl.json:1:24: models.prices.__proto__: unknown setting "__proto__". Remove it or correct its name.',
    ],
    [
      '{"seed": 9007199254740993}',
      "x.lerl.json:1:10: seed: 9007199254740993 is not allowed; expected a whole number <= 9007199254740991.",
    ],
    [
      '{"name": "s", "experiment": "a.lerl.json", "variants": [], "seeds": [1]}',
      "x.lerl.json:1:44: This is a suite, not an experiment: lerl suite run <file>.",
    ],
    [
      '{"base": "a.lerl.json", "contenders": []}',
      "x.lerl.json:1:25: This is a trial, not an experiment. Name it *.trial.json, then: lerl trial <file>.",
    ],
    ['{"polcy": {}}', 'x.lerl.json:1:2: polcy: unknown setting "polcy". Remove it or correct its name.'],
  ])("names place, value and what is allowed in %j", (text, message) => {
    expect(problemsOf(text)).toBe(message);
  });

  it("quotes no more of an unknown key than tells it from others: the file may be of another kind", () => {
    const secret = `sk-${"0123456789".repeat(8)}`;
    const told = problemsOf(JSON.stringify({ [secret]: 1, policy: { [secret]: 1 } }));
    expect(told).toContain(`unknown setting "${secret.slice(0, 39)}…"`);
    expect(told).not.toContain(secret.slice(0, 40));
  });

  it("refuses a text that nests without end", () => {
    const message = "x.lerl.json:1:109: Lists and objects are nested more than 100 deep; no setting is.";
    expect(problemsOf(`{"seed": ${"[".repeat(100_000)}`)).toBe(message);
  });

  it("never throws, whatever the text", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseExperiment(text)));
  });

  it("calibrates clicks in paper mode, not in reference mode, and as it is told", () => {
    const of = (mode: "paper" | "reference") =>
      (["auto", true, false] as const).map((calibrated) => simulatesCalibrated(calibrated, { mode }));
    expect(of("paper")).toEqual([true, true, false]);
    expect(of("reference")).toEqual([false, true, false]);
  });

  it("sets every fidelity switch by mode and by name", () => {
    for (const name of Object.keys(fidelitySwitches) as (keyof typeof fidelitySwitches)[]) {
      const [paper, reference] = fidelitySwitches[name];
      expect(fidelityChoice({ mode: "paper", switches: {} }, name)).toBe(paper);
      expect(fidelityChoice({ mode: "reference", switches: {} }, name)).toBe(reference);
      expect(fidelityChoice({ mode: "paper", switches: { [name]: reference } }, name)).toBe(reference);
    }
  });

  it("describes every setting in the JSON Schema", () => {
    const missing: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, anyOf, oneOf } = node as {
        properties?: Record<string, { description?: string; const?: unknown; type?: string }>;
        anyOf?: unknown[];
        oneOf?: unknown[];
      };
      for (const [name, child] of Object.entries(properties ?? {})) {
        const isLeaf = child.type !== "object" && child.const === undefined;
        if (isLeaf && !child.description && name !== "$schema") missing.push(`${path}.${name}`);
        visit(child, `${path}.${name}`);
      }
      for (const option of [...(anyOf ?? []), ...(oneOf ?? [])]) visit(option, path);
    };
    visit(experimentJsonSchema(), "");
    expect(missing).toEqual([]);
  });
});

describe("a data set", () => {
  const any = arbitraryOf(datasetSchema);

  it("is taken as it is, whatever of its settings are given", () => {
    fc.assert(fc.property(any, (dataset) => void expect(datasetSchema.parse(dataset)).toEqual(dataset)));
  });

  it("is refused with anything else in the place of a setting", () => {
    const wrong = any.chain((dataset) =>
      fc.constantFrom(...placesOf(datasetSchema, dataset)).map((path) => mutilated(dataset, path)),
    );
    fc.assert(fc.property(wrong, (dataset) => !datasetSchema.safeParse(dataset).success));
  });

  it("of tables needs no more than where its interactions are", () => {
    const parsed = datasetSchema.parse({ kind: "csv", interactions: { path: "log.tsv", feedback: [] }, items: {} });
    expect(parsed).toMatchObject({
      interactions: { user: "user", item: "item", feedback: [], format: defaultFormat },
      items: { categories: "categories", format: defaultFormat },
    });
  });
});

describe("overrides", () => {
  it("read JSON values, else text", () => {
    expect(parseOverride("simulator.users=3")).toEqual({ path: "simulator.users", value: 3 });
    expect(parseOverride("dataset.path=../a=b")).toEqual({ path: "dataset.path", value: "../a=b" });
    expect(parseOverride("policy.hidden=[8,8]")).toEqual({ path: "policy.hidden", value: [8, 8] });
    expect(parseOverride("dataset.items.item=2")).toEqual({ path: "dataset.items.item", value: 2 });
    expect(parseOverride("no value")).toBeUndefined();
    expect(parseOverride("=3")).toBeUndefined();
  });

  it("change the value and nothing else", () => {
    const text = '{\n  // kept\n  "seed": 1,\n  "name": "a"\n}';
    const changed = applyOverrides(text, [
      { path: "seed", value: 2 },
      { path: "simulator.quit.repeatCost", value: 3 },
    ]);
    expect(changed).toContain("// kept");
    expect(valueAt(JSON.parse(changed.replace("// kept", "")), "simulator.quit.repeatCost")).toBe(3);
    expect(changed).toContain('"seed": 2');
  });

  it.each([
    ["seed.x=1", 'seed: {"x":1} is not allowed; expected a number.'],
    ["simulator.quit.0=3", 'simulator.quit.0: unknown setting "0". Remove it or correct its name.'],
    ["policy.hidden.x=12", 'policy.hidden: {"x":12} is not allowed; expected a list.'],
    ["policy.hidden.length=0", 'policy.hidden: {"length":0} is not allowed; expected a list.'],
    ["policy.hidden.2=5", 'policy.hidden: {"2":5} is not allowed; expected a list. Give the whole list.'],
    ["seed=9007199254740993", 'seed: "9007199254740993" is not allowed; expected a number.'],
    ["dataset.users=1e400", 'dataset.users: "1e400" is not allowed; expected a number.'],
    ["policy.hidden=[1e400]", 'policy.hidden.0: "Infinity" is not allowed; expected a number.'],
    ["models.prices.__proto__=1", 'models.prices.__proto__: unknown setting "__proto__".'],
    ['simulator.rewardWeights={"__proto__":1}', 'simulator.rewardWeights.__proto__: unknown setting "__proto__".'],
  ])("that lead through a value are the schema's to refuse: %s", (text, message) => {
    const document = '{"seed": 1, "policy": {"hidden": [8]}, "simulator": {"quit": {"rule": "temper"}}}';
    const override = parseOverride(text);
    if (!override) throw new Error("not read");
    const told = problemsOf(applyOverrides(document, [override]));
    expect(told).toContain(message);
    expect(told.split("\n")).toHaveLength(1);
  });

  it.each([
    ["where the list is not in the document", "{}", 0],
    ["behind its end", '{"policy": {"hidden": [8]}}', 2],
  ])("make no list of one entry: %s", (_, text, place) => {
    const changed = applyOverrides(text, [{ path: `policy.hidden.${place}`, value: 5 }]);
    expect(problemsOf(changed)).toContain(
      `policy.hidden: {"${place}":5} is not allowed; expected a list. Give the whole`,
    );
    const there = applyOverrides('{"policy": {"hidden": [8, 9]}}', [{ path: "policy.hidden.1", value: 5 }]);
    expect(JSON.parse(there)).toEqual({ policy: { hidden: [8, 5] } });
  });

  it("reach entries whose names are numbers", () => {
    for (const text of ["{}", '{"models": {"prices": {}}}']) {
      const changed = applyOverrides(text, [{ path: "models.prices.4", value: { input: 1, output: 2 } }]);
      expect(JSON.parse(changed)).toEqual({ models: { prices: { 4: { input: 1, output: 2 } } } });
    }
  });

  it("leave what is no object as it is", () => {
    for (const text of ["5", "[1, 2]", '"text"', "[".repeat(100_000)])
      expect(applyOverrides(text, [{ path: "seed", value: 2 }])).toBe(text);
  });
});
