// Runs one suite: one server for all its files, one window and one copy of its workspace per file.
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageExtension } from "../../../scripts/vsix.mjs";
import { onCleanup } from "./cleanup.mjs";
import { openDriverChannel } from "./driverChannel.mjs";
import { createScratch } from "./scratch.mjs";
import { resultsFolder, screenshot } from "./screenshots.mjs";
import { driverSocket, installExtensions, startServer } from "./server.mjs";
import { copyWorkspace, openWindow } from "./session.mjs";
import { writeSettings } from "./settings.mjs";
import { themeId } from "./themes.mjs";
import { withTimeout } from "./timeout.mjs";
import { hostFolder, repositoryFolder, variants } from "./variants.mjs";

const scenarioTimeoutMs = 180_000;
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Thrown by a scenario that this VS Code cannot run. */
export class Skip extends Error {}

/** Ends the scenario as skipped, saying why. */
export function skip(reason) {
  throw new Skip(reason);
}

async function loadFiles(folder, filter) {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".mjs")) : [];
  const files = [];
  for (const name of names.toSorted()) {
    const module = await import(pathToFileURL(join(folder, name)).href);
    const title = (scenario) => `${name.replace(".mjs", "")} > ${scenario}`;
    const all = Object.entries(module.scenarios).map(([scenario, run]) => ({ title: title(scenario), run }));
    const scenarios = all.filter((one) => filter.length === 0 || filter.some((text) => one.title.includes(text)));
    if (scenarios.length > 0) files.push({ ...module, name, scenarios });
  }
  return files;
}

/** What a person needs to understand a failure: a picture of the window and the logs of the server. */
async function keepEvidence(host, title) {
  const name = `failed-${title.replaceAll(/[^\w]+/g, "-")}`;
  await screenshot(host, name).catch((error) => console.error(`No screenshot of the failure: ${error.message}`));
  const logs = join(host.scratch.userData, "logs");
  if (!existsSync(host.server.logFile)) return; // the run was interrupted and has cleaned up already
  if (existsSync(logs)) cpSync(logs, join(resultsFolder(host.variant), `${name}-logs`), { recursive: true });
  cpSync(host.server.logFile, join(resultsFolder(host.variant), `${name}-server.log`));
}

async function runScenario(host, { title, run }, log) {
  const started = performance.now();
  try {
    await withTimeout(run(host), scenarioTimeoutMs, title);
    log(`  passed  ${title} (${seconds(started)})`);
    return "passed";
  } catch (error) {
    if (error instanceof Skip) {
      log(`  skipped ${title}: ${error.message}`);
      return "skipped";
    }
    log(`  FAILED  ${title} (${seconds(started)})\n${error.stack}`);
    await keepEvidence(host, title);
    return "failed";
  }
}

async function runFile(file, context, log) {
  const { scratch, installation, variant } = context;
  writeSettings(scratch.userData, themeId(installation, "dark"), file.settings ?? {});
  const source = file.workspace ? join(repositoryFolder, file.workspace) : join(hostFolder, "fixtures", "workspace");
  const opened = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const host = await openWindow({ ...context, workspace: copyWorkspace(scratch, source) }).catch((error) => {
    log(`  FAILED  ${file.name}: no window\n${error.stack}`);
  });
  if (!host) return { ...counts, failed: file.scenarios.length };
  log(`${file.name}: window ready after ${seconds(opened)}`);
  for (const scenario of file.scenarios) counts[await runScenario(host, scenario, log)]++;
  await host.close();
  return { ...counts, variant };
}

/** Packs and installs what the suite needs, and starts its server; everything is undone by `stop`. */
async function startSuite({ suite, variant, installation, log }) {
  const packed = performance.now();
  const packages = [];
  for (const folder of [join(hostFolder, "driver"), ...suite.extensions]) packages.push(await packageExtension(folder));
  log(`extensions packed after ${seconds(packed)}`);

  const scratch = createScratch();
  const removeScratch = onCleanup(scratch.remove);
  const installed = performance.now();
  await installExtensions(installation, scratch, packages);
  log(`extensions installed after ${seconds(installed)}`);

  const channel = await openDriverChannel(driverSocket(scratch));
  const closeChannel = onCleanup(channel.close);
  const started = performance.now();
  const server = await startServer(installation, scratch, variants[variant].serverFlags);
  const stopServer = onCleanup(server.stop);
  log(`server ready after ${seconds(started)}`);
  const stop = async () => {
    const survivors = await stopServer();
    await closeChannel();
    await removeScratch();
    return survivors;
  };
  return { scratch, channel, server, stop };
}

/** Runs the suite's files one after another; a process that outlives the server counts as a failure. */
export async function runSuite({ name, suite, variant, installation, browser, log, filter }) {
  const files = await loadFiles(suite.folder, filter);
  const total = { passed: 0, failed: 0, skipped: 0 };
  if (files.length === 0) return total;
  log(`suite ${name}`);
  let running = await startSuite({ suite, variant, installation, log });
  const run = (file) => runFile(file, { ...running, browser, installation, variant }, log);
  for (const file of files) {
    let counts = await run(file);
    if (counts.failed > 0) {
      // A browser and a server on a busy machine: what fails twice is a fault, what fails once is told as unsteady.
      log(`${file.name}: a second try in a new window`);
      if (!running.server.isRunning()) {
        log(`the server has ended; its log:\n${readFileSync(running.server.logFile, "utf8")}`);
        await running.stop();
        running = await startSuite({ suite, variant, installation, log });
      }
      counts = await run(file);
      if (counts.failed === 0) log(`  UNSTEADY ${file.name}: passed in the second try only`);
    }
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
  const stopping = performance.now();
  const survivors = await running.stop();
  log(`server stopped after ${seconds(stopping)}`);
  for (const { pid, command } of survivors) {
    log(`  FAILED  left running after the server ended: ${pid} ${command}`);
    total.failed++;
  }
  return total;
}
