import { describe, expect, it } from "vitest";
import { TreeItemCollapsibleState } from "vscode";
import { type PoolRow, ReflectionsTree } from "../../../src/extension/reflections/reflectionsTree.ts";
import { runOf } from "../prompts/support.ts";
import { own } from "../support/own.ts";
import { openPool } from "./support.ts";

describe("the tree", () => {
  const labels = (tree: ReflectionsTree, rows: readonly PoolRow[]) => rows.map((row) => tree.getTreeItem(row).label);

  it("shows runs, groups and reflections, with what can be done in the context value", async () => {
    const { editor, pools } = openPool();
    const tree = own(new ReflectionsTree(editor.services.runs, pools));
    const [run] = await tree.getChildren();
    const groups = await tree.getChildren(run);
    expect(labels(tree, groups)).toEqual(["Score 8 to 10", "Score 6 to 8", "Score 2 to 4"]);
    const [row] = await tree.getChildren(groups[0]);
    if (!row) throw new Error("expected a reflection");
    const item = tree.getTreeItem(row);
    expect(item.label).toBe("9.00  Keep <b>music</b> varied.");
    expect(item.description).toBe("60%");
    expect(item.contextValue).toBe("lerlReflection unpinned audible unrated");
    expect(item.accessibilityInformation?.label).toContain("Score 9.00, probability 60%");
    tree.arrange({ filter: "music", order: "probability" });
    const filtered = await tree.getChildren(run);
    expect(labels(tree, filtered)).toEqual(["Score 8 to 10"]);
    expect(labels(tree, await tree.getChildren(filtered[0]))).toEqual(["60%  Keep <b>music</b> varied."]);
  });

  it("opens what a filter finds, in a group that was folded too, and leaves the folds as they were after it", async () => {
    const { editor, pools } = openPool();
    const tree = own(new ReflectionsTree(editor.services.runs, pools));
    const [run] = await tree.getChildren();
    const last = async (filter: string) => {
      tree.arrange({ filter });
      const row = (await tree.getChildren(run)).at(-1);
      if (!row) throw new Error("expected a group");
      const { id, collapsibleState } = tree.getTreeItem(row);
      return { id, collapsibleState };
    };
    const all = await last("");
    const found = await last("music");
    expect(all.collapsibleState).toBe(TreeItemCollapsibleState.Collapsed);
    expect(found.collapsibleState).toBe(TreeItemCollapsibleState.Expanded);
    expect(await last("")).toEqual(all);
    // By its id VS Code knows how a row was folded.
    expect((await tree.getChildren(run)).map((row) => tree.getTreeItem(row).id)).not.toContain(found.id);
  });

  it("draws a run's row anew with its name and its end, not with every iteration", async () => {
    const { editor, pools } = openPool();
    const tree = own(new ReflectionsTree(editor.services.runs, pools));
    const [row] = await tree.getChildren();
    if (!row) throw new Error("expected a run");
    tree.getTreeItem(row);
    const fired: unknown[] = [];
    own(tree.onDidChangeTreeData((changed) => fired.push(changed)));
    const record = runOf(editor.folder);
    editor.engine.notify("run/changed", { ...record, iteration: record.iteration + 1 });
    expect(fired).toEqual([]);
    editor.engine.notify("run/changed", { ...record, name: "Kept" });
    expect(fired).toEqual([row]);
    expect(tree.getTreeItem(row).label).toBe("Kept");
  });
});
