import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { PromptLenses } from "../../../src/extension/prompts/codeLenses.ts";
import { PromptDiagnostics } from "../../../src/extension/prompts/diagnostics.ts";
import { PromptPreviews, previewUri, promptOf } from "../../../src/extension/prompts/preview.ts";
import { promptLinks } from "../../../src/extension/prompts/promptLinks.ts";
import { PromptRenderer } from "../../../src/extension/prompts/rendering.ts";
import { VersionDocuments, versionUri } from "../../../src/extension/prompts/versionDocuments.ts";
import type { RenderedPrompt } from "../../../src/protocol/engine.ts";
import { host } from "../support/vscode.ts";
import { openEditor, runOf, type TestEditor, until } from "./support.ts";

let editor: TestEditor;
const owned: { dispose(): unknown }[] = [];
const own = <T extends { dispose(): unknown }>(item: T): T => {
  owned.push(item);
  return item;
};

afterEach(() => {
  for (const item of owned.splice(0).reverse()) item.dispose();
  editor.dispose();
});

const text = (name: string): string => readFileSync(join(editor.folder, name), "utf8");
const shown = (name: string) => host.diagnostics.get(editor.uri(name).toString());
const codes = (name: string) => shown(name)?.map(({ code }) => code);

describe("diagnostics", () => {
  it("finds what is typed wrong and forgets it when it is mended", async () => {
    editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    const document = editor.open("planner.lerl.md", text("planner.lerl.md"));
    await until(() => codes("planner.lerl.md")?.length === 0);
    const wrong = document.getText().replace("{{ slateSize }}", "{{ slateSzie }}");
    editor.type(document, wrong);
    await until(() => codes("planner.lerl.md")?.[0] === "prompt.unknown-variable");
    const [problem] = shown("planner.lerl.md") ?? [];
    expect(document.getText(problem?.range)).toBe("slateSzie");
    expect(problem?.message).toMatch(/^"slateSzie" is not a variable of a planner prompt; .*\.$/);
    editor.type(document, text("planner.lerl.md"));
    await until(() => codes("planner.lerl.md")?.length === 0);
  });

  it("asks once for a burst of keystrokes, with the newest text", async () => {
    editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    const document = editor.open("planner.lerl.md", text("planner.lerl.md"));
    for (let i = 0; i < 20; i++) editor.type(document, `${text("planner.lerl.md")}${i}`);
    await until(() => codes("planner.lerl.md"));
    const checks = editor.engine.asked.filter(({ method }) => method === "prompts/diagnose");
    expect(checks.map(({ params }) => params)).toEqual([{ text: `${text("planner.lerl.md")}19` }]);
  });

  it("tells a prompt that no experiment names, and one that is named for another role", async () => {
    editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    editor.open("lonely.lerl.md", text("critic.lerl.md"));
    editor.open("planner.lerl.md", text("critic.lerl.md"));
    expect(await until(() => codes("lonely.lerl.md"))).toEqual(["prompt.unused"]);
    expect(await until(() => codes("planner.lerl.md"))).toEqual(["prompt.role"]);
  });

  it("calls nothing unused while an experiment cannot be read", async () => {
    editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    editor.open("quickstart.lerl.json", '{ "planner": ');
    editor.open("lonely.lerl.md", text("critic.lerl.md"));
    expect(await until(() => codes("lonely.lerl.md"))).toEqual([]);
  });
});

describe("lenses, links and versions", () => {
  it("offers what there is to do, and the comparison once a run used other words", async () => {
    editor = openEditor({
      "runs/list": () => [
        runOf(editor.folder, {
          prompts: [
            { role: "planner", hash: "old", file: "planner.lerl.md", text: "before", since: 0 },
            { role: "planner", hash: "now", file: "planner.lerl.md", text: text("planner.lerl.md"), since: 3 },
          ],
        }),
      ],
    });
    const lenses = own(new PromptLenses(editor.services));
    const document = editor.open("planner.lerl.md", text("planner.lerl.md"));
    const titles = async () => (await lenses.provideCodeLenses(document)).map(({ command }) => command?.title);
    expect(await titles()).toEqual(["$(play) Run", "$(open-preview) Preview", "Used by 1 experiment"]);
    await editor.services.runs.load();
    expect(await titles()).toContain("$(diff) Compare with Previous Version");
    const documents = new VersionDocuments(editor.services.runs);
    const old = versionUri(document.uri, { runId: "r-1", hash: "old" });
    expect(await documents.provideTextDocumentContent(old)).toBe("before");
    const gone = versionUri(document.uri, { runId: "r-2", hash: "old" });
    expect(await documents.provideTextDocumentContent(gone)).toContain("gone");
  });

  it("links an experiment's prompts to their files", () => {
    editor = openEditor();
    const document = editor.open(
      "e.lerl.json",
      '{ // c\n "critic": { "prompt": "prompts/c.lerl.md", }, "planner": { "prompt": "" } }',
    );
    const links = promptLinks(document);
    expect(links.map(({ range, target }) => [document.getText(range), target?.fsPath])).toEqual([
      ["prompts/c.lerl.md", join(editor.folder, "prompts/c.lerl.md")],
    ]);
  });
});

describe("the preview", () => {
  const rendered = (promptText: string): RenderedPrompt => {
    if (promptText.includes("WRONG")) throw new Error("planner.lerl.md:3:4: this is wrong.");
    return { messages: [{ role: "user", content: promptText.slice(-6) }], tokensEstimate: 2, variables: { step: "4" } };
  };

  it("follows the text, keeps the last rendering below an error, and asks for the user and step chosen", async () => {
    editor = openEditor({ "prompts/render": ({ promptText }) => rendered(promptText) });
    const previews = own(new PromptPreviews(new PromptRenderer(editor.services), editor.services.log));
    const document = editor.open("planner.lerl.md", `${text("planner.lerl.md")}first!`);
    const uri = previewUri(document.uri);
    expect(promptOf(uri).toString()).toBe(document.uri.toString());
    expect(previews.provideTextDocumentContent(uri)).toBe("Rendering…\n");
    const content = () => previews.provideTextDocumentContent(uri);
    await until(() => content().includes("first!"));
    editor.type(document, "WRONG");
    await until(() => content().startsWith("⚠ planner.lerl.md:3:4: this is wrong."));
    expect(content()).toContain("first!");
    editor.type(document, `${text("planner.lerl.md")}second`);
    await until(() => content().includes("second") && !content().includes("⚠"));
    previews.choose(uri, { user: 7, step: 0 });
    await until(() => editor.engine.asked.some(({ params }) => (params as { user?: number }).user === 7));
    expect(editor.engine.asked.at(-1)?.params).toMatchObject({ user: 7, step: 0, role: "planner" });
  });

  it("says what to do where no experiment names the prompt", async () => {
    editor = openEditor();
    const previews = own(new PromptPreviews(new PromptRenderer(editor.services), editor.services.log));
    const uri = previewUri(editor.open("lonely.lerl.md", "x").uri);
    previews.provideTextDocumentContent(uri);
    await until(() => previews.provideTextDocumentContent(uri).includes("Set planner.prompt or critic.prompt"));
  });
});
