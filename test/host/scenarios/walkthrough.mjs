// The walkthrough: every step can be done from it, and is ticked off when it was.
import assert from "node:assert/strict";
import { clearMessages } from "../lib/messages.mjs";
import { answerInput, editorTab, pickRow, runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { inlineAction, showContainer, treeRow, view } from "../lib/tree.mjs";

const page = (host) => host.page.locator(".gettingStartedContainer");
const step = (host, title) => page(host).locator(".getting-started-step").filter({ hasText: title });

/** Shows a step and presses its button. */
async function take(host, title, button) {
  await step(host, title).locator(".step-title").click();
  await step(host, title).locator(".monaco-button").getByText(button, { exact: true }).click();
}

const untilDone = (host, title) => step(host, title).locator("[aria-checked='true']").first().waitFor();

/** The tour leaves no command waiting for an answer behind. */
const dismiss = async (host) => {
  await host.page.locator(".quick-input-widget:not(.hidden)").waitFor();
  await host.page.keyboard.press("Escape");
};

export const scenarios = {
  "it opens from the empty Experiments view": async (host) => {
    await showContainer(host.page, "LERL");
    await view(host.page, "Experiments").getByText("Take the Tour").click();
    await step(host, "Create an experiment").waitFor();
    await screenshotThemes(host, "walkthrough");
  },

  "its steps are done by their buttons": async (host) => {
    await take(host, "Create an experiment", "New Experiment");
    await pickRow(host.page, "Quickstart");
    await answerInput(host.page, "quickstart");
    await treeRow(host.page, "Quickstart", { view: "Experiments" }).waitFor();
    await runCommand(host.page, "View: Close All Editors");
    await runCommand(host.page, "Welcome: Open Walkthrough...");
    await pickRow(host.page, "Get started with LERL Studio");
    await untilDone(host, "Create an experiment");

    await take(host, "Run it", "Run");
    await treeRow(host.page, "Quickstart", { view: "Runs" }).waitFor();
    await untilDone(host, "Run it");
    await take(host, "Connect a model", "Connect a Model");
    await dismiss(host);
    await untilDone(host, "Connect a model");
    await take(host, "Change a prompt and compare", "Compare with Last Run");
    await untilDone(host, "Change a prompt and compare");
    await host.screenshot("walkthrough-taken");

    await inlineAction(host.page, "Quickstart", "Stop", { view: "Runs" });
    await take(host, "Watch the curves", "Open Studio");
    await editorTab(host.page, "quickstart.lerl.json").waitFor();
    await clearMessages(host.page);
    assert.deepEqual(host.pageErrors, []);
  },
};
