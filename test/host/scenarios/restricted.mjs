// A folder nobody has trusted yet: it can be read, nothing of it runs, and one message says how to change that.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { answerMessage, clearMessages, waitForMessage } from "../lib/messages.mjs";
import { openFile } from "../lib/quickInput.mjs";
import { studioFrame } from "../lib/studio.mjs";
import { clickRow, inlineAction, showContainer, treeRow, view } from "../lib/tree.mjs";
import { repositoryFolder } from "../lib/variants.mjs";

export const workspace = "test/host/fixtures/experiments";
export const settings = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};

const source = join(repositoryFolder, workspace);

export const scenarios = {
  "experiments and prompts can be read": async (host) => {
    const { page } = host;
    assert.equal(await host.evaluate((vscode) => vscode.workspace.isTrusted), false);
    await showContainer(page, "LERL");
    await treeRow(page, "Short", { view: "Experiments" }).waitFor();
    await clickRow(page, "Short", { view: "Experiments" });
    const studio = await studioFrame(host);
    await studio.getByText("This workspace is not trusted.").first().waitFor();
    await openFile(page, "planner.lerl.md");
    await view(page, "Runs").getByText("This workspace is not trusted").waitFor();
    await view(page, "Reflection Pool").getByText("nothing is run").waitFor();
    await host.screenshot("restricted-prompt");
  },

  "Run says once what is missing, and where to give it": async (host) => {
    const { page } = host;
    await inlineAction(page, "Short", "Run", { view: "Experiments" });
    await waitForMessage(page, /not trusted/);
    assert.equal(await page.locator(".notifications-center .notification-list-item").count(), 1);
    await host.screenshot("restricted-message");
    await answerMessage(page, /not trusted/, "Manage Workspace Trust");
    await page.locator(".workspace-trust-editor").waitFor();
    await clearMessages(page);
    await inlineAction(page, "Tiny", "Run Suite", { view: "Experiments" });
    await waitForMessage(page, /not trusted/);
    await clearMessages(page);
    assert.deepEqual(readdirSync(host.workspace).sort(), readdirSync(source).sort(), "nothing was written");
  },

  "once it is trusted it runs": async (host) => {
    const { page } = host;
    await page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).first().click();
    await view(page, "Runs").getByText("Runs appear here with their curves").waitFor();
    await inlineAction(page, "Short", "Run", { view: "Experiments" });
    await waitForMessage(page, '"Short" is done');
    await host.screenshot("restricted-done");
    await clearMessages(page);
    assert.deepEqual(host.pageErrors, []);
  },
};
