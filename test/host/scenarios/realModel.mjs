// A real language model beside the Studio: found by its address, asked by a run, stopped. Skipped where there is none.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { whySkipped } from "../../model/place.mjs";
import { startModel } from "../../model/realModel.mjs";
import { onCleanup } from "../lib/cleanup.mjs";
import { answerInput, pickRow } from "../lib/quickInput.mjs";
import { chooseTab, press, runState, studioFrame, until } from "../lib/studio.mjs";
import { skip } from "../lib/suite.mjs";

export const workspace = "examples/quickstart";

/** Visits of eight steps, two at a time: two plans each, and a lesson. */
const experiment = {
  name: "A real model",
  dataset: { kind: "synthetic", users: 60, items: 200, categories: 8 },
  simulator: { users: 2, historyLength: 20, quit: { initialTemper: 8 } },
  policy: { workers: 1, layers: 1, hidden: [32] },
  training: { iterations: 500, rolloutSteps: 8 },
  evaluation: { every: 500, sessions: 4, references: false },
};

let model;

export const scenarios = {
  "is connected by its address, after it has planned once": async (host) => {
    const none = host.variant === "current" ? whySkipped() : "the current VS Code has shown it";
    if (none) skip(none);
    model = await startModel();
    onCleanup(model.stop);
    const file = join(host.workspace, "real.lerl.json");
    writeFileSync(file, JSON.stringify(experiment, undefined, 2));
    await host.evaluate(async (vscode, path) => {
      const uri = vscode.Uri.file(path);
      await vscode.commands.executeCommand("vscode.open", uri);
      void vscode.commands.executeCommand("lerl.connectModel", uri);
    }, file);
    await pickRow(host.page, "Another server…");
    await answerInput(host.page, model.address);
    await pickRow(host.page, model.name);
    await pickRow(host.page, "Planner and critic");
    await until("the experiment names it", () => readFileSync(file, "utf8").split(model.address).length === 3);
    assert.equal(model.count("answered"), 1, "it was tried with one question");
  },

  "plans and writes lessons in sight of the Studio, and is left alone as soon as the run is stopped": async (host) => {
    if (!model) skip("no model is connected");
    const frame = await studioFrame(host);
    await press(frame, "Run");
    const told = async () => (await frame.locator(".run-bar .run-status").textContent()).replace(/\s+/g, " ");
    await until(
      "its plans and lessons are told",
      async () => /By the model [1-9]\d* of \d+ plans, [1-9]\d* of \d+ refl/.test(await told()),
      150_000,
    );
    assert.equal(model.count("refused") + model.count("aborted"), 0, "every question was answered");
    await chooseTab(frame, "Sessions");
    await frame.locator(".session-item").first().click();
    await frame.locator(".strip-step").first().waitFor();
    await frame.locator("details.call summary", { hasText: "Prompt and reply" }).click();
    await host.screenshot("studio-real-model");
    await until("a question is open", () => model.count("open") > 0);
    await press(frame, "Stop");
    await until("stopped", async () => (await runState(frame)) === "Stopped");
    await until("its slots are free", () => model.count("open") === 0, 2000);
    const asked = performance.now();
    await model.ask("Say yes.");
    console.log(`after the stop it answered in ${(performance.now() - asked).toFixed(0)} ms`);
    await model.stop();
  },
};
