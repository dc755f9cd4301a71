import { describe, expect, it } from "vitest";
import { PromptDiagnostics } from "../../../src/extension/prompts/diagnostics.ts";
import { own } from "../support/own.ts";
import { host } from "../support/vscode.ts";
import { openEditor, type TestEditor, until } from "./support.ts";

const shown = (editor: TestEditor, name: string) => host.diagnostics.get(editor.uri(name).toString());
const codes = (editor: TestEditor, name: string) => shown(editor, name)?.map(({ code }) => code);

describe("diagnostics", () => {
  it("finds what is typed wrong and forgets it when it is mended", async () => {
    const editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    const document = editor.open("planner.lerl.md", editor.read("planner.lerl.md"));
    await until(() => codes(editor, "planner.lerl.md")?.length === 0);
    const wrong = document.getText().replace("{{ slateSize }}", "{{ slateSzie }}");
    editor.type(document, wrong);
    await until(() => codes(editor, "planner.lerl.md")?.[0] === "prompt.unknown-variable");
    const [problem] = shown(editor, "planner.lerl.md") ?? [];
    expect(document.getText(problem?.range)).toBe("slateSzie");
    expect(problem?.message).toMatch(/^"slateSzie" is not a variable of a planner prompt; .*\.$/);
    editor.type(document, editor.read("planner.lerl.md"));
    await until(() => codes(editor, "planner.lerl.md")?.length === 0);
  });

  it("asks once for a burst of keystrokes, with the newest text", async () => {
    const editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    const document = editor.open("planner.lerl.md", editor.read("planner.lerl.md"));
    for (let i = 0; i < 20; i++) editor.type(document, `${editor.read("planner.lerl.md")}${i}`);
    await until(() => codes(editor, "planner.lerl.md"));
    const checks = editor.engine.asked.filter(({ method }) => method === "prompts/diagnose");
    expect(checks.map(({ params }) => params)).toEqual([{ text: `${editor.read("planner.lerl.md")}19` }]);
  });

  it("tells a prompt that no experiment names, and one that is named for another role", async () => {
    const editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    editor.open("lonely.lerl.md", editor.read("critic.lerl.md"));
    editor.open("planner.lerl.md", editor.read("critic.lerl.md"));
    expect(await until(() => codes(editor, "lonely.lerl.md"))).toEqual(["prompt.unused"]);
    expect(await until(() => codes(editor, "planner.lerl.md"))).toEqual(["prompt.role"]);
  });

  it("calls nothing unused while an experiment cannot be read", async () => {
    const editor = openEditor();
    own(new PromptDiagnostics(editor.services));
    editor.open("quickstart.lerl.json", '{ "planner": ');
    editor.open("lonely.lerl.md", editor.read("critic.lerl.md"));
    expect(await until(() => codes(editor, "lonely.lerl.md"))).toEqual([]);
  });
});
