// Chromium, headless, with a profile that lives as long as the run.
import { chromium } from "playwright-core";
import { ensureCommands, findCommand } from "./systemPackages.mjs";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const viewport = { width: 1440, height: 900 };

/** Chromium, installed by apt where it is missing. */
export const ensureBrowser = (log) => ensureCommands({ chromium: "chromium" }, log);

/** Signals are handled by the runner, which must stop the server too. */
export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.LERL_CHROMIUM ?? findCommand("chromium"),
    headless: true,
    args: flags,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  // Headless Chromium opens no further window once its last one has closed: this one stays.
  const context = await browser.newContext();
  await context.newPage();
  return browser;
}
