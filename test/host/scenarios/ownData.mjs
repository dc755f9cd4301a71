// A person's own data: New Experiment by keyboard, from a log that Excel wrote, and the page of what was understood.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerInput, editorTab, runCommand } from "../lib/quickInput.mjs";
import { until } from "../lib/studio.mjs";

const widget = (page) => page.locator(".quick-input-widget:not(.hidden)");
const focused = (page) => widget(page).locator(".quick-input-list .monaco-list-row.focused");

/** Waits for a list with this title, goes down to the row, and takes it: nothing but keys. */
async function takeRow(page, title, label) {
  await widget(page).locator(".quick-input-title", { hasText: title }).waitFor();
  for (let i = 0; ; i++) {
    assert.ok(i < 20, `no row ${label}`);
    const name = await focused(page).locator(".label-name").first().textContent();
    if (name === label) break;
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
}

/** Types a path into the dialog that asks for a file. */
async function typeFile(page, path) {
  const input = widget(page).locator("input.input");
  await until("the dialog", async () => /[\\/]$/.test(await input.inputValue().catch(() => "")));
  await answerInput(page, path);
}

/** The text of a read-only page, as the extension host has it. */
const pageText = (host, name) =>
  host.evaluate((vscode, name) => {
    const shown = vscode.workspace.textDocuments.find(
      ({ uri }) => uri.scheme === "lerl-data" && uri.path === `/Data of ${name}.txt`,
    );
    return shown?.getText() ?? "";
  }, name);

export const scenarios = {
  "an experiment is made of a log by keyboard": async (host) => {
    const { page, workspace } = host;
    const data = join(workspace, "data");
    mkdirSync(data);
    const rows = ["1;x;5", "1;y;2", "1;z;4", "2;x;1", "2;y;5", "2;w;4"];
    writeFileSync(join(data, "ratings.csv"), `sep=;\r\nCustomer ID;Song;Rating\r\n${rows.join("\r\n")}\r\n`);
    writeFileSync(join(data, "songs.csv"), "Song;Genres\r\nx;Jazz|Soul\r\ny;Soul\r\nz;Rock\r\n");
    await runCommand(page, "LERL: New Experiment…");
    await takeRow(page, "New experiment", "Your own data");
    await answerInput(page, "songs");
    await takeRow(page, "The log", "Choose the file…");
    await typeFile(page, join(data, "ratings.csv"));
    await takeRow(page, "The items", "Choose the file…");
    await typeFile(page, join(data, "songs.csv"));
    await takeRow(page, "Users", "Customer ID");
    await takeRow(page, "Items", "Back");
    await takeRow(page, "Users", "Customer ID");
    await takeRow(page, "Items", "Song");
    await host.screenshot("own-data-columns");
    await takeRow(page, "Clicks", "Rating");
    await takeRow(page, "Clicks", "4 or more");
    await takeRow(page, "Time", "None");
    await takeRow(page, "The items' file", "Song");
    await takeRow(page, "Categories", "Genres");
    await widget(page).locator(".quick-input-title", { hasText: "Is this your data?" }).waitFor();
    await editorTab(page, "Data of csv.txt").waitFor();
    await host.screenshot("own-data-page");
    assert.ok(!existsSync(join(workspace, "songs")));
    await takeRow(page, "Is this your data?", "Create the experiment");
    await editorTab(page, "csv.lerl.json").waitFor();
    const text = readFileSync(join(workspace, "songs", "csv.lerl.json"), "utf8");
    assert.deepEqual(JSON.parse(text).dataset, {
      kind: "csv",
      interactions: {
        path: "../data/ratings.csv",
        user: "Customer ID",
        item: "Song",
        feedback: ["Rating"],
        clickAt: 4,
      },
      items: { path: "../data/songs.csv", item: "Song", categories: "Genres" },
    });
  },

  "its data are described on a page beside it": async (host) => {
    const { page } = host;
    await runCommand(page, "View: Close All Editors");
    await runCommand(page, "LERL: Describe Data");
    await editorTab(page, "Data of csv.txt").waitFor();
    const text = await pageText(host, "csv");
    assert.match(text, /^ratings\.csv$/m);
    assert.match(text, /Interactions +5\n/);
    assert.match(text, /1 +interactions with an item that the item file lacks; the first: "w"/);
    assert.match(text, /Rating +0\.6000 +3 +5\n/);
    await host.screenshot("described-data");
    assert.deepEqual(host.pageErrors, []);
  },
};
