// One window of the running server, as scenarios see it.
import { cpSync, mkdtempSync } from "node:fs";
import { basename, join } from "node:path";
import { viewport } from "./browser.mjs";
import { runInExtensionHost } from "./extensionHostTests.mjs";
import { endExtensionHosts, markedProcesses } from "./processes.mjs";
import { runCommand } from "./quickInput.mjs";
import { screenshot } from "./screenshots.mjs";
import { withTimeout } from "./timeout.mjs";

const actionTimeoutMs = 60_000;
/** An extension host that was told to end has ended by then. */
const farewellMs = 20_000;

/** A copy of `source` that scenarios may change; the folder keeps its name, because VS Code shows it. */
export function copyWorkspace(scratch, source) {
  const folder = join(mkdtempSync(join(scratch.workspaces, "w-")), basename(source));
  cpSync(source, folder, { recursive: true });
  return folder;
}

const workbenchAddress = (origin, workspace, payload) => {
  const address = new URL(origin);
  address.searchParams.set("folder", workspace);
  if (payload) address.searchParams.set("payload", JSON.stringify(payload));
  return address.href;
};

/** The window is usable once its extension host is connected and the status bar is drawn. */
async function untilReady(page, channel) {
  await page.locator(".monaco-workbench .part.statusbar").waitFor();
  await channel.connection();
}

/** Opens a window on `workspace` in a browser profile of its own. */
export async function openWindow({ browser, server, channel, scratch, installation, variant, workspace }) {
  const context = await browser.newContext({
    viewport,
    reducedMotion: "reduce",
    httpCredentials: server.credentials,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(actionTimeoutMs);
  const pageErrors = [];
  page.on("pageerror", (error) => pageErrors.push(error));
  try {
    await page.goto(workbenchAddress(server.origin, workspace));
    await untilReady(page, channel);
  } catch (error) {
    await context.close();
    throw error;
  }

  const host = {
    page,
    workspace,
    variant,
    installation,
    /** Uncaught errors of the workbench and of webviews, oldest first. */
    pageErrors,
    /** Calls `work(vscode, ...args)` in the extension host; arguments and result travel as JSON. */
    evaluate: (work, ...args) => channel.evaluate(work, args),
    /** Runs a test module inside an extension host of its own; see extensionHostTests.mjs. */
    runInExtensionHost: (file) => runInExtensionHost(host, file),
    screenshot: (name) => screenshot(host, name),
    /** Reloads the window as the user's command does. */
    reload: async () => {
      const ended = channel.disconnected();
      await Promise.all([page.waitForEvent("load"), runCommand(page, "Developer: Reload Window")]);
      await ended;
      await untilReady(page, channel);
    },
    /** Every process of the server, the extension host's and the extensions' children included: { pid, command }. */
    processes: () => markedProcesses(scratch.root),
    /** A second window on the same workspace; `goto` loads it once its page is prepared. */
    secondWindow: async (payload) => {
      const second = await context.newPage();
      return { page: second, goto: () => second.goto(workbenchAddress(server.origin, workspace, payload)) };
    },
    scratch,
    server,
    /** Leaves the page before closing it: a window that only vanishes keeps its extension host for a reconnection. */
    close: async () => {
      const ended = channel.disconnected();
      await page.goto("about:blank");
      // Left right after a reload, VS Code may go before it has told its extension host, which then waits for hours.
      await withTimeout(ended, farewellMs, "The extension host's end").catch(() => endExtensionHosts(scratch.root));
      await ended;
      await context.close();
    },
  };
  return host;
}
