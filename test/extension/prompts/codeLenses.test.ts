import { describe, expect, it } from "vitest";
import { PromptLenses } from "../../../src/extension/prompts/codeLenses.ts";
import { VersionDocuments, versionUri } from "../../../src/extension/prompts/versionDocuments.ts";
import { own } from "../support/own.ts";
import { listed } from "../support/runRecord.ts";
import { openEditor, runOf } from "./support.ts";

describe("lenses of a prompt", () => {
  it("offers what there is to do, and the comparison once a run used other words", async () => {
    const editor = openEditor({
      "runs/list": () =>
        listed(
          runOf(editor.folder, {
            prompts: [
              { role: "planner", hash: "old", file: "planner.lerl.md", text: "before", since: 0 },
              { role: "planner", hash: "now", file: "planner.lerl.md", text: editor.read("planner.lerl.md"), since: 3 },
            ],
          }),
        ),
    });
    const lenses = own(new PromptLenses(editor.services));
    const document = editor.open("planner.lerl.md", editor.read("planner.lerl.md"));
    const titles = async () => (await lenses.provideCodeLenses(document)).map(({ command }) => command?.title);
    expect(await titles()).toEqual(["$(play) Run", "$(law) Try", "$(open-preview) Preview", "Used by 1 experiment"]);
    const critic = editor.open("critic.lerl.md", editor.read("critic.lerl.md"));
    const ofCritic = (await lenses.provideCodeLenses(critic)).map(({ command }) => command?.title);
    expect(ofCritic).toEqual(["$(play) Run", "$(open-preview) Preview", "Used by 1 experiment"]);
    await editor.services.runs.load();
    expect(await titles()).toContain("$(diff) Compare with Previous Version");
    const documents = new VersionDocuments(editor.services.runs);
    const old = versionUri(document.uri, { runId: "r-1", hash: "old" });
    expect(await documents.provideTextDocumentContent(old)).toBe("before");
    const gone = versionUri(document.uri, { runId: "r-2", hash: "old" });
    expect(await documents.provideTextDocumentContent(gone)).toContain("gone");
  });
});
