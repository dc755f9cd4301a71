// User settings of the test window: nothing moves, asks or updates by itself.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const calm = {
  "chat.disableAIFeatures": true,
  "editor.cursorBlinking": "solid",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.openRepositoryInParentFolders": "never",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.autoDetectColorScheme": false,
  "window.commandCenter": false,
  "workbench.editor.useModal": "off",
  "workbench.quickOpen.closeOnFocusLost": false,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

export function writeSettings(userData, themeId, overrides) {
  const folder = join(userData, "User");
  mkdirSync(folder, { recursive: true });
  const settings = { ...calm, "workbench.colorTheme": themeId, ...overrides };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings, undefined, 2));
}
