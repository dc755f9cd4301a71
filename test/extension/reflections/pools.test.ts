import { describe, expect, it } from "vitest";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { runOf, until } from "../prompts/support.ts";
import { own } from "../support/own.ts";
import { reflection } from "./fixtures.ts";
import { openPool, three } from "./support.ts";

describe("pools", () => {
  it("are read once, and once more for a burst of changes", async () => {
    const { editor, pools, hold, lists } = openPool();
    await pools.of("r-1");
    await pools.of("r-1");
    expect(lists()).toBe(1);
    const changed: string[] = [];
    own(pools.onDidChange((runId) => changed.push(runId)));
    hold([...three, reflection("r4", { score: 1 })]);
    for (let i = 0; i < 50; i++) editor.engine.notify("reflections/changed", { runId: "r-1" });
    await until(() => changed.length > 0);
    expect([changed, lists()]).toEqual([["r-1"], 2]);
  });

  it("rest while their run goes on, and are read at once when it ends", async () => {
    const { editor, pools, hold, lists } = openPool();
    const run = (state: RunRecord["state"]) => editor.engine.notify("run/changed", { ...runOf(editor.folder), state });
    run("running");
    const changed: string[] = [];
    own(pools.onDidChange((runId) => changed.push(runId)));
    await pools.change({ runId: "r-1", id: "r3", action: "pin" });
    hold([...three, reflection("r4", { score: 1 })]);
    editor.engine.notify("reflections/changed", { runId: "r-1" });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(changed.length).toBe(1);
    run("done");
    await until(() => changed.length === 2, 2000);
    expect((await pools.of("r-1")).length).toBe(4);
    expect(lists()).toBe(2);
  });

  it("are not announced where they are what they were: a view keeps its folds", async () => {
    const { editor, pools, lists } = openPool();
    await pools.of("r-1");
    const changed: string[] = [];
    own(pools.onDidChange((runId) => changed.push(runId)));
    editor.engine.notify("reflections/changed", { runId: "r-1" });
    await until(() => lists() === 2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(changed).toEqual([]);
  });

  it("are announced as soon as a person changed them", async () => {
    const { pools } = openPool();
    const changed: string[] = [];
    own(pools.onDidChange((runId) => changed.push(runId)));
    await pools.change({ runId: "r-1", id: "r3", action: "pin" });
    expect(changed).toEqual(["r-1"]);
    expect((await pools.find("r-1", "r3"))?.pinned).toBe(true);
  });
});
