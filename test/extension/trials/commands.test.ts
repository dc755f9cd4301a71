import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EngineInputError } from "../../../src/extension/engine/engineErrors.ts";
import { changeOutside, runRecord, textOf } from "../studio/support.ts";
import { listed } from "../support/runRecord.ts";
import { contender } from "../support/trialSummary.ts";
import { commands, events, host, openDocument, TabInputText, Uri } from "../support/vscode.ts";
import { openRoom } from "./support.ts";

const openings = () => host.executed.filter(({ command }) => command === "vscode.openWith").map(({ args }) => args);

describe("Try Prompt", () => {
  it("opens the Studio beside the prompt, and tries its words against the experiment's newest run", async () => {
    const { studio, prompt, trial } = await openRoom();
    studio.engine.answer("runs/list", () => listed(runRecord(studio.experiment)));
    studio.engine.answer("trials/try", () => trial({ id: "tried" }));
    await changeOutside(prompt, "typed");
    host.activeTab = new TabInputText(prompt);
    await commands.executeCommand("lerl.tryPrompt");
    expect(studio.engine.paramsOf("trials/try")).toMatchObject([
      { experimentFile: studio.experiment.fsPath, prompt: { text: "typed" }, runId: "run-1" },
    ]);
    const [file, editor, place] = openings()[0] ?? [];
    expect([String(file), editor, place]).toEqual([
      studio.experiment.toString(),
      "lerl.studio",
      { viewColumn: -2, preserveFocus: true },
    ]);
    const page = await studio.open();
    await page.ask("ready", {});
    expect(page.events("reveal")).toEqual([{ tab: "trial", trial: "tried" }]);
  });

  it("shows the page that is open, and serves from the run it follows", async () => {
    const { studio, prompt, trial } = await openRoom({ page: true });
    const runs = [runRecord(studio.experiment), runRecord(studio.experiment, { id: "old", startedAt: "2025-01-01" })];
    studio.engine.answer("runs/list", () => listed(...runs));
    await studio.services.runs.refresh();
    studio.engine.answer("trials/try", () => trial());
    studio.editor.reveal(studio.experiment, { tab: "curves", runId: "old" });
    await commands.executeCommand("lerl.tryPrompt", prompt);
    expect(studio.engine.paramsOf("trials/try")).toMatchObject([{ runId: "old" }]);
    expect(studio.page.events("reveal").slice(-2)).toEqual([{ tab: "trial" }, { tab: "trial", trial: "t" }]);
    expect([openings(), studio.page.broughtUp]).toEqual([[], []]);
    studio.page.hide();
    await commands.executeCommand("lerl.tryPrompt", prompt);
    expect(studio.page.broughtUp[0]).toEqual({ column: undefined, preserveFocus: true });
  });

  it("asks which experiment where several name the prompt", async () => {
    const prepare = (folder: string) => copyFileSync(join(folder, "quickstart.lerl.json"), join(folder, "b.lerl.json"));
    const { studio, prompt, trial } = await openRoom({ prepare });
    studio.engine.answer("trials/try", () => trial());
    host.answerPick = (items) => items.find(({ description }) => description === "b.lerl.json");
    await commands.executeCommand("lerl.tryPrompt", prompt);
    expect(studio.engine.paramsOf("trials/try")).toMatchObject([
      { experimentFile: join(studio.folder, "b.lerl.json") },
    ]);
    host.answerPick = () => undefined;
    await commands.executeCommand("lerl.tryPrompt", prompt);
    expect(studio.engine.paramsOf("trials/try")).toHaveLength(1);
  });

  it("leads to a model where none is asked", async () => {
    const { studio, prompt } = await openRoom();
    studio.engine.answer("trials/try", () => {
      throw new EngineInputError("There is nothing to try.", "planner.offline");
    });
    host.answerMessage = ({ actions }) => actions[0];
    await commands.executeCommand("lerl.tryPrompt", prompt);
    expect(host.messages).toMatchObject([{ message: "There is nothing to try.", actions: ["Connect a Model"] }]);
    await expect.poll(() => host.executed.at(-1)?.command).toBe("lerl.connectModel");
  });

  it("measures what a reflection does, and shows it where it is found", async () => {
    const { studio, trial } = await openRoom({ page: true });
    studio.engine.answer("runs/list", () => listed(runRecord(studio.experiment)));
    await studio.services.runs.refresh();
    studio.engine.answer("trials/reflection", () => trial({ id: "effect" }));
    const estimate = { calls: 400, likely: 400, tokens: 90_000, seconds: 60, cost: 0.3 };
    studio.engine.answer("trials/reflectionFitting", () => ({ sessions: 40, estimate }));
    await commands.executeCommand("lerl.measureReflection", { runId: "run-1", reflection: "r7" });
    expect(host.messages.at(-1)).toMatchObject({
      message: "Measure what this reflection does to the plans of Quickstart 1?",
      detail: expect.stringContaining("at most 40: up to 400 calls, 90,000 tokens, 60 s, $0.30"),
    });
    expect(studio.engine.paramsOf("trials/reflection")).toEqual([]);
    host.answerMessage = ({ actions }) => actions.find((action) => action === "Measure");
    await commands.executeCommand("lerl.measureReflection", { runId: "run-1", reflection: "r7" });
    expect(studio.engine.paramsOf("trials/reflection")).toEqual([{ runId: "run-1", reflection: "r7", sessions: 40 }]);
    expect(studio.page.events("reveal").at(-1)).toEqual({ tab: "trial", trial: "effect" });
    await commands.executeCommand("lerl.measureReflection");
    expect(studio.engine.paramsOf("trials/reflection")).toHaveLength(1);
  });

  it("is for planners' prompts that an experiment names", async () => {
    const { studio } = await openRoom();
    await commands.executeCommand("lerl.tryPrompt", Uri.joinPath(studio.experiment, "..", "critic.lerl.md"));
    await commands.executeCommand("lerl.tryPrompt", Uri.joinPath(studio.experiment, "..", "nobodys.lerl.md"));
    expect(host.messages.map(({ message }) => message)).toEqual([
      expect.stringContaining("This is a critic's prompt"),
      expect.stringContaining("No experiment in this workspace names this prompt"),
    ]);
    expect(openings()).toEqual([]);
  });

  it("tells menus which prompts these are once one is open, and looks for nothing before", async () => {
    const { studio, prompt } = await openRoom();
    const told = () => host.contexts.get("lerl.plannerPrompts");
    expect(told()).toBeUndefined();
    const document = await openDocument(prompt);
    Object.assign(document, { languageId: "lerl-prompt" });
    events.opened.fire(document);
    await expect.poll(told).toEqual([prompt.fsPath]);
    await changeOutside(studio.experiment, '{ "planner": { "prompt": "other.lerl.md" } }');
    await expect.poll(told).toEqual([join(studio.folder, "other.lerl.md")]);
  });
});

