// The prompt language as its users meet it: colours, completion, hover, problems, lenses, preview, links, renaming.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answerInput, editorTab, openFile, runCommand } from "../lib/quickInput.mjs";

export const workspace = "examples/quickstart";

const planner = "planner.lerl.md";

/** Replaces a part of a file in its editor. */
const replaceIn = (host, file, from, to) =>
  host.evaluate(
    async (vscode, name, before, after) => {
      const [uri] = await vscode.workspace.findFiles(`**/${name}`);
      const document = await vscode.workspace.openTextDocument(uri);
      const begin = document.getText().indexOf(before);
      if (begin < 0) throw new Error(`${name} does not hold ${before}`);
      const range = new vscode.Range(document.positionAt(begin), document.positionAt(begin + before.length));
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, range, after);
      return vscode.workspace.applyEdit(edit);
    },
    file,
    from,
    to,
  );

/** Waits until the problems of a file are such that `wanted` holds for their codes. */
const problemsOf = (host, file, wanted) =>
  until(async () => {
    const found = await host.evaluate(async (vscode, name) => {
      const [uri] = await vscode.workspace.findFiles(`**/${name}`);
      return vscode.languages
        .getDiagnostics(uri)
        .map(({ code, range, message }) => ({ code, line: range.start.line, message }));
    }, file);
    return wanted(found.map(({ code }) => code)) ? found : undefined;
  });

