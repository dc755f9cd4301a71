// Trials in a real window: words tried while a run goes on, the visit that shows why, and words that are taken over.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { LLMock } from "@copilotkit/aimock";
import { pickRow, runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { chooseTab, documentOf, iteration, press, runState, studioFrame, until } from "../lib/studio.mjs";
import { repositoryFolder } from "../lib/variants.mjs";

export const workspace = "examples/quickstart";

const prompt = "planner.lerl.md";
const NARROW = "Two categories are enough.";

/** Wide plans that wander, and the same two categories ever again where the prompt asks for few. */
let asked = 0;
const answer = ({ messages }) => {
  const text = messages.map(({ content }) => content).join("\n");
  if (/You review one finished visit/.test(text)) return "Rotate categories before the user tires of them.";
  if (text.includes(NARROW)) return '{"categories": [1, 2]}';
  const first = 1 + ((text.length * 7 + asked++) % 20);
  return JSON.stringify({ categories: Array.from({ length: 8 }, (_, i) => first + i) });
};

let server;

const experiment = () => ({
  name: "Words on trial",
  dataset: { kind: "synthetic", users: 300, items: 600 },
  planner: { provider: "openai", model: "test-model", baseUrl: `${server.url}/v1`, replanEvery: 4 },
  simulator: { users: 6 },
  training: { iterations: 500, checkpointEvery: 1 },
  evaluation: { every: 500, sessions: 6, references: false },
});

const verdict = (frame) => frame.locator(".trial-pane .verdict").first();

export const scenarios = {
  "words are tried while a run goes on, and a sentence says whether they are better": async (host) => {
    server = new LLMock({ host: "127.0.0.1", port: 0 });
    await server.start();
    server.on({ endpoint: "chat" }, async (request) => {
      await sleep(5);
      return { content: answer(request) };
    });
    const file = join(host.workspace, "words.lerl.json");
    writeFileSync(file, JSON.stringify(experiment(), undefined, 2));
    await host.evaluate((vscode, path) => vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path)), file);
    const frame = await studioFrame(host);
    await press(frame, "Run");
    await until("iterations pass", async () => (await iteration(frame)) >= 2, 120_000);
    await frame.getByLabel("Planner prompt").click();
    await host.page.keyboard.press("Control+End");
    await host.page.keyboard.type(NARROW);
    await until("the document has it", async () => (await documentOf(host, prompt)).text.endsWith(NARROW));
    await press(frame, "Try");
    await verdict(frame)
      .getByText(/reward a visit .*: worse\./)
      .waitFor({ timeout: 120_000 });
    assert.equal(await runState(frame), "Running", "the run goes on meanwhile");
    assert.equal((await documentOf(host, prompt)).dirty, true, "the text was tried unsaved");
    await screenshotThemes(host, "trial-beside-a-run");
  },

  "the visit that lost most opens at the first step at which the plans differ": async (host) => {
    const frame = await studioFrame(host);
    await frame.locator(".worst-visit").first().click();
    await frame.locator(".visit-pair").waitFor();
    await frame.locator(".visit-pair details summary").last().click();
    assert.match(await frame.locator(".visit-pair").textContent(), /Two categories are enough/);
    await screenshotThemes(host, "trial-visit");
  },

  "words are taken over from a trial, and taken back by one undo": async (host) => {
    const frame = await studioFrame(host);
    await press(frame, "Stop");
    await until("stopped", async () => (await runState(frame)) === "Stopped");
    await runCommand(host.page, "File: Revert File");
    const restored = (text) =>
      host.evaluate(
        async (vscode, name, wanted) => {
          const document = vscode.workspace.textDocuments.find(({ fileName }) => fileName.endsWith(name));
          const edit = new vscode.WorkspaceEdit();
          const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
          edit.replace(document.uri, all, wanted);
          return vscode.workspace.applyEdit(edit);
        },
        prompt,
        text,
      );
    const { text } = await documentOf(host, prompt);
    const before = text.replace(NARROW, "");
    await restored(before);
    await frame.getByText("Back to the trial").click();
    await press(frame, "Use these words");
    await until("the words are there", async () => (await documentOf(host, prompt)).text.endsWith(NARROW));
    await host.evaluate(async (vscode, name) => {
      const document = vscode.workspace.textDocuments.find(({ fileName }) => fileName.endsWith(name));
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
      await vscode.commands.executeCommand("undo");
    }, prompt);
    await until("one undo takes them back", async () => (await documentOf(host, prompt)).text === before);
    await screenshotThemes(host, "trial-words-undone");
    await runCommand(host.page, "View: Close Editor");
  },

  "a trial of five contenders with moments, made on the command line, is shown": async (host) => {
    const words = readFileSync(join(host.workspace, prompt), "utf8");
    writeFileSync(join(host.workspace, "narrow.lerl.md"), words.replace("You plan", `${NARROW} You plan`));
    const moments = {
      expect: { size: { min: 3 } },
      moments: [
        { name: "a new user", user: "7" },
        { name: "another", user: "12", expect: { excludes: ["Music"] } },
      ],
    };
    writeFileSync(join(host.workspace, "words.moments.json"), JSON.stringify(moments));
    const trial = {
      name: "Five of them",
      base: "words.lerl.json",
      sessions: 16,
      stop: false,
      moments: "words.moments.json",
      repeats: 2,
      contenders: [
        { name: "as it is" },
        { name: "narrow", prompt: "narrow.lerl.md" },
        { name: "warm", temperature: 0.9 },
        { plan: "least-recently-used" },
        { plan: "oracle" },
      ],
    };
    writeFileSync(join(host.workspace, "five.trial.json"), JSON.stringify(trial));
    const cli = join(repositoryFolder, "dist/cli.cjs");
    // The model is played by this process, which must not wait for it.
    await promisify(execFile)(process.execPath, [cli, "trial", "five.trial.json"], { cwd: host.workspace });
    await host.reload();
    const frame = await studioFrame(host);
    await chooseTab(frame, "Trial");
    await frame.locator(".trial-list summary").click();
    await frame.locator(".trial-item", { hasText: "Five of them" }).click();
    await frame.locator(".trial-pane").getByText("oracle plan").first().waitFor();
    await frame.locator(".trial-pane").getByText("a new user").first().waitFor();
    await screenshotThemes(host, "trial-five");
  },

  "five contenders with moments are put together in the Studio, and run": async (host) => {
    const frame = await studioFrame(host);
    await press(frame, "New trial…");
    await frame.locator(".contender-row").nth(1).waitFor();
    const add = (name) => frame.locator(".draft-add").getByText(name, { exact: true }).click();
    await add("A file…");
    await pickRow(host.page, "narrow.lerl.md");
    await frame.locator(".contender-row").nth(2).waitFor();
    await add("Another temperature");
    await frame.getByLabel("Temperature of contender 4").fill("0.9");
    await frame.getByLabel("Temperature of contender 4").press("Tab");
    await add("Oracle plan");
    await frame.getByLabel("Visits").fill("16");
    await frame.getByLabel("2 moments").check();
    await frame.getByLabel("Repeats of each").fill("2");
    await frame.getByLabel("Calls at most").fill("3000");
    await frame.getByLabel("Calls at most").press("Tab");
    await frame
      .locator(".draft-start")
      .getByText(/16 visits, up to [\d,]+ calls/)
      .waitFor();
    await screenshotThemes(host, "trial-draft");
    await press(frame, "Run trial");
    await frame.locator(".trial-state .pill", { hasText: "Done" }).waitFor({ timeout: 120_000 });
    const pane = await frame.locator(".trial-pane").textContent();
    for (const name of ["as it is", "narrow.lerl.md", "planner.lerl.md, temperature 0.9", "oracle plan", "a new user"])
      assert.ok(pane.includes(name), `${name} is shown`);
    await screenshotThemes(host, "trial-draft-result");
    await server.stop();
  },
};
