// What is asked before something is done that cannot be taken back: a key that leaves, a run that another machine may hold. And what
// is said of a run whose record cannot be read.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { answerDialog, clearMessages, waitForMessage } from "../lib/messages.mjs";
import { runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import { inlineAction, showContainer, treeRow } from "../lib/tree.mjs";

export const workspace = "test/engine/fixtures/before";

const RUN = "BeforeInterrupted";
const VARIABLE = "SCRIPTED_API_KEY";
const KEY = "sk-lerl-test-asked";

const runFolder = (host, name) => {
  const runs = join(host.workspace, ".lerl", "runs");
  return join(
    runs,
    readdirSync(runs).find((id) => id.includes(`-${name.toLowerCase()}-s1-`)),
  );
};

/** A model server that remembers what it was shown as a key, and refuses it. */
async function curiousServer() {
  const shown = [];
  const server = createServer((request, response) => {
    if (request.headers.authorization) shown.push(request.headers.authorization);
    response.writeHead(401).end("{}");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${server.address().port}`, shown, close: () => server.close() };
}

export const scenarios = {
  "a record that cannot be read is a row that says so": async (host) => {
    const { page } = host;
    renameSync(join(host.workspace, "lerl"), join(host.workspace, ".lerl"));
    const damaged = runFolder(host, "Before");
    for (const name of ["run.json", "run.json.bak"]) writeFileSync(join(damaged, name), '{"id": "before');
    await showContainer(page, "LERL");
    await runCommand(page, "LERL: Refresh Runs");
    const row = treeRow(page, "Cannot be read", { view: "Runs" });
    await row.waitFor();
    assert.match(await row.textContent(), new RegExp(basename(damaged)));
    await treeRow(page, RUN, { view: "Runs" }).waitFor();
    await row.hover();
    await screenshotThemes(host, "run-unreadable");
  },

  "a run that another machine may hold is taken over only when asked": async (host) => {
    const { page } = host;
    const folder = runFolder(host, RUN);
    const lock = join(folder, "lock.json");
    const owner = JSON.stringify({ pid: 4711, processStart: "1", since: "2026-11-29T14:03:00.000Z", host: "lab-3" });
    writeFileSync(lock, owner);
    await runCommand(page, "LERL: Refresh Runs");
    await inlineAction(page, RUN, "Resume", { view: "Runs" });
    await page.locator(".monaco-dialog-box").filter({ hasText: "lab-3" }).waitFor();
    await screenshotThemes(host, "take-over");
    await answerDialog(page, "lab-3", "Cancel");
    await waitForMessage(page, "Nothing was done");
    await clearMessages(page);
    assert.equal(readFileSync(lock, "utf8"), owner);
    await inlineAction(page, RUN, "Resume", { view: "Runs" });
    await answerDialog(page, "lab-3", "Take Over");
    await waitForMessage(page, /Watching whether the owner shows itself/);
    await host.screenshot("take-over-watching");
    await waitForMessage(page, `"${RUN}" is done`);
    await clearMessages(page);
    assert.equal(existsSync(lock), false);
  },

  "a key of the environment leaves only when asked": async (host) => {
    const { page } = host;
    const server = await curiousServer();
    try {
      await host.evaluate(
        (_, { name, key }) => {
          process.env[name] = key;
        },
        { name: VARIABLE, key: KEY },
      );
      const planner = { provider: "openai", baseUrl: `${server.origin}/v1`, model: "tiny", apiKeyVariable: VARIABLE };
      const experiment = JSON.parse(readFileSync(join(host.workspace, "tiny.lerl.json"), "utf8"));
      writeFileSync(
        join(host.workspace, "asking.lerl.json"),
        JSON.stringify({ ...experiment, name: "Asking", planner }),
      );
      await treeRow(page, "Asking", { view: "Experiments" }).waitFor();
      await inlineAction(page, "Asking", "Run", { view: "Experiments" });
      const question = `Send the environment variable ${VARIABLE} to ${server.origin}`;
      await page.locator(".monaco-dialog-box").filter({ hasText: question }).waitFor();
      await screenshotThemes(host, "key-asked");
      await answerDialog(page, question, "Cancel");
      await waitForMessage(page, /Nothing was asked/);
      await host.screenshot("key-refused");
      await clearMessages(page);
      assert.deepEqual(server.shown, []);
      await inlineAction(page, "Asking", "Run", { view: "Experiments" });
      await answerDialog(page, question, "Send It");
      await waitForMessage(page, /"Asking" is paused/);
      await host.screenshot("key-sent");
      assert.equal(server.shown[0], `Bearer ${KEY}`);
    } finally {
      server.close();
    }
  },
};
