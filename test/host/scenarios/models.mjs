// Models: connected by the command, asked while a run goes on; the key stays out of everything that can be read.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { clearMessages, waitForMessage } from "../lib/messages.mjs";
import { answerInput, pickLabels, pickRow } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { skip } from "../lib/suite.mjs";
import { inlineAction, showContainer } from "../lib/tree.mjs";

export const workspace = "test/host/fixtures/experiments";
export const settings = { "chat.disableAIFeatures": false };

const PLAN = '{"categories": [1, 2, 3, 4]}';
const KEY = "sk-lerl-test-5f0c2a91d7e34b68";

/** Begins *Connect a Model* for a file without waiting for its questions. */
const connect = (host, file) =>
  host.evaluate(async (vscode, name) => {
    const [uri] = await vscode.workspace.findFiles(name);
    void vscode.commands.executeCommand("lerl.connectModel", uri);
  }, file);

async function runToTheEnd(host, experiment) {
  await showContainer(host.page, "LERL");
  await inlineAction(host.page, experiment, "Run", { view: "Experiments" });
  await waitForMessage(host.page, `"${experiment}" is done`);
  await clearMessages(host.page);
}

const MODELS = [
  { id: "nomic-embed-text", size: 274e6 },
  { id: "llama3.3:70b", size: 42.5e9 },
  { id: "tiny", size: 640e6, loaded: true },
];
/** What it says of its models, as Ollama does: in the order they were fetched in. */
const lists = {
  "/v1/models": { data: MODELS.map(({ id }) => ({ id })) },
  "/api/tags": { models: MODELS.map(({ id, size }) => ({ name: id, size })) },
  "/api/ps": { models: MODELS.filter(({ loaded }) => loaded).map(({ id }) => ({ name: id })) },
};

/** An OpenAI-compatible server that wants a key; keeps the keys it was shown. */
async function modelServer() {
  const keys = new Set();
  let plans = 0;
  const server = createServer((request, response) => {
    keys.add(request.headers.authorization);
    response.setHeader("content-type", "application/json");
    if (request.headers.authorization !== `Bearer ${KEY}`) return response.writeHead(401).end("{}");
    if (Object.hasOwn(lists, request.url)) return response.end(JSON.stringify(lists[request.url]));
    if (request.url !== "/v1/chat/completions") return response.writeHead(404).end("{}");
    plans++;
    const message = { role: "assistant", content: PLAN };
    response.end(
      JSON.stringify({
        id: "1",
        object: "chat.completion",
        created: 0,
        model: "tiny",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      }),
    );
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const baseUrl = `http://127.0.0.1:${server.address().port}/v1`;
  return { baseUrl, keys, plans: () => plans, close: () => server.close() };
}

/** Files below a folder that hold a text. */
function filesWith(folder, text) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path).includes(text));
}

export const scenarios = {
  "one of the editor's models serves as planner": async (host) => {
    const canRegister = (vscode) => typeof vscode.lm.registerLanguageModelChatProvider === "function";
    if (!(await host.evaluate(canRegister))) skip("this VS Code has no vscode.lm.registerLanguageModelChatProvider");
    await host.evaluate((_, plan) => {
      globalThis.lerlTestModel.answer = () => plan;
    }, PLAN);
    await connect(host, "short.lerl.json");
    await pickRow(host.page, "Scripted");
    await pickRow(host.page, "Planner only");
    const file = join(host.workspace, "short.lerl.json");
    await waitForText(file, '"lerl-test/scripted"');
    await runToTheEnd(host, "Short");
    const requests = await host.evaluate(() => globalThis.lerlTestModel.requests);
    assert.ok(requests.length > 10, `${requests.length} requests`);
    assert.match(requests.at(-1).join("\n"), /Candidate categories/);
  },

  "a key is used and found nowhere": async (host) => {
    const server = await modelServer();
    try {
      await connect(host, "short.lerl.json");
      await pickRow(host.page, "Another server…");
      await answerInput(host.page, server.baseUrl.replace(/^http:\/\//, ""));
      await host.page.locator(".quick-input-widget input[type=password]").waitFor();
      await answerInput(host.page, KEY);
      await host.page.getByText("loaded · 640 MB").first().waitFor();
      const listed = (await pickLabels(host.page)).map((label) => label.trim());
      assert.deepEqual(listed, ["tiny", "llama3.3:70b", "nomic-embed-text", "Another model…"]);
      await screenshotThemes(host, "connect-model-listed");
      await pickRow(host.page, "tiny");
      await pickRow(host.page, "Planner only");
      await waitForText(join(host.workspace, "short.lerl.json"), server.baseUrl);
      await runToTheEnd(host, "Short");
      assert.ok(server.plans() > 10);
      assert.deepEqual(
        [...server.keys].filter((key) => key !== undefined),
        [`Bearer ${KEY}`],
      );
      assert.deepEqual(filesWith(host.workspace, KEY), []);
      assert.deepEqual(filesWith(host.scratch.root, KEY), []);
      assert.deepEqual(
        (await host.processes()).filter(({ command }) => command.includes(KEY)),
        [],
      );
    } finally {
      server.close();
    }
  },
};

async function waitForText(file, text) {
  while (!readFileSync(file, "utf8").includes(text)) await new Promise((wake) => setTimeout(wake, 50));
}
