import { expect, it, vi } from "vitest";
import type * as vscode from "vscode";
import { ReflectionsView } from "../../../src/extension/reflections/reflectionsView.ts";
import { runOf } from "../prompts/support.ts";
import { own } from "../support/own.ts";
import { window } from "../support/vscode.ts";
import { openPool } from "./support.ts";

it("counts the reflections of a run that ended before its pool was first read; of one that ended earlier, none", async () => {
  const { editor, pools } = openPool();
  const create = window.createTreeView;
  let view: vscode.TreeView<unknown> | undefined;
  const spy = vi.spyOn(window, "createTreeView").mockImplementation((id, options) => {
    view = Object.assign(create(id, options), { visible: false }) as vscode.TreeView<never>;
    return view as vscode.TreeView<never>;
  });
  own(new ReflectionsView(editor.services.runs, pools));
  spy.mockRestore();
  await editor.services.runs.load();
  editor.engine.notify("reflections/changed", { runId: "r-1" });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(view?.badge).toBeUndefined();
  editor.engine.notify("run/changed", runOf(editor.folder, { id: "r-2", state: "running" }));
  editor.engine.notify("reflections/changed", { runId: "r-2" });
  editor.engine.notify("run/changed", runOf(editor.folder, { id: "r-2" }));
  await expect.poll(() => view?.badge?.value, { timeout: 3000 }).toBe(3);
});
