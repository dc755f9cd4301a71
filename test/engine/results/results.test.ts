/** npm run results on a small project: real runs, a page that is filled, and nothing that is made twice. */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { results } from "../../../results/results.ts";
import type { Table } from "../../../results/tables.ts";
import { scratchFolder } from "../commands/lerl.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");
const built = existsSync(cli);
if (!built) console.warn("Skipped: the command line is not built; run npm run build.");

const base = {
  name: "Small",
  dataset: { kind: "synthetic", users: 40, items: 60, categories: 6 },
  simulator: { users: 3 },
  policy: { backend: "plain", layers: 1, hidden: [8], idEmbedding: 4, encoding: 8, heads: 2, feedForward: 8 },
  training: { iterations: 2, rolloutSteps: 4 },
  evaluation: { every: 1, sessions: 5 },
};
/** Trained on few rows of few users. */
const model = { ...base, simulator: { responseModel: { kind: "trained", epochs: 1, learningRate: 0.001 } } };
const suite = {
  name: "Small suite",
  experiment: "base.lerl.json",
  seeds: [1, 2],
  sessions: 5,
  variants: [{ name: "LERL" }, { name: "LinUCB", set: { "policy.kind": "linucb", "planner.enabled": false } }],
};
const common = { tells: "something", minutes: 1 };
const tables: readonly Table[] = [
  { ...common, name: "compared", kind: "suite", suite: "small.suite.json" },
  { ...common, name: "by-seed", kind: "seeds", suite: "small.suite.json", variants: ["LinUCB"] },
  {
    ...common,
    name: "steps",
    kind: "runs",
    experiment: "base.lerl.json",
    rows: { head: "iterations", path: "training.iterations", values: [1, 2] },
    columns: [
      { head: "before", iteration: 0, metric: "evalNormalised" },
      { head: "second", iteration: 2, metric: "evalNormalised" },
    ],
  },
  { ...common, name: "clicks", kind: "user-model", experiment: "model.lerl.json" },
  { ...common, name: "elsewhere", kind: "suite", suite: "small.suite.json", data: "kuairec" },
];
const page = `# Numbers

Prose before.

${tables.map(({ name }) => `<!-- results: ${name} -->\n<!-- /results -->\n\nProse after ${name}.\n`).join("\n")}`;

const scratch = scratchFolder();
afterAll(scratch.remove);

interface Outcome {
  readonly code: number;
  readonly said: string;
  readonly aside: string;
}

async function make(root: string, words: readonly string[], signal?: AbortSignal): Promise<Outcome> {
  let [said, aside] = ["", ""];
  const code = await results(words, {
    root,
    cli,
    tables,
    page: "page.md",
    signal: signal ?? new AbortController().signal,
    say: (text) => {
      said += text;
    },
    aside: (text) => {
      aside += text;
    },
  });
  return { code, said, aside };
}

async function project(name: string): Promise<string> {
  const root = join(scratch.path, name);
  await mkdir(root);
  await writeFile(join(root, "base.lerl.json"), JSON.stringify(base));
  await writeFile(join(root, "model.lerl.json"), JSON.stringify(model));
  await writeFile(join(root, "small.suite.json"), JSON.stringify(suite));
  await writeFile(join(root, "page.md"), page);
  return root;
}

const pageOf = (root: string): Promise<string> => readFile(join(root, "page.md"), "utf8");
const suiteRuns = ".lerl/suites/small-suite/runs";

/** Runs by their folders, with when their records were last written. */
async function runsOf(root: string): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const place of [suiteRuns, ".lerl/results/runs"]) {
    for (const id of await readdir(join(root, place)).catch(() => [])) {
      found[`${place}/${id}`] = (await stat(join(root, place, id, "run.json"))).mtimeMs;
    }
  }
  return found;
}

