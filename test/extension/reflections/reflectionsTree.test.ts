import { describe, expect, it } from "vitest";
import { TreeItemCollapsibleState } from "vscode";
import { type PoolRow, ReflectionsTree } from "../../../src/extension/reflections/reflectionsTree.ts";
import { runOf } from "../prompts/support.ts";
import { own } from "../support/own.ts";
import { reflection } from "./fixtures.ts";
import { openPool, three } from "./support.ts";

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

  it("opens what each filter finds, in groups that were folded too, and leaves the folds as they were after it", async () => {
    const { editor, pools } = openPool();
    const tree = own(new ReflectionsTree(editor.services.runs, pools));
    const [run] = await tree.getChildren();
    const { Expanded, Collapsed } = TreeItemCollapsibleState;
    const shown = async (filter: string) => {
      tree.arrange({ filter });
      const rows = await tree.getChildren(run);
      return { rows, items: rows.map((row) => tree.getTreeItem(row)) };
    };
    const states = ({ items }: Awaited<ReturnType<typeof shown>>) => items.map((item) => item.collapsibleState);
    const before = await shown("");
    expect(states(before)).toEqual([Expanded, Collapsed, Collapsed]);
    const [first, second] = before.rows;
    if (!first || !second) throw new Error("expected groups");
    tree.noteOpened(first, false);
    tree.noteOpened(second, true);
    const found = await shown("music");
    expect(states(found)).toEqual([Expanded]);
    for (const row of found.rows) tree.noteOpened(row, false);
    const other = await shown("varied");
    expect(states(other)).toEqual([Expanded]);
    const after = await shown("");
    expect(states(after)).toEqual([Collapsed, Expanded, Collapsed]);
    // By its id VS Code knows how a row was folded.
    const ids = [found, other, after].flatMap(({ items }) => items.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
  });

  it("leaves a group open that was the best when a better one is put before it", async () => {
    const { editor, pools, hold } = openPool();
    const tree = own(new ReflectionsTree(editor.services.runs, pools));
    const [run] = await tree.getChildren();
    const states = async () => {
      const items = (await tree.getChildren(run)).map((row) => tree.getTreeItem(row));
      return Object.fromEntries(items.map(({ label, collapsibleState }) => [label, collapsibleState]));
    };
    const { Expanded, Collapsed } = TreeItemCollapsibleState;
    expect(await states()).toEqual({ "Score 8 to 10": Expanded, "Score 6 to 8": Collapsed, "Score 2 to 4": Collapsed });
    hold([...three, reflection("r4", { score: 11 })]);
    pools.forget(runOf(editor.folder).id);
    expect(await states()).toMatchObject({ "Score 10 to 12": Expanded, "Score 8 to 10": Expanded });
    tree.arrange({ filter: "no such words" });
    await states();
    tree.arrange({ filter: "" });
    expect(await states()).toMatchObject({ "Score 10 to 12": Expanded, "Score 8 to 10": Expanded });
  });

  it("takes a fold that is told late for the arrangement in which it was made", async () => {
    const { editor, pools } = openPool();
    const tree = own(new ReflectionsTree(editor.services.runs, pools));
    const [run] = await tree.getChildren();
    tree.arrange({ filter: "music" });
    const [found] = await tree.getChildren(run);
    if (!found) throw new Error("expected a group");
    tree.arrange({ filter: "" });
    tree.noteOpened(found, false);
    const [best] = await tree.getChildren(run);
    expect(best && tree.getTreeItem(best).collapsibleState).toBe(TreeItemCollapsibleState.Expanded);
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
