import { describe, expect, it } from "vitest";
import type { Found } from "../../../src/engine/trials/found.ts";
import { parseCondition } from "../../../src/engine/trials/gate.ts";
import { formatTrial, type TrialFormat } from "../../../src/engine/trials/trialReport.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { TrialRecord } from "../../../src/protocol/trial/record.ts";
import type { ContenderResult, Grid, PairResult, TrialResult } from "../../../src/protocol/trial/result.ts";

const record: TrialRecord = {
  schemaVersion: 1,
  id: "t1",
  name: "Shorter words",
  state: "done",
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:01:02.500Z",
  base: { experimentFile: "/x.lerl.json", name: "0123456789abcdef", run: { id: "run-7", iteration: 30 } },
  experiment: experimentSchema.parse({}),
  prompts: [],
  contenders: [],
  seed: 3,
  sessions: 50,
  planned: 50,
  stop: true,
  repeats: 1,
  activeSeconds: 62.5,
  failIf: [],
  engineVersion: "test",
};
const baseline: ContenderResult = {
  name: "as it is",
  rCum: 8.25,
  expected: 8.5,
  tInt: 9.5,
  rSin: 0.8684,
  repeats: 0.125,
  calls: 0,
  tokens: 0,
  cost: 0,
};
const words: ContenderResult = {
  ...baseline,
  name: "short",
  rCum: 8.75,
  planSize: 6.5,
  planOverlap: 0.333,
  invalidPlans: 0.02,
  fallbackPlans: 0.01,
  lostByPlan: 0.25,
  lostByPolicy: 0.5,
  planValue: 0.75,
  calls: 1480,
  tokens: 90_000,
  cost: 0.07,
  latencyMs: 410,
};
const better: PairResult = {
  contender: 1,
  verdict: "better",
  mean: 0.42,
  deviation: 1,
  interval: { low: 0.11, high: 0.7 },
  visits: { better: 34, equal: 7, worse: 9 },
  clicks: { mean: 0.5, interval: { low: -0.1, high: 1.1 } },
  margin: 0.41,
  worst: [],
};
const undecided: PairResult = {
  ...better,
  verdict: "undecided",
  interval: { low: -0.2, high: 0.7 },
  shows: { atEnd: 0.4, doubled: 0.3 },
};

interface Made {
  readonly name?: string;
  readonly contender?: Partial<ContenderResult>;
  readonly pair?: PairResult;
  readonly record?: Partial<TrialRecord>;
  readonly failIf?: readonly string[];
  readonly grid?: Grid;
}

function report({ name = "short", contender = {}, pair = better, record: own = {}, failIf = [], grid }: Made): Found {
  const result: TrialResult = {
    n: 50,
    contenders: [baseline, { ...words, name, ...contender }],
    pairs: [pair],
    ...(grid && { grid }),
  };
  const conditions = failIf.map(parseCondition);
  const judgement = conditions.length > 0 ? "undecided" : undefined;
  return { record: { ...record, ...own }, result, folder: ".lerl/trials/t1", conditions, judgement };
}

const printed = (format: TrialFormat, made: Made = {}): string => formatTrial(report(made), format);

const hostile = `<a href="x">&'|\`\\`;

