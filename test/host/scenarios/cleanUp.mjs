// Clean Up over a workspace as an earlier version left it.
import assert from "node:assert/strict";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { answerDialog, waitForMessage } from "../lib/messages.mjs";
import { pickLabels, pickRow, runCommand } from "../lib/quickInput.mjs";
import { showContainer, treeRow } from "../lib/tree.mjs";

export const workspace = "test/engine/fixtures/before";

export const scenarios = {
  "what .lerl holds is listed by size, and what is chosen goes": async (host) => {
    const { page } = host;
    const storage = join(host.workspace, ".lerl");
    renameSync(join(host.workspace, "lerl"), storage);
    await showContainer(page, "LERL");
    await runCommand(page, "LERL: Refresh Runs");
    const row = treeRow(page, "BeforeInterrupted", { view: "Runs" });
    await row.waitFor();
    await runCommand(page, "LERL: Clean Up…");
    await pickRow(page, "BeforeInterrupted");
    assert.ok((await pickLabels(page)).includes("before-suite"));
    await host.screenshot("clean-up");
    await page.keyboard.press("Enter");
    await answerDialog(page, 'Move "BeforeInterrupted" to the trash', "Move to Trash");
    await answerDialog(page, "cannot be moved to the trash", "Delete Permanently"); // a server has none
    await waitForMessage(page, /Removed from \.lerl: 1 of 1/);
    await row.waitFor({ state: "detached" });
    assert.equal(existsSync(join(storage, "runs", "2026-11-29-1403-beforeinterrupted-s1-nsey")), false);
    assert.equal(existsSync(join(storage, "suites", "before-suite")), true);
    assert.deepEqual(host.pageErrors, []);
  },
};
