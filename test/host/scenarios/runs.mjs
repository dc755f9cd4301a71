// Runs as a user starts, watches, stops and finds them again.
import assert from "node:assert/strict";
import { clearNotifications, waitForNotification, waitForStatusBar } from "../lib/messages.mjs";
import { clickRow, inlineAction, showContainer, treeRow, view } from "../lib/tree.mjs";

export const workspace = "test/host/fixtures/experiments";

const EXTENSION = "lerl-studio.lerl-studio";

/** The numbers beside a run's name. */
const numbersOf = (page, run) =>
  treeRow(page, run, { view: "Runs" }).first().locator(".label-description").textContent();

export const scenarios = {
  "activation takes at most 50 ms and starts no engine": async ({ evaluate, processes }) => {
    const { before, milliseconds } = await evaluate(async (vscode, id) => {
      const extension = vscode.extensions.getExtension(id);
      const before = extension.isActive;
      const started = performance.now();
      await extension.activate();
      return { before, milliseconds: performance.now() - started };
    }, EXTENSION);
    assert.equal(before, false, "nothing of LERL was used yet");
    console.log(`      activated in ${milliseconds.toFixed(1)} ms`);
    assert.equal((await processes()).filter(({ command }) => command.includes("engine.cjs")).length, 0);
    assert.ok(milliseconds <= 50, `${milliseconds} ms`);
  },

  "the views list what is there": async (host) => {
    const { page } = host;
    await showContainer(page, "LERL");
    await treeRow(page, "Short", { view: "Experiments" }).waitFor();
    await treeRow(page, "Tiny", { view: "Experiments" }).waitFor();
    await view(page, "Runs").getByText("Runs appear here").waitFor();
    await host.screenshot("experiments-empty");
  },

  "Run from the tree, to the end": async (host) => {
    const { page } = host;
    await inlineAction(page, "Short", "Run", { view: "Experiments" });
    await treeRow(page, "Short", { view: "Runs" }).waitFor();
    await waitForNotification(page, '"Short" is done: R_cum');
    assert.match(await numbersOf(page, "Short"), /^R_cum \d+\.\d\d · T_int \d+\.\d\d · /);
    await host.screenshot("run-done");
    await clearNotifications(page);
  },

  "a second run is stopped": async (host) => {
    const { page } = host;
    await inlineAction(page, "Long", "Run", { view: "Experiments" });
    await waitForStatusBar(page, /LERL \d+\/100000/);
    await host.screenshot("run-running");
    await inlineAction(page, "Long", "Stop", { view: "Runs" });
    await treeRow(page, "Long", { view: "Runs" })
      .first()
      .locator(".label-description")
      .getByText(/stopped/)
      .waitFor();
    await clearNotifications(page);
  },

  "a reload finds all of it": async (host) => {
    const { page } = host;
    await host.reload();
    await showContainer(page, "LERL");
    await treeRow(page, "Long", { view: "Runs" }).waitFor();
    await treeRow(page, "Short", { view: "Runs" }).waitFor();
    assert.match(await numbersOf(page, "Long"), /stopped/);
    await clickRow(page, "Short", { view: "Runs" });
    await host.screenshot("runs-after-reload");
  },
};