describe("a trial as text", () => {
  it("says in sentences what was found, on what, and what it cost", () => {
    const text = printed("text");
    expect(text).toContain("Shorter words: 50 of 50 visits on run run-7, iteration 30; against as it is.\n");
    expect(text).toContain(
      "short: +0.42 reward a visit [+0.11, +0.70]: better. 34 of 50 visits better, 9 worse, 7 equal. 1,480 calls, $0.07.\n",
    );
    expect(text).toMatch(/equal within[^0]*[\s\S]* 0\.41 /);
    expect(text).not.toContain("Go on");
    expect(text).toMatch(/│ short +│ +8\.75 │ +8\.50 │ +9\.5 │ +0\.868 │ +12\.5 % │/);
    expect(text).toMatch(/ repeats │ lost by plan │ by policy │/);
    expect(text).toMatch(/ 12\.5 % │ +0\.250 │ +0\.500 │/);
    expect(text).toMatch(/│ as it is +│ +– │ +– │/);
  });

  it("says of a moment's plan what it is worth as a plan", () => {
    const about = "3 different · none from the last\nslate · is the list's first 3";
    const cell = { planned: 1, passed: 1, different: 1, plan: ["Dance", "Music", "Food"], why: [], about };
    const grid: Grid = { repeats: 1, moments: [{ name: "tired", cells: [cell, { ...cell, planned: 0 }] }] };
    expect(printed("text", { grid })).toMatch(
      / pass: Dance, Music, Food │ +– │\n│ +│ 3 different · none from the last slate · is the list's first 3 │/,
    );
    expect(printed("markdown", { grid })).toContain(
      "pass: Dance, Music, Food; 3 different · none from the last slate · is the list's first 3",
    );
  });

  it("judges plans as plans; of early versions by what they kept", () => {
    const header = /│ plans +│ usable │ asked again │ categories │ from last slate │ clicked kept │ copied │ same over/;
    const plans = {
      plans: 80,
      usable: 0.975,
      different: 6.25,
      fromLast: 0.125,
      keptClicked: 0.5,
      copied: 1,
      sameness: 0.9,
    };
    const text = printed("text", { contender: { plans } });
    expect(text).toMatch(header);
    expect(text).toMatch(/│ short +│ +97\.5 % │ +– │ +6\.3 │ +12\.5 % │ +50 % │ +100 % │ +90 % │ +0\.750 │/);
    expect(printed("text")).toMatch(/│ short +│ +99 % │ +2 % │ +6\.5 │ +– │ +– │ +– │ +– │ +0\.750 │/);
    const unasked = { calls: 0, invalidPlans: 0, fallbackPlans: 0 };
    expect(printed("text", { contender: unasked })).toMatch(/│ short +│ +– │ +– │ +6\.5 │/);
    expect(printed("markdown", { contender: { plans } })).toContain("| short | 97.5 % | – | 6.3 | 12.5 % |");
    expect(JSON.parse(printed("json", { contender: { plans } })).contenders[1].plans).toEqual(plans);
    expect(text).toContain(
      "short: Its model answers the same whatever the visit: plans for the same step overlap by 90 %.\n",
    );
    const told = (more: object) => printed("text", { contender: { plans: { ...plans, ...more } } });
    expect(told({ sameness: 0.89 })).not.toContain("whatever the visit");
    expect(told({ plans: 7 })).not.toContain("whatever the visit");
    expect(told({ usable: 0 })).toContain(
      "short: No reply of its model could be used; every plan is the stand-in's.\n",
    );
    expect(printed("text", { contender: { plans: { plans: 80, sameness: 1 } } })).not.toContain("whatever the visit");
    expect(printed("csv", { contender: { plans } })).toContain(",410,0.975,,6.25,0.125,0.5,1,0.9,50,");
  });

  it("of a base that has learned nothing says so", () => {
    const { run: _, ...base } = record.base;
    expect(printed("text", { record: { base } })).toContain("visits on a policy that has learned nothing; against");
  });

  it("that is undecided says what would have shown, and how to go on", () => {
    const text = printed("text", { pair: undecided });
    expect(text).toContain(
      "Four trials of five would show a difference of 0.40 a visit in 50 visits, and one of 0.30 in 100.\nGo on: lerl trial .lerl/trials/t1 --sessions 100\n",
    );
  });

  it("has no verdict below 16 visits, and no price of a model without one", () => {
    const { interval: _, ...few } = undecided;
    const { cost: __, ...unpriced } = words;
    const text = formatTrial(
      { ...report({ pair: few }), result: { n: 5, contenders: [baseline, unpriced], pairs: [few] } },
      "text",
    );
    expect(text).toContain("+0.42 reward a visit: too few visits for a verdict (5).");
    expect(text).toContain("1,480 calls, price unknown.");
    expect(text).toContain("none below 16 visits");
    expect(text).not.toContain("$0.00");
  });

  it("says of every condition for whom it holds", () => {
    const text = printed("text", { failIf: ["rCum < baseline", "calls > 1000", "rCum > baseline + 0.5"] });
    expect(text).toContain('--fail-if "rCum < baseline": does not hold for short.');
    expect(text).toContain('--fail-if "calls > 1000": holds for short.');
    expect(text).toContain('--fail-if "rCum > baseline + 0.5": undecided for short.');
  });
});

