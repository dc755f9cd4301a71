// node test/host/run.mjs [--floor] [--suite NAME] [TEXT...]: runs the scenarios in real VS Code servers, headless.
// TEXT limits the run to scenarios whose "file > name" contains it. The last line is "N passed, N failed".
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureBrowser, startBrowser } from "./lib/browser.mjs";
import { cleanUp, cleanUpOnSignals, onCleanup } from "./lib/cleanup.mjs";
import { ensureHost } from "./lib/installation.mjs";
import { sweepAbandoned } from "./lib/scratch.mjs";
import { runSuite } from "./lib/suite.mjs";
import { hostFolder, repositoryFolder } from "./lib/variants.mjs";

/** A suite is a folder of scenario files and the extensions that its server has installed. */
const suites = {
  smoke: { folder: join(hostFolder, "smoke"), extensions: [join(hostFolder, "fixtures", "sample")] },
  studio: { folder: join(hostFolder, "scenarios"), extensions: [repositoryFolder] },
  failing: { folder: join(hostFolder, "fixtures", "failing"), extensions: [], onlyByName: true },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { floor: { type: "boolean", default: false }, suite: { type: "string" } },
});
const variant = values.floor ? "floor" : "current";
const log = (line) => console.log(`[host ${variant}] ${line}`);

const isBuilt = (folder) => {
  const { main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return main !== undefined && existsSync(join(folder, main));
};

function chosenSuites() {
  if (values.suite === undefined) return Object.entries(suites).filter(([, suite]) => !suite.onlyByName);
  if (Object.hasOwn(suites, values.suite)) return [[values.suite, suites[values.suite]]];
  throw new Error(`Unknown suite "${values.suite}"; choose from ${Object.keys(suites).join(", ")}.`);
}

async function main() {
  await sweepAbandoned(log);
  await ensureBrowser(log);
  const installation = await ensureHost(variant, log);
  log(`VS Code ${installation.vscode}`);
  const browser = await startBrowser();
  const closeBrowser = onCleanup(() => browser.close());
  let passed = 0;
  let failed = 0;
  for (const [name, suite] of chosenSuites()) {
    const missing = suite.extensions.find((folder) => !isBuilt(folder));
    if (missing) {
      log(`${name}: skipped, the extension in ${missing} is not built (npm run build)`);
      continue;
    }
    const result = await runSuite({ name, suite, variant, installation, browser, log, filter: positionals });
    passed += result.passed;
    failed += result.failed;
  }
  await closeBrowser();
  return { passed, failed };
}

cleanUpOnSignals();
try {
  const { passed, failed } = await main();
  await cleanUp();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
} catch (error) {
  console.error(error);
  await cleanUp();
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
// What a scenario that failed has left open, such as a server that it played, must not keep the run alive.
process.exit();
