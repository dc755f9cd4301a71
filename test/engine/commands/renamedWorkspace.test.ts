/** A workspace that is renamed while something works on it: nothing is made in its old place, and nothing is lost. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AnswerFile } from "../../../src/engine/serving/answerFile.ts";
import { answersFile, makeBelow, storageFolder } from "../../../src/engine/store/storage.ts";
import { serviceAt } from "../service/serviceAt.ts";
import { jsonLinesOf, lerl, scratchFolder, start, tinyExperiment } from "./lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

function workspaceNamed(name: string, experiment: object): { readonly path: string; readonly file: string } {
  const path = join(scratch.path, name);
  mkdirSync(path);
  const file = join(path, "tiny.lerl.json");
  writeFileSync(file, JSON.stringify(experiment));
  return { path, file };
}

const metricsOf = (workspace: string): string => {
  const runs = join(workspace, ".lerl", "runs");
  return readFileSync(join(runs, readdirSync(runs)[0] ?? "", "metrics.jsonl"), "utf8");
};

describe.skipIf(process.platform === "win32")("a workspace renamed under a run", () => {
  it("ends it in words, makes nothing in the old place, and the run goes on in the new one", async () => {
    const long = { ...tinyExperiment, training: { iterations: 40, checkpointEvery: 1 } };
    const { path } = workspaceNamed("old", long);
    const moved = join(scratch.path, "new");
    const running = start(["run", "tiny.lerl.json", "--json"], path);
    await running.printed('"iteration":3,');
    renameSync(path, moved);
    const { code, err } = await running.finished;
    expect(code).not.toBe(0);
    expect(err).toContain("the folder was moved, deleted or taken over");
    expect(err).not.toMatch(/^\s+at /m);
    expect(existsSync(path)).toBe(false);
    const [run = ""] = readdirSync(join(moved, ".lerl", "runs"));
    const resumed = await lerl(["resume", join(".lerl", "runs", run), "--json"], moved);
    expect([resumed.code, jsonLinesOf(resumed).at(-1)]).toEqual([0, expect.objectContaining({ state: "done" })]);
    const whole = workspaceNamed("whole", long);
    expect((await lerl(["run", "tiny.lerl.json", "--json"], whole.path)).code).toBe(0);
    expect(metricsOf(moved)).toBe(metricsOf(whole.path));
  });

  it("is said once as it happens and once as the reason, without the place where nothing is any more", async () => {
    const { path } = workspaceNamed("told", { ...tinyExperiment, training: { iterations: 80, checkpointEvery: 1 } });
    const running = start(["run", "tiny.lerl.json", "--out", "run"], path);
    await running.printed("iteration 8/80");
    renameSync(join(path, "run"), join(path, "elsewhere"));
    const { out, err } = await running.finished;
    expect(err.match(/the folder was moved/g)?.length).toBeLessThanOrEqual(2);
    expect(out).not.toContain("files are in run");
  });

  it("refuses what is begun there afterwards", async () => {
    const { path, file } = workspaceNamed("gone", tinyExperiment);
    const service = serviceAt(path);
    const experimentText = readFileSync(file, "utf8");
    renameSync(path, `${path}-elsewhere`);
    const started = service.handlers["runs/start"]({ experimentFile: file, experimentText, prompts: {} });
    await expect(started).rejects.toMatchObject({ code: "store.no-workspace", message: expect.stringContaining(path) });
    await expect(makeBelow(storageFolder(path), "models", "m")).rejects.toMatchObject({ code: "store.no-workspace" });
    const warned: string[] = [];
    const answers = await AnswerFile.open(answersFile(storageFolder(path)), (message) => warned.push(message));
    answers.put("key", { text: "paid for", model: "m", finish: "stop" });
    expect(warned).toEqual([expect.stringContaining("this folder is gone")]);
    expect(existsSync(path)).toBe(false);
  });
});
