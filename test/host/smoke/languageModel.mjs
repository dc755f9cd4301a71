// A model registered through the vscode API answers an extension, after the user's consent.
import assert from "node:assert/strict";
import { answerDialog, waitForNotification } from "../lib/messages.mjs";
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
    await answerDialog(page, "LERL host sample", "Allow");
    await waitForNotification(page, "The model says: Which animal? An owl.");
    assert.deepEqual(await evaluate(() => globalThis.lerlTestModel.requests), [["Which animal?"]]);
  },
};
