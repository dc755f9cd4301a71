// Runs a module of tests inside an extension host, the way `vscode-test` does: VS Code loads a runner with the vscode API at hand.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jobFile } from "./server.mjs";
import { withTimeout } from "./timeout.mjs";
import { hostFolder } from "./variants.mjs";

const testTimeoutMs = 120_000;

function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/**
 * Opens a second window whose extension host runs `file`, an ES module exporting `tests`: a record from name to
 * `async (vscode) => void`. Returns [{ name, error? }], one entry per test; throws when the host ended without an answer.
 * NODE_V8_COVERAGE, when set, reaches that extension host.
 */
export async function runInExtensionHost(host, file) {
  const resultFile = join(host.scratch.root, "job-result.json");
  rmSync(resultFile, { force: true });
  writeFileSync(jobFile(host.scratch), JSON.stringify({ file, resultFile }));
  const remote = (path) => `vscode-remote://127.0.0.1:${host.server.port}${path}`;
  const { page, goto } = await host.secondWindow([
    ["extensionDevelopmentPath", remote(join(hostFolder, "inside"))],
    ["extensionTestsPath", remote(join(hostFolder, "inside", "runner.cjs"))],
    ["skipWelcome", "true"],
  ]);
  try {
    const exited = deferred();
    await page.exposeFunction("codeAutomationExit", exited.resolve);
    await page.exposeFunction("codeAutomationLog", () => {});
    await goto();
    const code = await withTimeout(exited.promise, testTimeoutMs, file);
    if (!existsSync(resultFile)) throw new Error(`The extension host ended with code ${code} before the tests did`);
    return JSON.parse(readFileSync(resultFile, "utf8"));
  } finally {
    await page.close();
  }
}
