// The Studio with a model: a server on this machine that answers as OpenAI's does, and says what it was asked.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LLMock } from "@copilotkit/aimock";
import { editorTab, runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { chooseTab, documentOf, iteration, press, runState, studioFrame, until } from "../lib/studio.mjs";

export const workspace = "examples/quickstart";

const prompt = "planner.lerl.md";
const hostile =
  '<img src=x onerror="document.title=1"> {{ step }} <script async>parent.hacked = true</script> in turn.';

/** The model talks instead of planning. */
let talks = false;

/** Plans as it is asked: the edited prompt asks for dance only. */
const answer = ({ messages }) => {
  const text = messages.map(({ content }) => content).join("\n");
  if (/You review one finished visit/.test(text)) return `Rotate categories. ${hostile}`;
  if (talks) return "Dance first, I would say!";
  return /Plan dance only/.test(text) ? '{"categories": [1, 2]}' : '{"categories": [3, 4, 5, 6, 7, 8, 9, 10]}';
};

let server;
/** How long the model takes for an answer. */
let thinkingMs = 0;

const modelAt = () => ({ provider: "openai", model: "test-model", baseUrl: `${server.url}/v1` });

/** Begins a run of an experiment that asks the model. */
async function runWithModel(host, name, more) {
  const path = join(host.workspace, `${name.toLowerCase().replaceAll(" ", "-")}.lerl.json`);
  const experiment = {
    name,
    planner: { ...modelAt(), replanEvery: 4 },
    critic: modelAt(),
    simulator: { users: 6 },
    training: { iterations: 500 },
    evaluation: { every: 500, sessions: 6, references: false },
    ...more,
  };
  writeFileSync(path, JSON.stringify(experiment, undefined, 2));
  await host.evaluate((vscode, path) => vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path)), path);
  const frame = await until(`the Studio of ${name}`, async () => {
    const shown = await studioFrame(host);
    const title = await shown
      .locator("h1")
      .textContent({ timeout: 1000 })
      .catch(() => undefined); // of the one before
    return title === name ? shown : undefined;
  });
  await press(frame, "Run");
  return frame;
}

async function stop(frame) {
  await press(frame, "Stop");
  await until("stopped", async () => (await runState(frame)) === "Stopped");
}

export const scenarios = {
  "a run asks the connected model": async (host) => {
    talks = false;
    thinkingMs = 0;
    server = new LLMock({ host: "127.0.0.1", port: 0 });
    await server.start();
    server.on({ endpoint: "chat" }, async (request) => {
      await sleep(thinkingMs);
      return { content: answer(request) };
    });
    const frame = await runWithModel(host, "With a model", {});
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
    await stop(frame);
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
    // The same again is answered from what is kept, and the page says so.
    await press(frame, "Re-run this step with the edited prompt");
    await frame.locator(".two-plans h5", { hasText: "With the edited prompt cached" }).waitFor();
    await frame.locator(".two-plans").scrollIntoViewIfNeeded();
    await screenshotThemes(host, "studio-rerun");
    const before = server.getRequests().length;
    await press(frame, "Ask again");
    await frame.locator(".two-plans h5", { hasText: /With the edited prompt [\d.]+ m?s/ }).waitFor();
    assert.equal(server.getRequests().length, before + 1, "the model itself was asked");
  },

  "what a model writes is text and nothing else": async (host) => {
    const frame = await studioFrame(host);
    const reflection = frame.locator("blockquote", { hasText: "<img src=x" });
    assert.match(await reflection.textContent(), /<script async>parent\.hacked = true/);
    assert.equal(await frame.locator("blockquote img, blockquote script").count(), 0);
    assert.deepEqual(host.pageErrors, []);
  },

  "a model of no help pauses the run, and the page says why and what to do": async (host) => {
    talks = true;
    const frame = await runWithModel(host, "Of no help", { critic: { enabled: false }, models: { cache: false } });
    await until("paused", async () => (await runState(frame)) === "Paused", 120_000);
    const reason = await frame.locator(".run-reason").first().textContent();
    assert.match(reason, /None of the first 10 plans could be read from the planner's model/);
    assert.match(reason, /"Dance first, I would say!"/);
    assert.match(reason, /change the prompt, the model or its limits, and resume/);
    await screenshotThemes(host, "studio-model-of-no-help");
    await stop(frame);
  },

  "what the stand-in does for the model is told as such, beside what goes on at its server": async (host) => {
    thinkingMs = 100;
    const frame = await runWithModel(host, "Stand in", { models: { unusableShare: 1, cache: false } });
    const note = frame.locator(".run-reason", { hasText: "This is hardly the model's work" });
    await note.waitFor({ timeout: 120_000 });
    assert.match(await note.textContent(), /(\d+) of \1 plans are the stand-in's/);
    const status = frame.locator(".run-bar .run-status");
    const told = async () => (await status.textContent()).replace(/\s+/g, " ");
    await until("its server's pace", async () => /\d in flight .*\d ms · [\d.]+ tokens\/s/.test(await told()));
    await until("who has answered", async () =>
      /By the model 0 of \d+ plans, (\d+) of \1 reflections/.test(await told()),
    );
    // Plans of the stand-in's are no score of the prompt.
    assert.match(await told(), /R_cum ?[\d.]+ policy only, planned offline/);
    await frame.locator(".event-list summary").click();
    const event = frame.locator(".event-list li", { hasText: "The stand-in answered for the planner's model" });
    assert.equal(await event.count(), 1);
    await event.scrollIntoViewIfNeeded();
    await screenshotThemes(host, "studio-stand-in");
    await stop(frame);
    await server.stop();
  },
};
