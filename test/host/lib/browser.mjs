// Chromium, headless, with a profile that lives as long as the run.
import { chromium } from "playwright-core";
import { findCommand } from "./systemPackages.mjs";

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

/** Signals are handled by the runner, which must stop the server too. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.LERL_CHROMIUM ?? findCommand("chromium"),
    headless: true,
    args: flags,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