async function until(look, milliseconds = 30_000) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`Nothing after ${milliseconds} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What a provider answers at the end of `before` in the planner prompt. */
const ask = (host, command, before) =>
  host.evaluate(
    async (vscode, name, marker) => {
      const [uri] = await vscode.workspace.findFiles("**/planner.lerl.md");
      const document = await vscode.workspace.openTextDocument(uri);
      const offset = document.getText().indexOf(marker) + marker.length;
      const result = await vscode.commands.executeCommand(name, uri, document.positionAt(offset));
      if (name.includes("Completion")) return result.items.map(({ label }) => label.label ?? label);
      return result.map(({ contents }) => contents.map(({ value }) => value).join("\n")).join("\n");
    },
    command,
    before,
  );

const lensTitles = (page) => page.locator(".editor-instance .codelens-decoration a").allTextContents();

export const scenarios = {
  "front matter, sections and placeholders have colours of their own": async (host) => {
    await openFile(host.page, planner);
    const colours = await until(async () => {
      const spans = await host.page.locator(".editor-instance .view-line span span").evaluateAll((nodes) =>
        nodes.map((node) => ({
          text: node.textContent.replaceAll("\u00a0", " ").trim(),
          colour: getComputedStyle(node).color,
        })),
      );
      const of = (text) => spans.find((span) => span.text === text)?.colour;
      const found = {
        value: of("planner"),
        section: of("# system"),
        tag: of("for"),
        variable: of("global"),
        text: of("%"),
      };
      return Object.values(found).every(Boolean) ? found : undefined;
    });
    assert.equal(new Set(Object.values(colours)).size, 5, JSON.stringify(colours));
    await host.screenshot("prompt");
  },

  "completion and hover know variables, fields, filters and values": async (host) => {
    assert.deepEqual(
      await ask(host, "vscode.executeCompletionItemProvider", "{% for category in slate.").catch((e) => e),
      ["step", "size", "clicks", "repeated", "categories"],
    );
    await replaceIn(host, planner, "Choose {{ most }}", "Choose {{ most | at_most: 9 }}");
    const filters = await ask(host, "vscode.executeCompletionItemProvider", "most | ");
    await replaceIn(host, planner, "Choose {{ most | at_most: 9 }}", "Choose {{ most }}");
    assert.ok(filters.includes("at_most") && !filters.includes("date"));
    await until(async () => (await ask(host, "vscode.executeHoverProvider", "of {{ slate")).includes("Current value"));
  },

  "problems appear as one types and go when they are mended": async (host) => {
    await problemsOf(host, planner, (codes) => codes.length === 0);
    await replaceIn(host, planner, "{{ slateSize }}", "{{ slateSzie }}");
    const [problem] = await problemsOf(host, planner, (codes) => codes.includes("prompt.unknown-variable"));
    assert.match(problem.message, /"slateSzie" is not a variable/);
    await host.screenshot("prompt-problem");
    await replaceIn(host, planner, "{{ slateSzie }}", "{{ slateSize }}");
    await problemsOf(host, planner, (codes) => codes.length === 0);
    await replaceIn(host, planner, "# user", "## user");
    await problemsOf(host, planner, (codes) => codes.includes("prompt.missing-section"));
    await replaceIn(host, planner, "## user", "# user");
    await problemsOf(host, planner, (codes) => codes.length === 0);
  },

  "lenses say what can be done": async (host) => {
    const titles = await until(async () => {
      const found = await lensTitles(host.page);
      return found.some((title) => title.includes("Used by")) && found;
    });
    assert.deepEqual(
      titles.map((title) => title.trim()),
      ["Run", "Try", "Preview", "Used by 1 experiment"],
    );
  },

  "the preview follows the text, the user and the step, and says what is wrong in its place": async (host) => {
    const text = () =>
      host.evaluate((vscode) =>
        vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "lerl-prompt-preview")?.getText(),
      );
    await runCommand(host.page, "LERL: Preview Prompt");
    await until(async () => (await text())?.includes("━━ system"));
    assert.match(await text(), /The categories, with how often .*\n- Dance: \d+%\n/);
    const first = await text();
    await host.screenshot("prompt-preview");

    await replaceIn(host, planner, "The categories, with", "Possible categories, with");
    await until(async () => (await text()).includes("Possible categories"));
    await replaceIn(host, planner, "{{ slateSize }}", "{{ slateSzie }}");
    await until(async () => /^⚠ .*"slateSzie" is not a variable/.test(await text()));
    assert.match(await text(), /Possible categories/, "the last rendering stays");
    await host.screenshot("prompt-preview-problem");
    await replaceIn(host, planner, "{{ slateSzie }}", "{{ slateSize }}");
    await until(async () => (await text()).startsWith("━━"));

    await editorTab(host.page, "Preview of planner").click();
    await runCommand(host.page, "LERL: Choose Step of the Preview…");
    await answerInput(host.page, "1");
    await until(async () => (await text()).includes("The visit begins now"));
    await runCommand(host.page, "LERL: Choose User of the Preview…");
    await answerInput(host.page, "99999");
    await until(async () => /^⚠ User 99999: expected a whole number from 0 to 999/.test(await text()));
    await runCommand(host.page, "LERL: Choose User of the Preview…");
    await answerInput(host.page, "5");
    await until(async () => (await text()).startsWith("━━"));
    assert.notEqual(await text(), first);
  },

  "a variable of the prompt's own is renamed wherever it is meant": async (host) => {
    await replaceIn(host, planner, "temperature: 0", "temperature: 0\nvariables:\n  tone: dry");
    await replaceIn(host, planner, "You plan what", "Be {{ tone }}. You plan what");
    const renamed = await host.evaluate(async (vscode) => {
      const [uri] = await vscode.workspace.findFiles("**/planner.lerl.md");
      const document = await vscode.workspace.openTextDocument(uri);
      const position = document.positionAt(document.getText().indexOf("{{ tone") + 4);
      const edit = await vscode.commands.executeCommand("vscode.executeDocumentRenameProvider", uri, position, "voice");
      await vscode.workspace.applyEdit(edit);
      return document.getText();
    });
    assert.ok(renamed.includes("  voice: dry") && renamed.includes("Be {{ voice }}."));
    await problemsOf(host, planner, (codes) => codes.length === 0);
  },

  "an experiment links to its prompts, and a prompt nobody names says so": async (host) => {
    const found = await host.evaluate(async (vscode) => {
      const [folder] = vscode.workspace.workspaceFolders;
      const write = (name, text) =>
        vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder.uri, name), new TextEncoder().encode(text));
      await write("other.lerl.json", '{ "planner": { "prompt": "planner.lerl.md" } }');
      await write("lonely.lerl.md", "---\nrole: critic\n---\n# system\nS\n# user\nU\n");
      const uri = vscode.Uri.joinPath(folder.uri, "other.lerl.json");
      await vscode.workspace.openTextDocument(uri);
      const links = await vscode.commands.executeCommand("vscode.executeLinkProvider", uri);
      return links.map(({ target }) => target?.path.split("/").at(-1));
    });
    assert.deepEqual(found, [planner]);
    await host.evaluate(async (vscode) => {
      const [uri] = await vscode.workspace.findFiles("lonely.lerl.md");
      await vscode.window.showTextDocument(uri);
    });
    await problemsOf(host, "lonely.lerl.md", (codes) => codes.includes("prompt.unused"));
    await host.evaluate(async (vscode) => {
      const [uri] = await vscode.workspace.findFiles("planner.lerl.md");
      await vscode.window.showTextDocument(uri);
    });
    await until(async () => (await lensTitles(host.page)).some((title) => title.includes("Used by 2 experiments")));
  },

  "an unsaved prompt is what a file says until it is saved": async (host) => {
    const saved = readFileSync(join(host.workspace, planner), "utf8");
    assert.ok(saved.includes("The categories, with") && !saved.includes("voice"));
    assert.deepEqual(host.pageErrors, []);
  },
};