describe("a trial's commands", () => {
  it("open it on its experiment", async () => {
    const { studio, trial } = await openRoom();
    studio.engine.answer("trials/list", () => [trial({ state: "done" })]);
    await commands.executeCommand("lerl.openTrial", { trialId: "t" });
    const opened = host.executed.find(({ command }) => command === "lerl.openStudio")?.args ?? [];
    expect([String(opened[0]), opened[1]]).toEqual([studio.experiment.toString(), { tab: "trial", trial: "t" }]);
    await commands.executeCommand("lerl.openTrial", { trialId: "gone" });
    expect(host.messages.at(-1)?.message).toContain("There is no trial gone");
  });

  it("stop the one that goes on in this window", async () => {
    const { studio, trial } = await openRoom();
    studio.engine.answer("trials/list", () => [trial({ id: "theirs" })]);
    studio.engine.answer("trials/stop", () => null);
    await commands.executeCommand("lerl.stopTrial");
    expect(host.messages.at(-1)?.message).toBe("No trial is under way in this window.");
    studio.engine.notify("trial/changed", trial());
    expect(host.contexts.get("lerl.trialActive")).toBe(true);
    await commands.executeCommand("lerl.stopTrial");
    expect(studio.engine.paramsOf("trials/stop")).toEqual([{ id: "t" }]);
    studio.engine.notify("trial/changed", trial({ state: "stopped" }));
    expect(host.contexts.get("lerl.trialActive")).toBe(false);
  });

  it("write its words into the prompt as one edit, and show them", async () => {
    const { studio, prompt, trial } = await openRoom();
    studio.engine.answer("trials/list", () => [trial({ state: "done" })]);
    const document = await openDocument(prompt);
    const { version } = document;
    await commands.executeCommand("lerl.useTrialWords", { trialId: "t" });
    expect(await textOf(prompt)).toBe("new words");
    expect([document.version - version, document.isDirty]).toEqual([1, true]);
    expect(host.shown).toEqual([document]);
    await commands.executeCommand("lerl.useTrialWords", { trialId: "t", contender: 0 });
    expect(await textOf(prompt)).toBe("old words");
  });

  it("ask whose words where several were tried, and say so where none were", async () => {
    const { studio, prompt, trial } = await openRoom();
    const contenders = [
      contender("as it is", "a"),
      contender("short", "b"),
      contender("round-robin"),
      contender("long", "c"),
    ];
    studio.engine.answer("trials/list", () => [
      trial({ state: "done", contenders }),
      trial({ id: "plans", state: "done", contenders: [contender("as it is", "a"), contender("top-interest")] }),
    ]);
    host.answerPick = (items) => items.find(({ label }) => label === "long");
    await commands.executeCommand("lerl.useTrialWords", { trialId: "t" });
    expect(await textOf(prompt)).toBe("c");
    await commands.executeCommand("lerl.useTrialWords", { trialId: "plans" });
    expect(host.messages.at(-1)?.message).toContain("No words were tried");
  });

  it("delete its folder once that is confirmed, and not while it goes on", async () => {
    const { studio, trial } = await openRoom();
    const folder = join(studio.folder, ".lerl", "trials", "t");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "trial.json"), "{}");
    studio.engine.answer("trials/list", () => [trial()]);
    await commands.executeCommand("lerl.deleteTrial", { trialId: "t" });
    expect(host.messages.at(-1)?.message).toBe("Cancel the trial before you delete it.");
    studio.engine.notify("trial/changed", trial({ state: "done" }));
    await commands.executeCommand("lerl.deleteTrial", { trialId: "t" });
    expect(existsSync(folder)).toBe(true);
    host.answerMessage = ({ actions }) => actions[0];
    await commands.executeCommand("lerl.deleteTrial", { trialId: "t" });
    expect(existsSync(folder)).toBe(false);
    expect(studio.services.trials.all).toEqual([]);
  });
});
