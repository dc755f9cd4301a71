// A workspace the user has not trusted.
import assert from "node:assert/strict";

export const settings = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
};

export const scenarios = {
  "restricted mode": async ({ page, evaluate }) => {
    assert.equal(await evaluate((vscode) => vscode.workspace.isTrusted), false);
    await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
  },
};
