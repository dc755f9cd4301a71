// Pictures of the window, in test-results/host/<variant>/.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { switchTheme } from "./themes.mjs";
import { repositoryFolder } from "./variants.mjs";

export const resultsFolder = (variant) => join(repositoryFolder, "test-results", "host", variant);

/** Two frames after the last change, everything that was going to be drawn is. */
async function settle(page) {
  const nextFrames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
  for (const frame of page.frames()) await frame.evaluate(nextFrames).catch(() => {}); // a frame may go away meanwhile
}

/** Takes a picture of the window; returns the file's path. */
export async function screenshot(host, name) {
  const folder = resultsFolder(host.variant);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await settle(host.page);
  await host.page.screenshot({ path, animations: "disabled", caret: "hide" });
  return path;
}

const inOrder = ["light", "high-contrast", "dark"];

/** One picture per theme, <name>-<theme>; ends in the dark one, in which alone the oldest VS Code is looked at. */
export async function screenshotThemes(host, name, shown = host.variant === "floor" ? ["dark"] : inOrder) {
  for (const theme of shown) {
    await switchTheme(host, theme);
    await screenshot(host, `${name}-${theme}`);
  }
}
