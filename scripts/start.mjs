// npm start [-- --run] [-- --browser]: builds, then opens a copy of the examples with the extension: in desktop VS Code
// when `code` is on the PATH, otherwise in a VS Code server behind a password on 127.0.0.1. --run also starts the quickstart.
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cleanUp, cleanUpOnSignals, onCleanup } from "../test/host/lib/cleanup.mjs";
import { ensureHost } from "../test/host/lib/installation.mjs";
import { createScratch, sweepAbandoned } from "../test/host/lib/scratch.mjs";
import { installExtensions, startServer } from "../test/host/lib/server.mjs";
import { writeSettings } from "../test/host/lib/settings.mjs";
import { findCommand } from "../test/host/lib/systemPackages.mjs";
import { themeId } from "../test/host/lib/themes.mjs";

const repository = join(import.meta.dirname, "..");
const workspace = join(repository, ".lerl-workspace", "examples");
const quickstart = join(workspace, "quickstart", "quickstart.lerl.json");
/** Opened first: a prompt's language activates the extension, which then opens the Studio. */
const prompt = join(workspace, "quickstart", "planner.lerl.md");

const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

const { values: options } = parseArgs({
  options: { run: { type: "boolean", default: false }, browser: { type: "boolean", default: false } },
});

/** Runs one of our scripts; its errors are shown, what it says otherwise is not. */
function runScript(name, ...args) {
  const { status } = spawnSync(process.execPath, [join("scripts", name), ...args], {
    cwd: repository,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`scripts/${name} failed.`);
}

/** The user's own copy of the examples: edits and runs stay, files that are new to it are added. */
function prepareWorkspace() {
  cpSync(join(repository, "examples"), workspace, {
    recursive: true,
    force: false,
    filter: (source) => !source.split(/[\\/]/).includes(".lerl"),
  });
  writeFileSync(join(repository, ".lerl-workspace", ".gitignore"), "*\n");
}

/** Read once by src/extension/runs/requestedStart.ts; the id tells this start from a reload of its window. */
const request = {
  LERL_START_FILE: quickstart,
  LERL_START_ID: randomUUID(),
  ...(options.run && { LERL_START_RUN: "1" }),
};

function openDesktop() {
  runScript("build.mjs");
  const args = ["--new-window", `--extensionDevelopmentPath=${repository}`, workspace, prompt];
  const windows = process.platform === "win32";
  const { status, error } = spawnSync("code", windows ? args.map((arg) => `"${arg}"`) : args, {
    env: { ...process.env, ...request },
    stdio: "inherit",
    shell: windows,
  });
  if (error || status !== 0) throw new Error(`VS Code could not be opened (${error?.message ?? `code ${status}`}).`);
  console.log(`Opened ${workspace} in VS Code.`);
}

/** Calm, but without what only a test wants. */
const settings = {
  "editor.cursorBlinking": "blink",
  "workbench.reduceMotion": "auto",
  "window.autoDetectColorScheme": true,
  "window.commandCenter": true,
};

function address({ origin }) {
  const authority = new URL(origin).host;
  const url = new URL(origin);
  url.searchParams.set("folder", workspace);
  url.searchParams.set("payload", JSON.stringify([["openFile", `vscode-remote://${authority}${prompt}`]]));
  return url.href;
}

async function openBrowserHost() {
  const log = (line) => console.log(line);
  await sweepAbandoned(log);
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "Desktop VS Code's `code` is not on the PATH, and the VS Code server needs Linux on x64. Put `code` on the PATH.",
    );
  }
  const installation = await ensureHost("current", (line) => log(`Installing the VS Code server, once: ${line}`));
  runScript("package.mjs");
  const scratch = createScratch();
  onCleanup(scratch.remove);
  writeSettings(scratch.userData, themeId(installation, "dark"), settings);
  await installExtensions(installation, scratch, [join(repository, `${manifest.name}-${manifest.version}.vsix`)]);
  Object.assign(process.env, request);
  const server = await startServer(installation, scratch, []);
  onCleanup(server.stop);
  log(`\nLERL Studio in VS Code ${installation.vscode}; open this address in a browser on this machine:\n`);
  log(`  ${address(server)}\n`);
  log(`  user name ${server.credentials.username}, password ${server.credentials.password} (of this start only)\n`);
  log(`Your copy of the examples: ${workspace}\nCtrl+C ends it.`);
  let stopping = false;
  onCleanup(() => {
    stopping = true;
  });
  await server.ended;
  if (!stopping) throw new Error(`The VS Code server ended:\n${readFileSync(server.logFile, "utf8")}`);
}

cleanUpOnSignals();
try {
  prepareWorkspace();
  if (!options.browser && findCommand(process.platform === "win32" ? "code.cmd" : "code")) openDesktop();
  else await openBrowserHost();
} catch (error) {
  console.error(error.message);
  await cleanUp();
  process.exitCode = 1;
}
