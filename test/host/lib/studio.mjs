// The Studio page in a window: its frame, and what a user does in it.
import { setTimeout as sleep } from "node:timers/promises";
import { webviewFrame } from "./webview.mjs";

/** The page's frame once it shows an experiment. */
export const studioFrame = (host) => webviewFrame(host.page, "#studio .run-bar", 60_000);

/** Asks `look` until it returns something true; returns that. */
export async function until(what, look, timeoutMs = 60_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await sleep(100);
  }
}

/** The state that the run bar shows: "Running", "Paused", "Done". */
export const runState = async (frame) => (await frame.locator(".run-status .pill").first().textContent())?.trim();

/** How many iterations the run bar says are done. */
export async function iteration(frame) {
  const text = await frame.locator(".run-status", { hasText: "Iteration" }).first().textContent();
  return Number(/Iteration\s*([\d,. ]+) of/.exec(text ?? "")?.[1]?.replace(/[^\d]/g, "") ?? Number.NaN);
}

/** Chooses a tab of the page by its label. */
export const chooseTab = (frame, label) =>
  frame
    .getByRole("tab", { name: new RegExp(`^${label}`) })
    .first()
    .click();

/** Presses one of the page's buttons by its label. */
export const press = (frame, label) =>
  frame
    .locator("vscode-button, button")
    .filter({ hasText: new RegExp(`^\\s*${label}\\s*$`) })
    .first()
    .click();

/** The text of a workspace document as the editor holds it, and whether it has unsaved changes. */
export const documentOf = (host, name) =>
  host.evaluate((vscode, ending) => {
    const document = vscode.workspace.textDocuments.find(({ fileName }) => fileName.endsWith(ending));
    return document && { text: document.getText(), dirty: document.isDirty };
  }, name);
