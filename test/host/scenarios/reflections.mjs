// The reflection pool at work: it fills during a run, is shown beside the prompt, and obeys Pin and Mute.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answerInput, openFile, pickLabels, runCommand } from "../lib/quickInput.mjs";
import { screenshotThemes } from "../lib/screenshots.mjs";
import {
  clickHovered,
  clickRow,
  contextAction,
  inlineAction,
  showContainer,
  treeRow,
  view,
  viewAction,
} from "../lib/tree.mjs";

export const workspace = "examples/quickstart";

const pool = { view: "Reflection Pool" };

async function until(look, milliseconds = 120_000) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`Nothing after ${milliseconds} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** Acts, and acts again where it came to nothing: a click that meets a row just being read anew does nothing else. */
async function again(act, look) {
  for (let tries = 1; ; tries++) {
    const failure = await act().catch((error) => error); // what was done late is no longer there to be done again
    try {
      return await until(look, 5000);
    } catch (error) {
      if (tries === 5) throw failure ?? error;
    }
  }
}

/** The lines of a file in the folder of the only run. */
function recorded(host, file) {
  const folder = join(host.workspace, ".lerl", "runs");
  return host
    .evaluate(async (vscode, path) => {
      const [run] = (await vscode.workspace.fs.readDirectory(vscode.Uri.file(path))).filter(([, type]) => type === 2);
      return run[0];
    }, folder)
    .then((run) => readFileSync(join(folder, run, file), "utf8"));
}

const reflections = async (host) => JSON.parse(await recorded(host, "reflections.json")).reflections;

const rows = (page) => view(page, "Reflection Pool").locator(".monaco-list-row[aria-level='3']");
/** "Score 8 to 10" before "Score 6 to 8". */
const byScore = (a, b) => Number(b.split(" ")[1]) - Number(a.split(" ")[1]);
const labelOf = (row) => row.locator(".label-name").first().textContent();

export const scenarios = {
  "reflections appear while a run goes on, in bands of their score": async (host) => {
    await host.evaluate(async (vscode) => {
      const [uri] = await vscode.workspace.findFiles("quickstart.lerl.json");
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      // Long enough for all that follows, and a pool that none leaves while a menu is open.
      const longer = text
        .replace('"iterations": 100', '"iterations": 4000')
        .replace('"sampling": "uniform"', '"sampling": "uniform", "capacity": 10000');
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(longer));
      await vscode.commands.executeCommand("lerl.run", uri);
    });
    await showContainer(host.page, "LERL");
    await rows(host.page).first().waitFor({ timeout: 90_000 });
    const groups = await view(host.page, "Reflection Pool")
      .locator(".monaco-list-row[aria-level='2'] .label-name")
      .allTextContents();
    assert.match(groups[0], /^Score [\d.-]+ to [\d.-]+$/);
    await screenshotThemes(host, "reflections");
  },

  "a pinned reflection is shown with every plan from then on": async (host) => {
    const tried = [];
    const pinned = await again(
      async () => {
        const label = await labelOf(rows(host.page).nth(2));
        tried.push(label.replace(/^\S+(?: \(.*?\))?\s+/, "").slice(0, 40));
        await inlineAction(host.page, label, "Pin Reflection", pool);
      },
      async () => (await reflections(host)).find((one) => one.pinned),
    );
    assert.ok(tried.includes(pinned.text.replace(/\s+/g, " ").slice(0, 40)), `${pinned.text} is none of ${tried}`);
    const before = pinned.timesSampled;
    await until(async () => (await reflections(host)).find((one) => one.id === pinned.id)?.timesSampled > before + 20);
    const iteration = JSON.parse((await recorded(host, "episodes.jsonl")).trim().split("\n").at(-1)).iteration;
    const later = await until(async () => {
      const episodes = (await recorded(host, "episodes.jsonl"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const found = episodes.filter((episode) => episode.iteration > iteration + 3);
      return found.length > 10 && found;
    });
    const plans = later.flatMap(({ steps }) => steps).filter(({ plan }) => plan.source !== "reused");
    assert.ok(plans.every(({ plan }) => plan.reflections.includes(pinned.id)));
    await host.screenshot("reflections-pinned");
  },

  "the prompt shows what the pool would contribute, with Pin and Mute": async (host) => {
    await openFile(host.page, "planner.lerl.md");
    const hints = await until(() =>
      host.evaluate(async (vscode) => {
        const document = vscode.window.activeTextEditor?.document;
        if (!document?.fileName.endsWith("planner.lerl.md")) return undefined;
        const range = new vscode.Range(0, 0, document.lineCount, 0);
        const found = await vscode.commands.executeCommand("vscode.executeInlayHintProvider", document.uri, range);
        const shown = found.map(({ label }) => label.map(({ value }) => value).join(""));
        return shown.length > 0 ? shown : undefined;
      }),
    );
    assert.match(hints[0], /^-?\d+\.\d\d \(pinned\)|\(pinned\)/);
    assert.equal(hints.length, 3, hints.join(" / "));
    const hover = await host.evaluate(async (vscode) => {
      const { document } = vscode.window.activeTextEditor;
      const at = document.getText().indexOf("in reflections") + 5;
      const found = await vscode.commands.executeCommand(
        "vscode.executeHoverProvider",
        document.uri,
        document.positionAt(at),
      );
      return found.flatMap(({ contents }) => contents.map(({ value }) => value)).join("\n");
    });
    assert.match(hover, /Likeliest to be shown now/);
    assert.match(hover, /command:lerl\.unpinReflection/);
    await host.evaluate((vscode) => {
      const editor = vscode.window.activeTextEditor;
      const line = editor.document.positionAt(editor.document.getText().indexOf("in reflections"));
      editor.selection = new vscode.Selection(line.translate(0, 5), line.translate(0, 5));
      editor.revealRange(new vscode.Range(line, line), vscode.TextEditorRevealType.InCenter);
    });
    // The first hints move the text, and a text that moves takes its hover away.
    await host.page.locator(".view-lines").getByText("(pinned)").waitFor();
    const shown = host.page.locator(".monaco-hover").getByText("Likeliest to be shown now");
    await again(
      () => runCommand(host.page, "Show or Focus Hover"),
      () => shown.isVisible(),
    );
    await host.screenshot("reflections-inline");
    await host.page.keyboard.press("Escape");
  },

  "the pick list mutes what is chosen": async (host) => {
    await runCommand(host.page, "LERL: Show Reflection Pool…");
    await until(async () => (await pickLabels(host.page)).length > 0);
    await host.screenshot("reflections-pick");
    const row = host.page.locator(".quick-input-list .monaco-list-row").nth(1);
    const mute = row.locator(".action-label[aria-label^='Mute']");
    await again(
      () => clickHovered(row, mute),
      async () => (await reflections(host)).some(({ muted }) => muted),
    );
    await host.page.keyboard.press("Escape");
  },

  "the view groups, filters and rates": async (host) => {
    const groups = () =>
      view(host.page, "Reflection Pool").locator(".monaco-list-row[aria-level='2'] .label-name").allTextContents();
    await viewAction(host.page, "Reflection Pool", "Group by Prompt Version");
    await until(async () =>
      (await groups()).some((label) => label.startsWith("Critic prompt") || label.startsWith("Written")),
    );
    await viewAction(host.page, "Reflection Pool", "Group by Session");
    await until(async () => (await groups()).some((label) => label.startsWith("Sessions of iteration")));
    await viewAction(host.page, "Reflection Pool", "Group by Score");
    const { text } = (await reflections(host)).find(({ pinned }) => pinned);
    await viewAction(host.page, "Reflection Pool", "Filter Reflections");
    await answerInput(host.page, text);
    // The critic without a model writes some sentences more than once.
    await until(async () => {
      const shown = await rows(host.page).allTextContents();
      return shown.length > 0 && shown.every((row) => row.includes(text.slice(0, 30)));
    });
    await host.screenshot("reflections-filtered");
    await again(
      async () => contextAction(host.page, await labelOf(rows(host.page).first()), "Rate Reflection Up", pool),
      async () => (await reflections(host)).some(({ rating }) => rating === 1),
    );
    await viewAction(host.page, "Reflection Pool", "Clear Reflection Filter");
    await viewAction(host.page, "Reflection Pool", "Filter Reflections");
    await answerInput(host.page, "no such words");
    await until(async () => (await rows(host.page).count()) === 0);
    await viewAction(host.page, "Reflection Pool", "Clear Reflection Filter");
    await rows(host.page).first().waitFor();
  },

  "a filter opens what it finds, and leaves the folds as they were": async (host) => {
    await host.evaluate((vscode) => vscode.commands.executeCommand("lerl.stop"));
    const groups = view(host.page, "Reflection Pool").locator(".monaco-list-row[aria-level='2']");
    // The view has been drawn for the last time: what is folded while it is being read anew is lost on VS Code.
    await view(host.page, "Reflection Pool").locator(".monaco-list-row[aria-level='1'] .codicon-beaker").waitFor();
    await host.page.waitForTimeout(2000);
    const labels = async () => (await groups.locator(".label-name").allTextContents()).toSorted(byScore);
    const isOpen = (label) => treeRow(host.page, label, pool).evaluate((row) => row.ariaExpanded === "true");
    const fold = (label, open) =>
      again(
        async () => (await isOpen(label)) === open || clickRow(host.page, label, pool),
        async () => (await isOpen(label)) === open,
      );
    const [best] = await labels();
    await fold(best, false);
    // An open group may leave no room for the next.
    const [, next] = await labels();
    await fold(next, true);
    const { text } = (await reflections(host)).toSorted((a, b) => b.score - a.score)[0];
    await viewAction(host.page, "Reflection Pool", "Filter Reflections");
    await answerInput(host.page, text);
    await until(() => isOpen(best), 20_000);
    await again(
      () => viewAction(host.page, "Reflection Pool", "Clear Reflection Filter"),
      async () => !(await isOpen(best)) && (await isOpen(next)),
    );
    await fold(best, true);
  },

  "a reflection opens with its session step by step, and outlasts a reload": async (host) => {
    const title = host.page.locator(".tabs-container .tab").filter({ hasText: /Reflection r\d+/ });
    await again(
      async () => clickRow(host.page, await labelOf(rows(host.page).first()), pool),
      () => title.isVisible(),
    );
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await host.screenshot("reflection-document");
    await host.reload();
    await showContainer(host.page, "LERL");
    await rows(host.page).first().waitFor({ timeout: 60_000 });
    assert.ok((await reflections(host)).some(({ pinned }) => pinned));
    assert.deepEqual(host.pageErrors, []);
  },
};
