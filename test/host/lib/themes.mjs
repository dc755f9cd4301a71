// Colour themes by the name a user sees; older VS Codes prefix the same themes' ids with "Default".
import { readFileSync } from "node:fs";

const themes = { light: "Light Modern", dark: "Dark Modern", "high-contrast": "Default High Contrast" };

const baseClass = { light: "vs", dark: "vs-dark", "high-contrast": "hc-black" };

/** The id of a theme ("light", "dark" or "high-contrast") in this installation. */
export function themeId(installation, theme) {
  const { contributes } = JSON.parse(readFileSync(installation.themes, "utf8"));
  const ids = contributes.themes.map(({ id }) => id);
  return ids.includes(themes[theme]) ? themes[theme] : `Default ${themes[theme]}`;
}

/** Switches the window to a theme and waits until it is drawn. */
export async function switchTheme(host, theme) {
  const setTheme = (vscode, id) =>
    vscode.workspace.getConfiguration("workbench").update("colorTheme", id, vscode.ConfigurationTarget.Global);
  await host.evaluate(setTheme, themeId(host.installation, theme));
  await host.page.locator(`.monaco-workbench.${baseClass[theme]}`).waitFor();
}
