// Code inside the extension host: evaluate, test modules, child processes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answerDialog } from "../lib/messages.mjs";
import { runCommand } from "../lib/quickInput.mjs";
import { hostFolder } from "../lib/variants.mjs";

const children = (host) => host.processes().filter(({ command }) => command.includes("child.cjs"));

export const scenarios = {
  "evaluate returns values and errors": async (host) => {
    assert.equal(await host.evaluate((vscode) => vscode.version), host.installation.vscode);
    assert.equal(await host.evaluate((_vscode, a, b) => a + b, 2, 3), 5);
    const broken = () => {
      throw new RangeError("out of range");
    };
    await assert.rejects(host.evaluate(broken), /out of range/);
  },

  "a modal dialog is answered": async ({ page, evaluate }) => {
    const answer = evaluate((vscode) => vscode.window.showInformationMessage("Really?", { modal: true }, "Yes"));
    await answerDialog(page, "Really?", "Yes");
    assert.equal(await answer, "Yes");
  },

  "a test module runs with the vscode API": async (host) => {
    const [passing, failing] = await host.runInExtensionHost(join(hostFolder, "fixtures", "inside.mjs"));
    assert.deepEqual(passing, { name: "an extension is activated through the API" });
    assert.match(failing.error, /expected to fail/);
    assert.equal(await host.evaluate((vscode) => vscode.workspace.workspaceFolders.length), 1);
  },

  "a forked child is seen, and ends with its window": async (host) => {
    await runCommand(host.page, "Sample: Start a child process");
    while (children(host).length === 0) await sleep(50);
    await host.reload();
    while (children(host).length > 0) await sleep(50);
  },
};
