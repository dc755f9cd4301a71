import { describe, expect, it } from "vitest";
import * as z from "zod";
import { formatProblems } from "../../../src/protocol/parseExperiment.ts";
import { parseTrial, type Trial, trialJsonSchema } from "../../../src/protocol/trial.ts";

const smallest = `{ "name": "T", "base": "x.lerl.json", "contenders": [{}, { "prompt": "short.lerl.md" }] }`;

function trialOf(text: string): Trial {
  const parsed = parseTrial(text);
  if (parsed.ok) return parsed.value;
  throw new Error(formatProblems("x.trial.json", parsed.problems));
}

function problemsOf(text: string): string {
  const parsed = parseTrial(text);
  return parsed.ok ? "" : formatProblems("x.trial.json", parsed.problems);
}

/** A trial against its base of one contender, which begins line 3. */
const against = (contender: string): string => `{ "name": "T", "base": "x.lerl.json", "contenders": [
  {},
  ${contender}
] }`;

describe("the trial document", () => {
  it("plans 100 visits, stops when decided and has no condition where the file is silent", () => {
    expect(trialOf(smallest)).toEqual({
      name: "T",
      base: "x.lerl.json",
      contenders: [{ pool: [] }, { prompt: "short.lerl.md", pool: [] }],
      sessions: 100,
      repeats: 1,
      stop: true,
      failIf: [],
    });
  });

  it("is read with a byte order mark, and its problems stand where they stood", () => {
    expect(parseTrial(`\uFEFF${smallest}`).ok).toBe(true);
    const wrong = parseTrial('\uFEFF{ "nam": 1 }');
    expect(!wrong.ok && wrong.problems.find(({ path }) => path === "nam")).toMatchObject({ line: 1, column: 4 });
  });

  it("leaves to the base what a contender does not set", () => {
    const [, contender] = trialOf(against('{ "version": "ab12", "model": "m", "reflections": { "k": 2 } }')).contenders;
    expect(contender).toEqual({ version: "ab12", model: "m", reflections: { k: 2 }, pool: [] });
  });

  it("reads comments, trailing commas and every setting", () => {
    const trial = trialOf(`{
      // why
      "name": "T", "base": ".lerl/runs/r", "sessions": 20, "seed": 4, "stop": false, "margin": 0.3,
      "maxCalls": 10, "maxTokens": 1000, "maxCost": 0.5, "failIf": ["rCum < baseline"],
      "contenders": [{ "name": "A" }, { "plan": "oracle", "replanEvery": 2, }, {
        "provider": "openai", "baseUrl": "http://127.0.0.1:9/v1", "apiKeyVariable": "KEY", "maxTokens": 9,
        "temperature": 0.1, "reasoningEffort": "low",
        "pool": [{ "reflection": "r1", "action": "edit", "text": "Less." }, { "reflection": "r2", "action": "mute" }]
      }],
    }`);
    expect(trial).toMatchObject({ sessions: 20, stop: false, margin: 0.3, maxCost: 0.5 });
    expect(trial.contenders[2]?.pool).toHaveLength(2);
  });

  it.each([
    ['{ "promt": "a.lerl.md" }', '3:5: contenders.1.promt: unknown setting "promt". Remove it or correct its name.'],
    ['{ "plan": "random" }', '3:13: contenders.1.plan: "random" is not allowed; expected "top-interest" or '],
    [
      '{ "provider": "replay" }',
      '3:17: contenders.1.provider: "replay" is not allowed; expected "offline" or "openai"',
    ],
    ['{ "baseUrl": "ftp://a" }', "expected an address such as http://127.0.0.1:11434/v1."],
    ['{ "prompt": "a", "version": "b" }', 'give one of "prompt", "version" and "plan".'],
    ['{ "prompt": "a", "plan": "none" }', 'give one of "prompt", "version" and "plan".'],
    ['{ "version": "a", "plan": "none" }', 'give one of "prompt", "version" and "plan".'],
  ])("says where a contender is wrong: %s", (contender, problem) => {
    const problems = problemsOf(against(contender));
    expect(problems).toMatch(/^x\.trial\.json:3:\d+: contenders\.1[.:]/);
    expect(problems).toContain(problem);
  });

  it.each([
    ['{ "reflection": "r1", "action": "edit" }', 'an edit, and only an edit, has a "text".'],
    ['{ "reflection": "r1", "action": "pin", "text": "x" }', 'an edit, and only an edit, has a "text".'],
    ['{ "reflection": "r1", "action": "delete" }', '"delete" is not allowed; expected "pin" or "unpin"'],
  ])("says where a change to the pool is wrong: %s", (change, problem) => {
    const problems = problemsOf(against(`{ "pool": [\n ${change}] }`));
    expect(problems).toMatch(/^x\.trial\.json:4:\d+: contenders\.1\.pool\.0[.:]/);
    expect(problems).toContain(problem);
  });

  it("names the second of two contenders with one name", () => {
    const text = `{ "name": "T", "base": "x", "contenders": [\n{ "name": "A" },\n{},\n{},\n { "name": "A" }] }`;
    expect(problemsOf(text)).toBe(
      'x.trial.json:5:12: contenders.3.name: "A" is the name of an earlier contender; choose another.',
    );
  });

  it("needs a name, a base and two contenders", () => {
    expect(problemsOf(`{ "contenders": [{}] }`).split("\n")).toEqual([
      "x.trial.json:1:1: name: missing; expected a text.",
      "x.trial.json:1:1: base: missing; expected a text.",
      "x.trial.json:1:17: contenders: [{}] is not allowed; expected a list of length >= 2.",
    ]);
    expect(problemsOf("{ nonsense")).toMatch(/^x\.trial\.json:1:\d+: Not valid JSON/);
  });
});

describe("the JSON Schema of trials", () => {
  const schema = trialJsonSchema();

  it("compiles, and takes what the parser takes", () => {
    const compiled = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    const takes = (text: string): boolean => compiled.safeParse(JSON.parse(text)).success;
    expect(schema).toMatchObject({ title: "LERL trial", required: ["name", "base", "contenders"] });
    expect(takes(smallest)).toBe(true);
    expect(takes(against('{ "plan": "oracle", "pool": [{ "reflection": "r1", "action": "pin" }] }'))).toBe(true);
    for (const contender of ['{ "promt": "a" }', '{ "plan": "random" }', '{ "provider": "replay" }'])
      expect(takes(against(contender))).toBe(false);
  });

  it("describes every setting", () => {
    const missing: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, items } = node as {
        properties?: Record<string, { description?: string; type?: string }>;
        items?: unknown;
      };
      for (const [name, child] of Object.entries(properties ?? {})) {
        if (child.type !== "object" && !child.description && name !== "$schema") missing.push(`${path}.${name}`);
        visit(child, `${path}.${name}`);
      }
      visit(items, path);
    };
    visit(schema, "");
    expect(missing).toEqual([]);
  });
});
