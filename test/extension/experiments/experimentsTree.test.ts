import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ExperimentsTree } from "../../../src/extension/experiments/experimentsTree.ts";
import { openStudio, type Studio } from "../studio/support.ts";
import { own } from "../support/own.ts";
import { trialProgress, trialResult, trialSummary } from "../support/trialSummary.ts";
import { host, resetHost, TreeItemCollapsibleState } from "../support/vscode.ts";

let studio: Studio;

beforeEach(async () => {
  resetHost();
  studio = await openStudio();
});
afterEach(() => studio.end());

const trial = (changes = {}) =>
  trialSummary({ base: { experimentFile: studio.experiment.fsPath, name: "abc" }, ...changes });

/** The rows below the experiment, as they are drawn. */
async function rows(tree: ExperimentsTree) {
  const [file] = await tree.getChildren();
  return (await tree.getChildren(file)).map((node) => tree.getTreeItem(node));
}

describe("trials below their experiment", () => {
  it("follow its prompts as soon as the engine has listed them, newest first", async () => {
    studio.engine.answer("trials/list", () => [
      trial({ id: "old", state: "done", result: trialResult() }),
      trial({ id: "new", state: "stopped", startedAt: "2026-06-01T00:00:00Z" }),
      trial({ id: "elsewhere", base: { experimentFile: "/w/other.lerl.json", name: "b" } }),
    ]);
    const tree = own(new ExperimentsTree(studio.services));
    const redrawn = new Promise<unknown>((done) => tree.onDidChangeTreeData(done));
    expect(studio.engine.asked).toEqual([]);
    const first = await rows(tree);
    expect(first.map(({ contextValue }) => contextValue)).toEqual(["prompt", "prompt"]);
    expect(await redrawn).toBeUndefined();
    const [, , newest, old] = await rows(tree);
    expect(newest).toMatchObject({ description: "stopped", contextValue: "trial.stopped.mine.words" });
    expect(old).toMatchObject({
      label: "Quickstart: planner.lerl.md",
      description: "better +0.42 [+0.11, +0.70]",
      contextValue: "trial.done.mine.words",
      collapsibleState: TreeItemCollapsibleState.None,
      command: { command: "lerl.openTrial", arguments: [{ trialId: "old" }] },
    });
    expect(old?.iconPath).toMatchObject({ id: "pass" });
    expect(old?.tooltip).toMatchObject({ value: expect.stringContaining("480 calls") });
    expect(old?.accessibilityInformation?.label).toContain("better +0.42");
    expect(studio.engine.paramsOf("trials/list")).toHaveLength(1);
  });

  it("show how far they are, each row drawn anew a few times a second", async () => {
    const tree = own(new ExperimentsTree(studio.services));
    await rows(tree);
    studio.engine.notify("trial/changed", trial());
    const redrawn: unknown[] = [];
    tree.onDidChangeTreeData((node) => redrawn.push(node));
    for (let n = 20; n < 40; n++) studio.engine.notify("trial/progress", trialProgress({ n, fraction: n / 100 }));
    await expect.poll(() => redrawn.length, { timeout: 2000 }).toBe(1);
    expect(redrawn).toEqual([{ kind: "trial", trialId: "t" }]);
    const row = (await rows(tree)).at(-1);
    expect(row).toMatchObject({ description: "39 % · 39 of 100 visits", contextValue: "trial.running.mine.words" });
    expect(row?.iconPath).toMatchObject({ id: "loading~spin" });
  });

  it("leave the prompts where they are when the engine cannot be asked", async () => {
    studio.engine.answer("trials/list", () => {
      throw new Error("it is gone");
    });
    const tree = own(new ExperimentsTree(studio.services));
    expect(await rows(tree)).toHaveLength(2);
    await expect.poll(() => host.logged.join()).toContain("The trials cannot be listed: it is gone");
  });
});
