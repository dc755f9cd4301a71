import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { TextDocument } from "vscode";
import { InlineReflections } from "../../../src/extension/reflections/inlineReflections.ts";
import { ReflectionPools } from "../../../src/extension/reflections/pools.ts";
import { reflectionItem } from "../../../src/extension/reflections/reflectionItem.ts";
import { type PoolRow, ReflectionsTree } from "../../../src/extension/reflections/reflectionsTree.ts";
import { Unseen } from "../../../src/extension/reflections/unseen.ts";
import type { PooledReflection, ReflectionChange } from "../../../src/protocol/engine.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { openEditor, runOf, type TestEditor, until } from "../prompts/support.ts";
import { CancellationTokenSource, MarkdownString, Range } from "../support/vscode.ts";
import { reflection } from "./fixtures.ts";

let editor: TestEditor;
let pool: readonly PooledReflection[];
const owned: { dispose(): unknown }[] = [];
const own = <T extends { dispose(): unknown }>(item: T): T => {
  owned.push(item);
  return item;
};

afterEach(() => {
  for (const item of owned.splice(0).reverse()) item.dispose();
  editor.dispose();
});

const three = [
  reflection("r1", { score: 2, probability: 0.1 }),
  reflection("r2", { score: 9, probability: 0.6, text: "Keep <b>music</b> varied." }),
  reflection("r3", { score: 7, probability: 0.3 }),
];

/** An editor whose engine holds one run with a pool that can be changed. */
function withPool(): ReflectionPools {
  pool = three;
  const change = ({ id, action }: ReflectionChange) => {
    pool = pool.map((one) => (one.id === id ? { ...one, pinned: action === "pin" } : one));
    return null;
  };
  editor = openEditor({
    "runs/list": () => [runOf(editor.folder)],
    "reflections/list": () => pool,
    "reflections/change": change,
  });
  return own(new ReflectionPools(editor.services.engine, editor.services.runs, editor.services.log));
}

const lists = () => editor.engine.asked.filter(({ method }) => method === "reflections/list").length;

describe("pools", () => {
  it("are read once, and once more for a burst of changes", async () => {
    const pools = withPool();
    await pools.of("r-1");
    await pools.of("r-1");
    expect(lists()).toBe(1);
    const changed: string[] = [];
    own(pools.onDidChange((runId) => changed.push(runId)));
    for (let i = 0; i < 50; i++) editor.engine.notify("reflections/changed", { runId: "r-1" });
    await until(() => changed.length > 0);
    expect([changed, lists()]).toEqual([["r-1"], 2]);
  });

  it("rest while their run goes on, and are read at once when it ends", async () => {
    const pools = withPool();
    const run = (state: RunRecord["state"]) => editor.engine.notify("run/changed", { ...runOf(editor.folder), state });
    run("running");
    const changed: string[] = [];
    own(pools.onDidChange((runId) => changed.push(runId)));
    await pools.change({ runId: "r-1", id: "r3", action: "pin" });
    pool = [...three, reflection("r4", { score: 1 })];
    editor.engine.notify("reflections/changed", { runId: "r-1" });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(changed.length).toBe(1);
    run("done");
    await until(() => changed.length === 2, 2000);
    expect((await pools.of("r-1")).length).toBe(4);
    expect(lists()).toBe(2);
  });

  it("are announced as soon as a person changed them", async () => {
    const pools = withPool();
    const changed: string[] = [];
    own(pools.onDidChange((runId) => changed.push(runId)));
    await pools.change({ runId: "r-1", id: "r3", action: "pin" });
    expect(changed).toEqual(["r-1"]);
    expect((await pools.find("r-1", "r3"))?.pinned).toBe(true);
  });
});

