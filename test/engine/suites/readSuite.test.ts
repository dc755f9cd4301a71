import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readSuite } from "../../../src/engine/suites/readSuite.ts";
import { suiteJsonSchema } from "../../../src/protocol/suite.ts";
import { temporaryFolder } from "../comparison/runFolders.ts";
import { anyFile } from "../runs/workshop.ts";

const example = (name: string): string => resolve(import.meta.dirname, `../../../examples/suites/${name}.suite.json`);

async function suiteFile(text: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "base.lerl.json"), `{ "name": "Base", "training": { "iterations": 3 } }`);
  const file = join(folder, "test.suite.json");
  await writeFile(file, text);
  return file;
}

const problemsOf = async (text: string): Promise<string> => {
  const file = await suiteFile(text);
  const error = await readSuite(file, [], anyFile).then(
    () => new Error("no problem was found"),
    (problem: Error) => problem,
  );
  return error.message.replaceAll(`${file}:`, "");
};

describe("readSuite", () => {
  it("makes a run of every variant and seed, the variant's settings over the suite's", async () => {
    const file = await suiteFile(`{
      // comments are welcome
      "name": "Test", "experiment": "base.lerl.json", "seeds": [3, 4],
      "set": { "ppo.clip": 0.3, "ppo.gamma": 0.5 },
      "variants": [{ "name": "A" }, { "name": "B", "set": { "ppo.clip": 0.4 } }],
    }`);
    const { variants } = await readSuite(file, [], anyFile);
    const runs = variants.flatMap(({ name, runs: own }) =>
      own.map(({ seed, experiment: { ppo, training, seed: given } }) => [
        name,
        seed,
        given,
        ppo.clip,
        ppo.gamma,
        training.iterations,
      ]),
    );
    expect(runs).toEqual([
      ["A", 3, 3, 0.3, 0.5, 3],
      ["A", 4, 4, 0.3, 0.5, 3],
      ["B", 3, 3, 0.4, 0.5, 3],
      ["B", 4, 4, 0.4, 0.5, 3],
    ]);
    const typed = await readSuite(file, [{ path: "ppo.clip", value: 0.9 }], anyFile);
    expect(typed.variants.flatMap(({ runs: own }) => own.map(({ experiment }) => experiment.ppo.clip))).toEqual([
      0.9, 0.9, 0.9, 0.9,
    ]);
  });

  it("lets a typed path of a recording start at the current folder, for the question and for the run", async () => {
    const file = await suiteFile('{ "name": "Test", "experiment": "base.lerl.json", "variants": [{ "name": "A" }] }');
    const { variants } = await readSuite(file, [{ path: "planner.replayFrom", value: "recorded" }], anyFile);
    expect(variants[0]?.runs[0]?.set).toContainEqual({ path: "planner.replayFrom", value: resolve("recorded") });
  });

  it("says where a setting of a variant is wrong", async () => {
    const text = `{ "name": "Test", "experiment": "base.lerl.json",
  "variants": [
    { "name": "A" },
    { "name": "B", "set": { "ppo.clip": 99, "ppo.clap": 1 } } ] }`;
    const message = await problemsOf(text);
    expect(message).toMatch(/^4:41: variants\.1\.set\.ppo\.clip: 99 is not allowed; expected a number <= 10\.$/m);
    expect(message).toMatch(/^4:\d+: variants\.1\.set\.ppo\.clap: unknown setting "clap"/m);
  });

  it("says where the suite itself is wrong", async () => {
    expect(await problemsOf(`{ "name": "Test", "experiment": "base.lerl.json", "variants": [] }`)).toMatch(
      /^1:\d+: variants: /,
    );
    expect(
      await problemsOf(
        `{ "name": "Test", "experiment": "base.lerl.json", "seeds": [1, 1], "variants": [{ "name": "A" }, { "name": "A" }] }`,
      ),
    ).toMatch(/variants\.1\.name: "A" is the name of an earlier variant[\s\S]*seeds\.1: 1 is listed twice/);
    expect(
      await problemsOf(
        `{ "name": "T", "experiment": "base.lerl.json", "baseline": "C", "variants": [{ "name": "A" }] }`,
      ),
    ).toContain('baseline: "C" is no variant; expected one of "A".');
    expect(
      await problemsOf(`{ "name": "T", "experiment": "absent.lerl.json", "variants": [{ "name": "A" }] }`),
    ).toMatch(/absent\.lerl\.json: cannot be read .* It is the "experiment" of/);
    expect(await problemsOf("{ nonsense")).toMatch(/^1:\d+: Not valid JSON/);
  });

  it("accepts every suite that is shipped", async () => {
    const shipped = [
      "masking-sanity",
      "reflection-ablation",
      "quit-sensitivity",
      "planner-ablation",
      "fidelity",
      "baselines",
    ];
    for (const name of shipped) {
      const { variants } = await readSuite(example(name), [], anyFile);
      const ids = variants.flatMap(({ runs }) => runs.map(({ id }) => id));
      expect(ids.length, name).toBe(variants.length * (name === "baselines" ? 10 : 5));
    }
  });
});

describe("suiteJsonSchema", () => {
  it("describes what a suite may hold", () => {
    expect(suiteJsonSchema()).toMatchObject({ title: "LERL suite", required: ["name", "experiment", "variants"] });
  });
});
