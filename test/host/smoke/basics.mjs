// The helpers, each against an extension small enough to see through.
import assert from "node:assert/strict";
import { answerMessage, clearMessages, waitForMessage, waitForStatusBar } from "../lib/messages.mjs";
import { openFile, runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { clickRow, inlineAction, showContainer, treeRow } from "../lib/tree.mjs";
import { webviewFrame } from "../lib/webview.mjs";

export const scenarios = {
  "a command activates the extension": async ({ page, evaluate }) => {
    const isActive = (vscode) => vscode.extensions.getExtension("lerl-tests.lerl-host-sample").isActive;
    assert.equal(await evaluate(isActive), false);
    await runCommand(page, "Sample: Greet");
    await answerMessage(page, "Hello from the sample", "Wave");
    await waitForStatusBar(page, "Sample ready");
    assert.equal(await evaluate(isActive), true);
  },

  "tree rows and inline actions": async ({ page }) => {
    await showContainer(page, "Sample");
    await clickRow(page, "Dog", { view: "Animals" });
    await waitForMessage(page, "Chosen: Dog");
    await inlineAction(page, "Cat", "Pin");
    await waitForMessage(page, "Pinned: Cat");
    assert.equal(await treeRow(page, "Cat").count(), 1, "labels match exactly");
    assert.equal(await treeRow(page, "Red", { view: "Animals" }).count(), 0, "a view holds its own rows only");
    await clearMessages(page);
  },

  "a webview edits its document": async (host) => {
    await openFile(host.page, "three.counter.json");
    const frame = await webviewFrame(host.page, "#counter");
    assert.equal(await frame.locator("#counter").textContent(), "3");
    await frame.locator("#more").click();
    await frame.locator("#counter", { hasText: "4" }).waitFor();
    const text = (vscode) =>
      vscode.workspace.textDocuments.find(({ fileName }) => fileName.endsWith(".counter.json")).getText();
    assert.deepEqual(JSON.parse(await host.evaluate(text)), { count: 4 });
  },

  "pictures in three themes": async (host) => {
    await screenshotThemes(host, "smoke", ["light", "high-contrast", "dark"]);
  },

  "a reload keeps the workspace and brings the webview back": async (host) => {
    await runCommand(host.page, "File: Save");
    await host.reload();
    const frame = await webviewFrame(host.page, "#counter");
    await frame.locator("#counter", { hasText: "4" }).waitFor();
    await waitForStatusBar(host.page, "Sample ready");
    assert.deepEqual(host.pageErrors, []);
  },
};
