// A model registered through the vscode API answers an extension. VS Code asks for consent only for models that declare authorization.
import assert from "node:assert/strict";
import { skip } from "../lib/suite.mjs";

export const settings = { "chat.disableAIFeatures": false };

export const scenarios = {
  "the scripted model answers": async ({ evaluate }) => {
    const canRegister = (vscode) => typeof vscode.lm.registerLanguageModelChatProvider === "function";
    if (!(await evaluate(canRegister))) skip("this VS Code has no vscode.lm.registerLanguageModelChatProvider");
    await evaluate(() => {
      globalThis.lerlTestModel.answer = (prompt) => `${prompt} An owl.`;
    });
    const ask = (vscode) => vscode.commands.executeCommand("sample.ask");
    assert.equal(await evaluate(ask), "Which animal? An owl.");
    assert.deepEqual(await evaluate(() => globalThis.lerlTestModel.requests), [["Which animal?"]]);
  },
};
