import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { promptLinks } from "../../../src/extension/prompts/promptLinks.ts";
import { openEditor } from "./support.ts";

describe("links of an experiment file", () => {
  it("links an experiment's prompts to their files", () => {
    const editor = openEditor();
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
