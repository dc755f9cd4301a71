// Runs inside the extension host: evaluates what the runner sends, and offers a language model whose answers tests set.
const vscode = require("vscode");
const { connect } = require("node:net");
const { createInterface } = require("node:readline");

async function evaluate({ id, source, args }) {
  try {
    // biome-ignore lint/security/noGlobalEval: running the test's function in this process is what the driver is for
    const work = globalThis.eval(`(${source})`);
    return { id, value: await work(vscode, ...args) };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { message, stack } };
  }
}

const textOf = (message) =>
  message.content
    .filter((part) => part instanceof vscode.LanguageModelTextPart)
    .map((part) => part.value)
    .join("");

/** Tests replace `answer` and read `requests` through evaluate(). */
const scriptedModel = { requests: [], answer: (prompt) => `Answer to: ${prompt}` };

const provider = {
  provideLanguageModelChatInformation: () => [
    {
      id: "scripted",
      name: "Scripted",
      family: "scripted",
      version: "1",
      maxInputTokens: 100_000,
      maxOutputTokens: 10_000,
      capabilities: {},
    },
  ],
  provideLanguageModelChatResponse: async (_model, messages, _options, progress) => {
    const request = messages.map(textOf);
    scriptedModel.requests.push(request);
    const answer = await scriptedModel.answer(request.at(-1) ?? "", request);
    progress.report(new vscode.LanguageModelTextPart(answer));
  },
  provideTokenCount: async (_model, text) => Math.ceil((typeof text === "string" ? text : textOf(text)).length / 4),
};

function activate(context) {
  globalThis.lerlTestModel = scriptedModel;
  // VS Code before 1.104 has no such function; there the tests that need a model are skipped.
  if (vscode.lm.registerLanguageModelChatProvider) {
    context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider("lerl-test", provider));
  }
  // A second window that only runs a test module answers through its own runner.
  if (vscode.extensions.getExtension("lerl-tests.lerl-host-inside")) return;
  const socket = connect(process.env.LERL_HOST_DRIVER);
  createInterface({ input: socket }).on("line", async (line) => {
    const reply = await evaluate(JSON.parse(line));
    socket.write(`${JSON.stringify(reply)}\n`);
  });
  context.subscriptions.push({ dispose: () => socket.destroy() });
}

module.exports = { activate };
