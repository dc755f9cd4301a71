// What is done with runs once they have ended: suites, evaluation, reports, comparison, names, notes, deletion.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answerDialog, answerMessage, clearMessages, waitForMessage } from "../lib/messages.mjs";
import { answerInput, runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { studioFrame, until } from "../lib/studio.mjs";
import { contextAction, inlineAction, showContainer, treeRow } from "../lib/tree.mjs";
import { webviewFrame } from "../lib/webview.mjs";

export const workspace = "test/host/fixtures/experiments";

const runsView = { view: "Runs" };

const runs = (host) => join(host.workspace, ".lerl", "runs");

/** The records of all runs in the workspace. */
const records = (host) =>
  existsSync(runs(host))
    ? readdirSync(runs(host))
        .map((id) => join(runs(host), id, "run.json"))
        .filter((file) => existsSync(file))
        .map((file) => JSON.parse(readFileSync(file, "utf8")))
    : [];

const badge = (page) =>
  page
    .locator(".activitybar .action-item")
    .filter({ has: page.locator("a[aria-label^='LERL']") })
    .locator(".badge");

export const scenarios = {
  "new reflections are counted while nobody looks, past the run's end": async (host) => {
    const { page } = host;
    await showContainer(page, "Explorer");
    await host.evaluate(async (vscode) => {
      const [uri] = await vscode.workspace.findFiles("short.lerl.json");
      await vscode.commands.executeCommand("lerl.run", uri);
    });
    await waitForMessage(page, '"Short" is done');
    await badge(page).locator(".badge-content", { hasText: /^\d+$/ }).waitFor();
    await host.screenshot("results-badge");
    await showContainer(page, "LERL");
    await badge(page).waitFor({ state: "hidden" });
    await clearMessages(page);
  },

  "a suite runs as a task to its end, and its report opens": async (host) => {
    const { page } = host;
    await inlineAction(page, "Tiny", "Run Suite", { view: "Experiments" });
    await waitForMessage(page, 'The suite "tiny.suite.json" is done.');
    await host.screenshot("results-suite");
    assert.ok(existsSync(join(host.workspace, ".lerl", "suites", "tiny", "table.md")));
    await answerMessage(page, 'The suite "tiny.suite.json" is done.', "Open Report");
    const report = await webviewFrame(page, "h1");
    assert.equal(await report.locator("h1").textContent(), "Tiny");
    assert.match(await report.locator("table").first().innerText(), /No critic/);
    await page.keyboard.press("Control+J"); // the terminal has said what it had to say
    await screenshotThemes(host, "results-suite-report");
    await runCommand(page, "View: Close All Editors");
    await clearMessages(page);
  },

  "a run is evaluated, and its report has the theme's colours": async (host) => {
    const { page } = host;
    await contextAction(page, "Short", "Evaluate", runsView);
    await answerMessage(page, /R_cum \d+\.\d\d, T_int \d+\.\d\d over \d+ sessions/, "Open Report");
    const report = await webviewFrame(page, "h1");
    assert.equal(await report.locator("h1").textContent(), "Short");
    assert.ok((await report.locator("svg").count()) > 0, "curves");
    const [shown, wanted] = await report.evaluate(() => {
      const probe = document.createElement("p");
      probe.style.color = "var(--vscode-editor-background)";
      document.body.append(probe);
      const colours = [getComputedStyle(document.body).backgroundColor, getComputedStyle(probe).color];
      probe.remove();
      return colours;
    });
    assert.equal(shown, wanted);
    await screenshotThemes(host, "results-report");
    await runCommand(page, "View: Close All Editors");
    await clearMessages(page);
  },

  "a run is compared with the one before": async (host) => {
    const { page } = host;
    await inlineAction(page, "Short", "Run", { view: "Experiments" });
    await answerMessage(page, '"Short" is done', "Compare with Last Run");
    const studio = await studioFrame(host);
    await studio.locator("table").first().waitFor();
    await host.screenshot("results-compare");
    await clearMessages(page);
  },

  "a run is renamed, noted and deleted": async (host) => {
    const { page } = host;
    await contextAction(page, "Short", "Rename Run…", runsView);
    await answerInput(page, "Kept");
    await treeRow(page, "Kept", runsView).waitFor();
    await treeRow(page, "Kept", { view: "Reflection Pool" }).waitFor();
    await contextAction(page, "Kept", "Add Note…", runsView);
    await answerInput(page, "Compared with the one before.");
    await until("the note", async () => records(host).some(({ note }) => note === "Compared with the one before."));
    await screenshotThemes(host, "results-trees");
    const before = records(host).length;
    await contextAction(page, "Kept", "Delete Run", runsView);
    await answerDialog(page, 'Delete the run "Kept"?', "Move to Trash");
    await answerDialog(page, "cannot be moved to the trash", "Delete Permanently"); // a server has none
    await treeRow(page, "Kept", runsView).waitFor({ state: "detached" });
    assert.equal(records(host).length, before - 1);
    assert.deepEqual(host.pageErrors, []);
  },
};
