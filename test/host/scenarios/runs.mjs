// Runs as a user starts, watches, stops, loses and finds them again.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answerMessage, clearMessages, waitForMessage, waitForStatusBar } from "../lib/messages.mjs";
import { runCommand } from "../lib/quickInput.mjs";
import { clickRow, inlineAction, showContainer, treeRow, view } from "../lib/tree.mjs";

export const workspace = "test/host/fixtures/experiments";

const EXTENSION = "lerl-studio.lerl-studio";

/** Waits until the newest run of a name shows these numbers. */
const showsNumbers = (page, run, pattern) =>
  treeRow(page, run, { view: "Runs" }).first().locator(".label-description").filter({ hasText: pattern }).waitFor();

const startRun = (page, experiment) => inlineAction(page, experiment, "Run", { view: "Experiments" });

const engines = async (host) => (await host.processes()).filter(({ command }) => command.includes("engine.cjs"));

/** What the runs of an experiment measured, oldest first. */
function metricsOf(host, name) {
  const folder = join(host.workspace, ".lerl", "runs");
  return readdirSync(folder)
    .map((id) => join(folder, id))
    .filter((run) => JSON.parse(readFileSync(join(run, "run.json"), "utf8")).name === name)
    .sort((a, b) => startOf(a).localeCompare(startOf(b)))
    .map((run) => readFileSync(join(run, "metrics.jsonl"), "utf8"));
}

const startOf = (run) => JSON.parse(readFileSync(join(run, "run.json"), "utf8")).startedAt;

export const scenarios = {
  "activation is quick and starts no engine": async (host) => {
    const { before, milliseconds, processor } = await host.evaluate(async (vscode, id) => {
      const extension = vscode.extensions.getExtension(id);
      const before = extension.isActive;
      const used = process.cpuUsage();
      const started = performance.now();
      await extension.activate();
      const { user, system } = process.cpuUsage(used);
      return { before, milliseconds: performance.now() - started, processor: (user + system) / 1000 };
    }, EXTENSION);
    assert.equal(before, false, "nothing of LERL was used yet");
    console.log(`      activated in ${milliseconds.toFixed(0)} ms, ${processor.toFixed(0)} ms of them on a processor`);
    assert.deepEqual(await engines(host), []);
    await runCommand(host.page, "Developer: Show Running Extensions");
    const row = host.page.locator(".runtime-extensions-editor .monaco-list-row").filter({ hasText: "LERL Studio" });
    console.log(`      VS Code counts: ${(await row.locator(".activation-time, .time").first().textContent()).trim()}`);
    await host.screenshot("activation");
  },

  "the views list what is there": async (host) => {
    const { page } = host;
    await showContainer(page, "LERL");
    await treeRow(page, "Short", { view: "Experiments" }).waitFor();
    await treeRow(page, "Tiny", { view: "Experiments" }).waitFor();
    await view(page, "Runs").getByText("Runs appear here").waitFor();
    await host.screenshot("runs-none");
  },

  "Run from the tree, to the end": async (host) => {
    const { page } = host;
    await startRun(page, "Short");
    await showsNumbers(page, "Short", /^R_cum \d+\.\d\d · T_int \d+\.\d\d · /);
    await waitForMessage(page, '"Short" is done: R_cum');
    await host.screenshot("runs-done");
    await clearMessages(page);
  },

  "a second run is paused, resumed and stopped": async (host) => {
    const { page } = host;
    await startRun(page, "Long");
    await waitForStatusBar(page, /LERL [1-9]\d*\/100000/, 60_000);
    await host.screenshot("runs-running");
    await inlineAction(page, "Long", "Pause", { view: "Runs" });
    await showsNumbers(page, "Long", /paused/);
    await waitForStatusBar(page, /paused/);
    await inlineAction(page, "Long", "Resume", { view: "Runs" });
    await waitForStatusBar(page, /left/);
    await inlineAction(page, "Long", "Stop", { view: "Runs" });
    await showsNumbers(page, "Long", /stopped/);
    await clearMessages(page);
  },

  "kill -9 of the engine: message, Resume, the same numbers": async (host) => {
    const { page } = host;
    await startRun(page, "Steady");
    await waitForMessage(page, '"Steady" is done');
    await clearMessages(page);
    await startRun(page, "Steady");
    await waitForStatusBar(page, /LERL [1-9]\d\/160/, 60_000);
    const [engine] = await engines(host);
    process.kill(engine.pid, "SIGKILL");
    await showsNumbers(page, "Steady", /interrupted/);
    await waitForMessage(page, /The engine stopped while "Steady" was running/);
    await host.screenshot("runs-interrupted");
    await answerMessage(page, /The engine stopped while/, "Resume");
    await waitForMessage(page, '"Steady" is done');
    const [whole, interrupted] = metricsOf(host, "Steady");
    assert.ok(whole.length > 1000);
    assert.equal(interrupted, whole);
    await clearMessages(page);
  },

  "a reload finds all runs, and goes on with the one under way": async (host) => {
    const { page } = host;
    await startRun(page, "Long");
    await waitForStatusBar(page, /LERL [1-9]\d*\/100000/, 60_000);
    const [before] = await engines(host);
    await host.reload();
    await showContainer(page, "LERL");
    await treeRow(page, "Short", { view: "Runs" }).waitFor();
    await waitForStatusBar(page, /LERL \d+\/100000/, 60_000);
    const after = await engines(host);
    assert.equal(after.length, 1, "the old engine has ended");
    assert.notEqual(after[0].pid, before.pid);
    await inlineAction(page, "Long", "Stop", { view: "Runs" });
    await showsNumbers(page, "Long", /stopped/);
    await clickRow(page, "Short", { view: "Runs" });
    await host.screenshot("runs-after-reload");
  },
};
