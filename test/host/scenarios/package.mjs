// The package as its user gets it, in a workspace that is not this repository: run, curves, reflections, reload.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clearMessages } from "../lib/messages.mjs";
import { chooseTab, press, runState, studioFrame, until } from "../lib/studio.mjs";
import { clickRow, inlineAction, showContainer, treeRow, view } from "../lib/tree.mjs";
import { repositoryFolder } from "../lib/variants.mjs";

export const workspace = "examples/quickstart";

const iterations = 10;
const file = "quickstart.lerl.json";

/** Lines of the only run's log. */
function rows(host, name) {
  const runs = join(host.workspace, ".lerl", "runs");
  const [run] = readdirSync(runs);
  return readFileSync(join(runs, run, name), "utf8")
    .trim()
    .split("\n");
}

export const scenarios = {
  "what is installed is the package, apart from this repository": async (host) => {
    const folder = await host.evaluate(
      (vscode) => vscode.extensions.getExtension("lerl-studio.lerl-studio").extensionPath,
    );
    assert.ok(!folder.startsWith(repositoryFolder), folder);
    assert.ok(!host.workspace.startsWith(repositoryFolder), host.workspace);
    for (const part of ["src", "webview", "test", "node_modules"]) assert.ok(!existsSync(join(folder, part)), part);
    for (const part of ["README.md", "LICENSE.txt", "THIRD-PARTY-NOTICES.md"]) {
      const found = readdirSync(folder).some((name) => name.toLowerCase() === part.toLowerCase());
      assert.ok(found, `${part} in ${readdirSync(folder)}`);
    }
  },

  "the quickstart runs from the Studio to its end, and the curves are drawn": async (host) => {
    const path = join(host.workspace, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/"iterations": \d+/, `"iterations": ${iterations}`));
    await showContainer(host.page, "LERL");
    await inlineAction(host.page, "Quickstart", "Open Studio", { view: "Experiments" });
    const frame = await studioFrame(host);
    await press(frame, "Run");
    await until("done", async () => (await runState(frame)) === "Done", 170_000);
    assert.equal(JSON.parse(rows(host, "metrics.jsonl").at(-1)).iteration, iterations);
    const drawn = await frame
      .locator("canvas")
      .first()
      .evaluate((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value !== 0);
      });
    assert.ok(drawn, "the first chart is not blank");
  },

  "its reflections are in the Reflection Pool": async (host) => {
    await clearMessages(host.page);
    const pool = view(host.page, "Reflection Pool");
    await pool.locator(".monaco-list-row").first().waitFor();
    await until("several rows", async () => (await pool.locator(".monaco-list-row").count()) >= 3);
    await host.screenshot("package-done");
  },

  "a reload finds the run, its curves and its reflections": async (host) => {
    await host.reload();
    await showContainer(host.page, "LERL");
    await treeRow(host.page, "Quickstart", { view: "Runs" }).first().waitFor();
    const frame = await studioFrame(host);
    await until("the run is shown", async () => (await runState(frame)) === "Done");
    await chooseTab(frame, "Curves");
    await frame.locator("canvas").first().waitFor();
    await clickRow(host.page, "Quickstart", { view: "Runs" });
    await view(host.page, "Reflection Pool").locator(".monaco-list-row").first().waitFor();
    await host.screenshot("package-reloaded");
    assert.deepEqual(host.pageErrors, []);
  },
};
