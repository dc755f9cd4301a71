/** A suite's run that is not the model's work is not compared: it counts as failed, with its reason. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentModels } from "../../../src/engine/commands/models.ts";
import type { SuiteRun } from "../../../src/engine/suites/readSuite.ts";
import { carryOut } from "../../../src/engine/suites/runProcess.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { temporaryFolder } from "../comparison/runFolders.ts";
import { runRecord } from "../store/records.ts";

const run: SuiteRun = { id: "r", seed: 1, experiment: experimentSchema.parse({}), set: [] };

/** A run's folder, and a command line that notes what it was asked and ends with `code`. */
async function suiteRun(record: Partial<RunRecord>, code = 0, environment: NodeJS.ProcessEnv = process.env) {
  const home = await temporaryFolder();
  const folder = join(home, "run");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "run.json"), JSON.stringify(runRecord("r", record)));
  const program = join(home, "lerl.cjs");
  await writeFile(
    program,
    `require("fs").appendFileSync(${JSON.stringify(join(home, "asked"))}, process.argv[2] + " ");require("fs").writeFileSync(${JSON.stringify(join(home, "environment"))}, JSON.stringify(process.env));process.exit(${code});`,
  );
  const outcome = await carryOut(run, folder, {
    command: [program],
    workspaceFolder: home,
    environment,
    experimentFile: "x.lerl.json",
    sessions: 5,
    threads: 1,
    allowed: [],
    takeOver: false,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const asked = await readFile(join(home, "asked"), "utf8").catch(() => "");
  const seen = await readFile(join(home, "environment"), "utf8").catch(() => "{}");
  return { outcome, asked: asked.trim(), environment: JSON.parse(seen) as NodeJS.ProcessEnv };
}

describe("a run of a suite", () => {
  it("sees its own keys of the environment, and nobody else's", async () => {
    const environment = { PATH: process.env.PATH, A_KEY: "a", B_KEY: "b", AWS_SECRET_ACCESS_KEY: "aws", HOME: "/h" };
    const wanted = [{ origin: "https://a.test", variable: "A_KEY" }];
    const models = environmentModels({ allowKey: ["A_KEY=https://a.test", "B_KEY=https://b.test"] }, [], environment);
    await models.settle(wanted);
    const seen = (await suiteRun({ state: "interrupted" }, 0, models.environmentFor(wanted))).environment;
    const { PATH, HOME } = environment;
    expect(seen).toEqual({ PATH, HOME, LERL_ALLOWED_FILES: "[]", A_KEY: "a", LERL_ALLOW_KEY: "A_KEY=https://a.test" });
  });

  it("that was interrupted without a reason is not finished, and has not failed", async () => {
    expect((await suiteRun({ state: "interrupted" }, 130)).outcome).toEqual({ state: "interrupted" });
  });

  it.each([
    ["plans", { planner: { model: 4, standIn: 5 } }, /planner: the model answered for 4 of 9, the stand-in/],
    ["lessons", { planner: { model: 9, standIn: 0 }, critic: { model: 0, standIn: 3 } }, /critic: .* 0 of 3/],
  ])("that ended mostly with the stand-in's %s has failed, and is not evaluated", async (_, answered, reason) => {
    const { outcome, asked } = await suiteRun({ state: "done", answered });
    expect(outcome).toMatchObject({ state: "failed", badInput: false, reason: expect.stringMatching(reason) });
    expect(outcome).toMatchObject({ reason: expect.stringContaining("to run it again") });
    expect(asked).toBe("");
  });

  it.each([
    ["half of its plans by the model", { planner: { model: 4, standIn: 4 } }],
    ["no model", undefined],
  ])("with %s is evaluated", async (_, answered) => {
    const { outcome, asked } = await suiteRun({ state: "done", ...(answered && { answered }) });
    expect(outcome).toEqual({ state: "done" });
    expect(asked).toBe("evaluate");
  });

  it.each([
    ["replies were of no use", "None of the first 10 plans could be read from the planner's model.", 3],
    ["budget was used up", "The model budget is used up: 40 of 40 calls.", 130],
  ])("whose %s has failed with the reason", async (_, reason, code) => {
    const { outcome, asked } = await suiteRun({ state: "interrupted", reason }, code);
    expect(outcome).toEqual({ state: "failed", reason, badInput: false });
    expect(asked).toBe("resume");
  });
});
