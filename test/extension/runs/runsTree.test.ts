import { describe, expect, it } from "vitest";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import { RunsTree } from "../../../src/extension/runs/runsTree.ts";
import { RunSelection } from "../../../src/extension/runs/selection.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import { window } from "../support/vscode.ts";
import { run } from "./support.ts";

const problem = "/w/.lerl/runs/torn/run.json: not valid JSON. Restore the file.";

async function world() {
  const log = window.createOutputChannel("LERL", { log: true });
  const unreadable = [{ id: "torn", problem }];
  const engine = new AnsweringEngine({ "runs/list": () => ({ runs: [run(), run({ id: "b" })], unreadable }) });
  const runs = new RunStore(engine.asClient(), log);
  const tree = new RunsTree(runs);
  const rows = await tree.getChildren();
  return { runs, tree, rows, torn: rows.find(({ runId }) => runId === "torn") };
}

describe("a folder among the runs that cannot be read", () => {
  it("is a row behind the runs that says why and what to do", async () => {
    const { tree, rows, torn } = await world();
    expect(rows.map(({ runId }) => runId)).toEqual(["r", "b", "torn"]);
    const item = torn && tree.getTreeItem(torn);
    expect(item).toMatchObject({ label: "Cannot be read", description: "torn", contextValue: "unreadableRun" });
    expect(item?.tooltip).toContain(problem);
    expect(item?.accessibilityInformation?.label).toContain(problem);
    expect(item?.command).toBeUndefined();
  });

  it("can be shown and deleted, alone and with others, and nothing else", async () => {
    const { runs, torn } = await world();
    const selection = new RunSelection(runs, { selection: [] });
    const choice = { placeHolder: "", none: "none fits" };
    expect(selection.unreadable(torn)).toEqual({ id: "torn", problem });
    expect(await selection.folders(torn, undefined, choice)).toEqual([{ id: "torn", name: "torn" }]);
    const both = [torn, { runId: "b" }].flatMap((target) => target ?? []);
    expect((await selection.folders(torn, both, choice)).map(({ id }) => id)).toEqual(["torn", "b"]);
    await expect(selection.many(torn, undefined, choice)).rejects.toThrow("none fits");
  });

  it("is gone once it was deleted", async () => {
    const { runs, tree } = await world();
    runs.forget("torn");
    expect((await tree.getChildren()).map(({ runId }) => runId)).toEqual(["r", "b"]);
  });
});
