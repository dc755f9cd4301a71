// The Studio with a model: a server on this machine that answers as OpenAI's does, and says what it was asked.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { editorTab, openFile, runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { chooseTab, documentOf, iteration, press, runState, studioFrame, until } from "../lib/studio.mjs";

export const workspace = "examples/quickstart";

const prompt = "planner.lerl.md";
const hostile = '<img src=x onerror="document.title=1"> {{ step }} <script>parent.hacked = true</script>';

/** Plans as it is asked: the edited prompt asks for dance only. */
const answer = ({ messages }) => {
  const text = messages.map(({ content }) => content).join("\n");
  if (/Write the lesson/.test(text)) return `Rotate categories. ${hostile}`;
  return /Plan dance only/.test(text) ? '{"categories": [1, 2]}' : '{"categories": [3, 4, 5, 6, 7, 8, 9, 10]}';
};

let server;

export const scenarios = {
  "a run asks the connected model": async (host) => {
    server = new LLMock({ host: "127.0.0.1", port: 0 });
    await server.start();
    server.on({ endpoint: "chat" }, async (request) => ({ content: answer(request) }));
    const model = { provider: "openai", model: "test-model", baseUrl: `${server.url}/v1` };
    const experiment = {
      name: "With a model",
      planner: { ...model, replanEvery: 4 },
      critic: model,
      simulator: { users: 6 },
      training: { iterations: 500 },
      evaluation: { every: 500, sessions: 6, references: false },
    };
    writeFileSync(join(host.workspace, "model.lerl.json"), JSON.stringify(experiment, undefined, 2));
    await openFile(host.page, "model.lerl.json");
    const frame = await studioFrame(host);
    await press(frame, "Run");
    await until("iterations pass", async () => (await iteration(frame)) >= 2, 120_000);
    assert.ok(server.getRequests().length > 20, "the model was asked");
  },

  "a prompt applied to the run is in force there at once, and its versions are kept": async (host) => {
    const frame = await studioFrame(host);
    const asked = () => server.getRequests().some(({ body }) => JSON.stringify(body).includes("For this run only."));
    await frame.getByLabel("Planner prompt").click();
    await host.page.keyboard.press("Control+End");
    await host.page.keyboard.type("For this run only.");
    await until("the document has it", async () => (await documentOf(host, prompt)).text.endsWith("run only."));
    assert.equal(asked(), false, "typing alone does not change the run");
    await press(frame, "Apply to the run");
    await until("the model is asked with it", asked, 120_000);
    assert.equal((await documentOf(host, prompt)).dirty, true, "the file is not saved by it");
    await press(frame, "Stop");
    await until("stopped", async () => (await runState(frame)) === "Stopped");
    await chooseTab(frame, "History");
    await until("both versions are listed", async () => (await frame.locator(".history > li").count()) === 2);
    await frame.locator(".history .disclosure").last().click();
    await press(frame, "Restore this version");
    await until("the document is as before", async () => !(await documentOf(host, prompt)).text.includes("run only."));
    await press(frame, "Open diff");
    await editorTab(host.page, prompt)
      .or(host.page.locator(".tab", { hasText: "↔" }))
      .first()
      .waitFor();
    await host.page.locator(".monaco-diff-editor").first().waitFor();
    await host.screenshot("studio-prompt-diff");
    await runCommand(host.page, "View: Close Editor");
  },

  "a step is asked again with the edited prompt": async (host) => {
    const frame = await studioFrame(host);
    await chooseTab(frame, "Sessions");
    await frame.locator(".session-item").first().click();
    await frame.locator(".strip-step").first().waitFor();
    await frame.locator("details.call summary", { hasText: "Prompt and reply" }).click();
    await frame.getByLabel("Planner prompt").click();
    await host.page.keyboard.press("Control+End");
    await host.page.keyboard.type("Plan dance only.");
    await press(frame, "Re-run this step with the edited prompt");
    await frame.locator(".two-plans").waitFor();
    const [recorded, edited] = await frame.locator(".two-plans section").allTextContents();
    assert.match(recorded, /"categories": \[3, 4/);
    assert.match(edited, /"categories": \[1, 2\]/);
    await frame.locator(".two-plans").scrollIntoViewIfNeeded();
    await screenshotThemes(host, "studio-rerun");
  },

  "what a model writes is text and nothing else": async (host) => {
    const frame = await studioFrame(host);
    const reflection = frame.locator("blockquote", { hasText: "<img src=x" });
    assert.match(await reflection.textContent(), /<script>parent\.hacked = true<\/script>/);
    assert.equal(await frame.locator("blockquote img, blockquote script").count(), 0);
    assert.deepEqual(host.pageErrors, []);
    await server.stop();
  },
};