describe("names that would steer a terminal", () => {
  it.each(["text", "markdown"] as const)("stand on one line of a report as %s", (format) => {
    const steering = "a\u001b[31m\nb\u0007";
    const text = printed(format, { name: steering, record: { name: steering } });
    expect(text).toContain("a [31m b");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe("a trial as Markdown", () => {
  const hostileNames = { name: `${hostile}\n# b`, record: { name: `${hostile}\n# c` } };

  it("keeps every row of its tables on one line with its cells, whatever the names", () => {
    const tables = printed("markdown", hostileNames)
      .split("\n\n")
      .filter((part) => part.startsWith("|"))
      .map((table) => table.split("\n").map((row) => row.replaceAll(/\\[\\|]/g, "").split("|").length));
    expect(tables.map((rows) => rows.length).sort()).toEqual([3, 4, 4]);
    for (const rows of tables) expect(new Set(rows).size).toBe(1);
  });

  it("shows names as text: none of them is markup or a line of its own", () => {
    const text = printed("markdown", hostileNames);
    expect(text).not.toMatch(/^# /m);
    expect(text).not.toMatch(/(?<!\\)</);
  });
});

describe("a trial as JSON", () => {
  it("holds everything that was found, and what the conditions said", () => {
    expect(JSON.parse(printed("json", { failIf: ["rCum < baseline"] }))).toEqual({
      id: "t1",
      name: "Shorter words",
      state: "done",
      folder: ".lerl/trials/t1",
      base: record.base,
      seed: 3,
      sessions: 50,
      planned: 50,
      n: 50,
      contenders: [baseline, words],
      pairs: [better],
      gate: { judgement: "undecided", conditions: ["rCum < baseline"] },
    });
    expect(JSON.parse(printed("json"))).not.toHaveProperty("gate");
  });
});

describe("a trial as CSV", () => {
  it("has a line a contender; the baseline has no difference, what was not measured is empty, and counts of a trial of before stand in today's columns", () => {
    const [head, first, second, end] = printed("csv").split("\n");
    expect(head).toBe(
      "name,rCum,expected,tInt,rSin,pass,passAll,repeats,planSize,planOverlap,invalidPlans,fallbackPlans,lostByPlan,lostByPolicy,planValue,calls,tokens,cost,latencyMs,usable,askedAgain,different,fromLast,keptClicked,copied,sameness,n,difference,low,high,verdict,better,worse,equal",
    );
    expect(first).toBe("as it is,8.25,8.5,9.5,0.8684,,,0.125,,,,,,,,0,0,0,,,,,,,,,,,,,,,,");
    expect(second).toBe(
      "short,8.75,8.5,9.5,0.8684,,,0.125,6.5,0.333,0.02,0.01,0.25,0.5,0.75,1480,90000,0.07,410,0.99,0.02,6.5,,,,,50,0.42,0.11,0.7,better,34,9,7",
    );
    expect(end).toBe("");
  });

  it.each([
    ['say "less", twice', '"say ""less"", twice"'],
    ["two\nlines", '"two\nlines"'],
    ["=1+1", "'=1+1"],
    ["+1+2", "'+1+2"],
    ["-1", "-1"],
    ["@sum", "'@sum"],
    ['=a,"b"', '"\'=a,""b"""'],
  ])("names %j so that it stays a name", (name, cell) => {
    expect(printed("csv", { name })).toContain(`\n${cell},8.75,`);
  });

  it("leaves negative numbers numbers", () => {
    expect(printed("csv", { pair: { ...better, mean: -0.42 } })).toContain(",50,-0.42,0.11,");
  });
});

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const decoded = (text: string): string => text.replace(/&(\w+);/g, (_, name: string) => entities[name] ?? "?");

/** The elements of a document; what is no XML is refused. */
function elementsOf(xml: string): readonly Element[] {
  const open: string[] = [];
  const found: Element[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what no XML document may hold
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml)) throw new Error("a character XML forbids");
  if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(xml)) throw new Error("an & that is no entity");
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\s*/, "");
  for (const [, closing, name = "", inner = "", empty, text = ""] of body.matchAll(
    /<(\/?)([a-z-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>([^<]*)/g,
  )) {
    if (closing && open.pop() !== name) throw new Error(`</${name}> closes another`);
    if (open.length === 0 && text.trim() !== "") throw new Error(`text outside of the document: ${text}`);
    if (closing) continue;
    if (!empty) open.push(name);
    const attributes = [...inner.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value = ""]) => [key, decoded(value)]);
    found.push({ name, attributes: Object.fromEntries(attributes) });
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> stays open`);
  if (found.length !== (body.match(/<[^/]/g) ?? []).length) throw new Error("a tag that is none");
  return found;
}

const junit = (made: Made = {}) => elementsOf(printed("junit", made));
const outcomes = (elements: readonly Element[]) =>
  elements.map(({ name }) => name).filter((name) => ["failure", "error", "skipped"].includes(name));

describe("a trial as JUnit", () => {
  const failIf = ["rCum < baseline", "calls > 1000", "rCum > baseline + 0.5"];

  it("has a test a condition: failed where it holds, skipped where it is undecided", () => {
    const elements = junit({ failIf });
    expect(elements[1]).toEqual({
      name: "testsuite",
      attributes: {
        name: "Shorter words",
        tests: "3",
        failures: "1",
        errors: "0",
        skipped: "1",
        time: "62.500",
        timestamp: record.startedAt,
      },
    });
    expect(elements.filter(({ name }) => name === "testcase").map(({ attributes }) => attributes.name)).toEqual(
      failIf.map((condition) => `short: not ${condition}`),
    );
    expect(outcomes(elements)).toEqual(["failure", "skipped"]);
    expect(elements.find(({ name }) => name === "failure")?.attributes.message).toContain("+0.42 reward a visit");
    expect(elements.find(({ name }) => name === "skipped")?.attributes.message).toMatch(/^undecided: \+0\.42/);
  });

  it("that was not finished is an error, never a failure of the words", () => {
    for (const state of ["stopped", "interrupted", "failed"] as const) {
      const reason = "The model budget is used up.";
      const elements = junit({ failIf, record: { state, reason } });
      expect(outcomes(elements)).toEqual(["error"]);
      expect(elements[1]?.attributes).toMatchObject({ tests: "1", failures: "0", errors: "1", skipped: "0" });
      expect(elements.find(({ name }) => name === "error")?.attributes.message).toBe(
        `The trial ended early (${state}). ${reason}`,
      );
    }
  });

  it("has one test a contender where there is no condition, which passes", () => {
    const elements = junit({ pair: undecided });
    expect(outcomes(elements)).toEqual([]);
    expect(elements[1]?.attributes).toMatchObject({ tests: "1", failures: "0", errors: "0", skipped: "0" });
  });

  it("fails where words miss a moment, not where the baseline does", () => {
    const cell = (passed: number) => ({ planned: 2, passed, different: 1, plan: [], why: ["6 categories"] });
    const grid: Grid = { repeats: 2, moments: [{ name: "tired", cells: [cell(0), cell(1)] }] };
    const elements = junit({ grid });
    expect(outcomes(elements)).toEqual(["skipped", "failure"]);
    const messages = elements.flatMap(({ attributes: { message } }) => message ?? []);
    expect(messages).toEqual(["the baseline: 0 of 2 pass: 6 categories", "1 of 2 pass: 6 categories"]);
  });

  it.each([hostile, "a &amp; b", "]]>", "umläut 🎬"])("names a contender and a trial %j as they are named", (name) => {
    const elements = junit({ name, failIf, record: { name } });
    expect(elements[1]?.attributes.name).toBe(name);
    expect(elements[2]?.attributes).toEqual({ classname: `trial.${name}`, name: `${name}: not rCum < baseline` });
  });

  it("leaves out what XML forbids: control characters in a contender's name", () => {
    const elements = junit({ name: "a\u0000b\u001bc", failIf });
    expect(elements[2]?.attributes.name).toBe("abc: not rCum < baseline");
  });

  it("leaves out what XML forbids: control characters in the trial's name", () => {
    expect(junit({ record: { name: "a\u0000b\u001bc" } })[1]?.attributes.name).toBe("abc");
  });

  it('names a trial "true" like any other', () => {
    expect(junit({ record: { name: "true" } })[1]?.attributes.name).toBe("true");
  });
});