describe("the tree", () => {
  const labels = (tree: ReflectionsTree, rows: readonly PoolRow[]) => rows.map((row) => tree.getTreeItem(row).label);

  it("shows runs, groups and reflections, with what can be done in the context value", async () => {
    const pools = withPool();
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

  it("draws a run's row anew with its name and its end, not with every iteration", async () => {
    const pools = withPool();
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

  it("marks rows by what a person did", () => {
    editor = openEditor();
    const target = { runId: "r-1", reflection: "r1" };
    const of = (fields: Partial<PooledReflection>) => reflectionItem(target, reflection("r1", fields), "score");
    expect(of({ pinned: true, rating: 1 }).contextValue).toBe("lerlReflection pinned audible ratedUp");
    expect(of({ muted: true, rating: -1 }).contextValue).toBe("lerlReflection unpinned muted ratedDown");
    expect(of({ pinned: true }).description).toBe("50% · pinned");
  });
});

describe("reflections beside the prompt", () => {
  const planner = () => readFileSync(join(editor.folder, "planner.lerl.md"), "utf8");
  const hints = async (inline: InlineReflections, document: TextDocument) => {
    const everything = new Range(0, 0, 1000, 0);
    const found = await inline.provideInlayHints(document, everything, new CancellationTokenSource().token);
    return found.map(({ label }) => (typeof label === "string" ? label : label.map(({ value }) => value).join("")));
  };

  it("shows the k likeliest at the loop and the best one where it is written out", async () => {
    const pools = withPool();
    const inline = own(new InlineReflections(editor.services, pools));
    const document = editor.open("planner.lerl.md", planner());
    expect(await hints(inline, document)).toEqual([
      "9.00 (60%), 7.00 (30%) of 3",
      "9.00",
      "“Keep <b>music</b> varied.”",
    ]);
    await pools.change({ runId: "r-1", id: "r1", action: "pin" });
    pool = pool.map((one) => (one.pinned ? { ...one, probability: 1 } : one));
    await pools.change({ runId: "r-1", id: "r1", action: "pin" });
    expect((await hints(inline, document))[0]).toBe("9.00 (60%), 2.00 (pinned) of 3");
  });

  it("hovers with text that stays text and links that only run our own commands", async () => {
    const pools = withPool();
    const inline = own(new InlineReflections(editor.services, pools));
    const document = editor.open("planner.lerl.md", planner());
    const at = document.positionAt(planner().indexOf("in reflections") + 5);
    const hover = await inline.provideHover(document, at);
    const content = hover?.contents[0];
    if (!(content instanceof MarkdownString)) throw new Error("expected Markdown");
    expect(content.value).toContain("Keep \\<b\\>music");
    expect(content.value).toContain("command:lerl.pinReflection?");
    expect(content.isTrusted).toEqual({
      enabledCommands: expect.arrayContaining(["lerl.pinReflection", "lerl.muteReflection"]),
    });
    expect(await inline.provideHover(document, document.positionAt(0))).toBeUndefined();
  });

  it("says nothing in a critic prompt or without a run, and that an empty pool is empty", async () => {
    const pools = withPool();
    const inline = own(new InlineReflections(editor.services, pools));
    const critic = readFileSync(join(editor.folder, "critic.lerl.md"), "utf8");
    expect(await hints(inline, editor.open("critic.lerl.md", critic))).toEqual([]);
    expect(await hints(inline, editor.open("lonely.lerl.md", planner()))).toEqual([]);
    pool = [];
    const document = editor.open("planner.lerl.md", planner());
    expect(await hints(inline, document)).toEqual(["the pool is empty"]);
  });
});

describe("the badge", () => {
  it("counts what arrived while nobody looked and is still there", () => {
    editor = openEditor();
    const unseen = new Unseen();
    unseen.take("a", ["r1", "r2"], true, true);
    unseen.take("a", ["r2", "r3", "r4"], false, true);
    unseen.take("b", ["r1"], false, true);
    expect(unseen.count).toBe(3);
    unseen.take("a", ["r4", "r5"], false, true);
    expect(unseen.count).toBe(3);
    unseen.seeAll();
    expect(unseen.count).toBe(0);
  });

  it("keeps what arrived until it is looked at, also past the run's end, and counts nothing of runs that ended before", () => {
    const unseen = new Unseen();
    unseen.take("a", ["r1"], false, true);
    unseen.take("a", ["r1", "r2"], false, false);
    unseen.take("old", ["r1", "r2", "r3"], false, false);
    expect(unseen.count).toBe(2);
    unseen.take("a", ["r1", "r2"], true, false);
    expect(unseen.count).toBe(0);
  });
});
