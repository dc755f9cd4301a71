// A model registered through the vscode API answers an extension. VS Code asks for consent only for models that declare authorization.
import assert from "node:assert/strict";
import { waitForNotification } from "../lib/messages.mjs";
import { runCommand } from "../lib/quickInput.mjs";
import { skip } from "../lib/suite.mjs";

export const settings = { "chat.disableAIFeatures": false };

export const scenarios = {
  "the scripted model answers": async ({ page, evaluate }) => {
    const canRegister = (vscode) => typeof vscode.lm.registerLanguageModelChatProvider === "function";
    if (!(await evaluate(canRegister))) skip("this VS Code has no vscode.lm.registerLanguageModelChatProvider");
    await evaluate(() => {
      globalThis.lerlTestModel.answer = (prompt) => `${prompt} An owl.`;
    });
    await runCommand(page, "Sample: Ask the model");
    await waitForNotification(page, "The model says: Which animal? An owl.");
    assert.deepEqual(await evaluate(() => globalThis.lerlTestModel.requests), [["Which animal?"]]);
  },
};