describe.runIf(built)("npm run results", () => {
  let made: string;
  let first: Outcome;

  /** The small project as it is once everything is made. */
  const madeProject = async (name: string): Promise<string> => {
    const root = join(scratch.path, name);
    await cp(made, root, { recursive: true, preserveTimestamps: true });
    return root;
  };

  beforeAll(async () => {
    made = await project("made");
    first = await make(made, []);
  }, 240_000);

  it("makes every table and fills its block, with command, numbers and what was measured", async () => {
    expect(first.code).toBe(0);
    const text = await pageOf(made);
    for (const { name } of tables) expect(text).toContain(`Prose after ${name}.`);
    expect(text).toMatch(
      /<!-- results: compared -->\n\n {4}lerl suite run small\.suite\.json\n\n\| {2}\| Seeds \| R_cum/,
    );
    expect(text).toMatch(/\| LinUCB \| 2 \| \d+\.\d{3} \[/);
    expect(text).toMatch(
      /\| seed \| LinUCB, training's world \| LinUCB, never seen \|\n.*\n\| 1 \| \d+\.\d\d \[.*\n\| 2 \| /,
    );
    expect(text).toMatch(/ {4}lerl run base\.lerl\.json --set training\.iterations=N\n/);
    expect(text).toMatch(
      /\| iterations \| before \| second \|\n.*\n\| 1 \| -?\d\.\d{3} \| – \|\n\| 2 \| -?\d\.\d{3} \| -?\d\.\d{3} \|/,
    );
    expect(text).toMatch(/ {4}lerl user-model train model\.lerl\.json\n\n\| feedback \| AUC \|/);
    expect(text).toMatch(/\| tenth \| 1 \| 2 \|.*\n.*\n\| observed \| \d\.\d{3} \|/);
    expect(text).toMatch(
      /Measured: seeds 1 to 2, 5 sessions per evaluation; 4 runs, \d+:\d\d of training in all; LERL Studio \S+, Node \S+, \S+, \d{4}-\d\d-\d\d\.\n/,
    );
    expect(text.match(/Measured: /g)).toHaveLength(4);
  });

  it("tells of data that are not there which option names them, and leaves their block alone", async () => {
    expect(first.aside).toContain("skipped elsewhere: it needs --kuairec <folder>");
    expect(await pageOf(made)).toContain("<!-- results: elsewhere -->\n<!-- /results -->");
  });

  it("runs nothing again: it prints the same tables, and the page stays as it is", async () => {
    const [before, runs] = [await pageOf(made), await runsOf(made)];
    expect(Object.keys(runs)).toHaveLength(6);
    const again = await make(made, []);
    expect(again).toMatchObject({ code: 0, said: first.said });
    expect(again.aside.match(/nothing to run, made before/g)).toHaveLength(4);
    expect(await pageOf(made)).toBe(before);
    expect(await runsOf(made)).toEqual(runs);
  });

  it("lists what is done and what it needs", async () => {
    const { said, code } = await make(made, ["--list"]);
    expect(code).toBe(0);
    expect(said).toMatch(/compared .*\n +done\. Measured: seeds 1 to 2, .* 4 runs/);
    expect(said).toMatch(/elsewhere .*\n +needs --kuairec <folder>; about 1:00/);
    const fresh = await make(await project("fresh"), ["--list", "compared", "steps"]);
    expect(fresh.said.match(/not begun, about 1:00/g)).toHaveLength(2);
  });

  it("takes a suite that was measured elsewhere", async () => {
    const root = await project("copied");
    await cp(join(made, ".lerl/suites/small-suite"), join(root, ".lerl/suites/small-suite"), {
      recursive: true,
      preserveTimestamps: true,
    });
    const runs = await runsOf(root);
    const { code, aside } = await make(root, ["compared"]);
    expect(code).toBe(0);
    expect(aside).toContain("compared: 0 of 4 to make\n");
    expect(await runsOf(root)).toEqual(runs);
    const blockOf = (text: string): string => text.slice(0, text.indexOf("Prose after compared"));
    expect(blockOf(await pageOf(root))).toBe(blockOf(await pageOf(made)));
  });

  it("makes a table anew whose settings have changed, with the runs that have not", { timeout: 120_000 }, async () => {
    const root = await madeProject("changed");
    const [lerl, linucb] = suite.variants;
    const variants = [lerl, { ...linucb, set: { ...linucb?.set, "training.iterations": 1 } }];
    await writeFile(join(root, "small.suite.json"), JSON.stringify({ ...suite, variants }));
    const runs = await runsOf(root);
    const { code, aside } = await make(root, ["compared"]);
    expect(code).toBe(0);
    expect(aside).toContain("compared: 2 of 4 to make, about 0:30\n");
    expect(await runsOf(root)).toMatchObject(runs);
    expect(await pageOf(root)).not.toBe(await pageOf(made));
  });

  it("measures anew what another version measured, and keeps that aside", { timeout: 120_000 }, async () => {
    const root = await madeProject("older");
    for (const id of await readdir(join(root, suiteRuns))) {
      const file = join(root, suiteRuns, id, "run.json");
      await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), engineVersion: "0.0.9" }));
    }
    expect(await make(root, ["compared", "--seeds", "1"])).toMatchObject({ code: 0 });
    const [old = ""] = await readdir(join(root, ".lerl/results/before"));
    expect(await readdir(join(root, ".lerl/results/before", old, "runs"))).toHaveLength(4);
    for (const id of await readdir(join(root, suiteRuns))) {
      expect(JSON.parse(await readFile(join(root, suiteRuns, id, "run.json"), "utf8")).engineVersion).not.toBe("0.0.9");
    }
  });

  it("measures anew where that is asked for", { timeout: 120_000 }, async () => {
    const root = await madeProject("anew");
    const before = await runsOf(root);
    expect(await make(root, ["steps", "--anew"])).toMatchObject({ code: 0 });
    const after = await runsOf(root);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    const again = Object.keys(after).filter((run) => after[run] !== before[run]);
    expect(again).toHaveLength(2);
    expect(again.every((run) => run.startsWith(".lerl/results/runs/"))).toBe(true);
    expect(await pageOf(root)).toContain("| iterations | before | second |");
  });

  it("prints a quick look, and writes it only where it says so beside the table", async () => {
    const root = await madeProject("quick");
    const before = await pageOf(root);
    const quick = await make(root, ["compared", "--seeds", "1"]);
    expect(quick).toMatchObject({ code: 0 });
    expect(quick.said).toContain("    lerl suite run small.suite.json --seeds 1\n");
    expect(quick.said).toContain("Measured: seed 1 of the 2 that the table has (a quick look), ");
    expect(await pageOf(root)).toBe(before);
    expect(await make(root, ["compared", "--seeds", "1", "--write"])).toMatchObject({ code: 0 });
    expect(await pageOf(root)).toContain("seed 1 of the 2 that the table has (a quick look), ");
  });

  it("stops in good order, says how to go on, and goes on", { timeout: 120_000 }, async () => {
    const root = await project("stopped");
    const stop = new AbortController();
    const running = make(root, ["compared", "--jobs", "1"], stop.signal);
    await expect.poll(() => readdir(join(root, suiteRuns)).catch(() => [])).toHaveLength(2);
    stop.abort();
    const { code, aside } = await running;
    expect(code).toBe(130);
    expect(aside).toContain("To go on: npm run results -- compared --jobs 1\n");
    expect(await pageOf(root)).toBe(page);
    const { said } = await make(root, ["--list", "compared"]);
    expect(said).toMatch(/[123] of 4 runs are done, about 0:\d\d left/);
    expect(await make(root, ["compared", "--jobs", "1"])).toMatchObject({ code: 0 });
    const tableOf = (text: string): readonly string[] => text.match(/^\|.*$/gm) ?? [];
    const blockEnd = (text: string): string => text.slice(0, text.indexOf("Prose after compared"));
    expect(tableOf(blockEnd(await pageOf(root)))).toEqual(tableOf(blockEnd(await pageOf(made))));
  });

  it("refuses a page with a damaged marker before it measures anything", async () => {
    const root = await project("damaged");
    await writeFile(join(root, "page.md"), page.replace("<!-- /results -->\n", ""));
    expect(await make(root, [])).toMatchObject({ code: 2, said: "" });
    expect(existsSync(join(root, ".lerl"))).toBe(false);
  });

  it("refuses a table that it does not know, and an option", async () => {
    expect(await make(made, ["comparison"])).toMatchObject({ code: 2, said: "" });
    const { code, aside } = await make(made, ["--seed", "1"]);
    expect(code).toBe(2);
    expect(aside).toContain("unknown option '--seed'");
  });
});
