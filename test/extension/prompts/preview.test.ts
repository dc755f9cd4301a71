import { describe, expect, it } from "vitest";
import { PromptPreviews, previewUri, promptOf } from "../../../src/extension/prompts/preview.ts";
import { PromptRenderer } from "../../../src/extension/prompts/rendering.ts";
import type { RenderedPrompt } from "../../../src/protocol/engine.ts";
import { own } from "../support/own.ts";
import { openEditor, until } from "./support.ts";

describe("the preview", () => {
  const rendered = (promptText: string): RenderedPrompt => {
    if (promptText.includes("WRONG")) throw new Error("planner.lerl.md:3:4: this is wrong.");
    return { messages: [{ role: "user", content: promptText.slice(-6) }], tokensEstimate: 2, variables: { step: "4" } };
  };

  it("follows the text, keeps the last rendering below an error, and asks for the user and step chosen", async () => {
    const editor = openEditor({ "prompts/render": ({ promptText }) => rendered(promptText) });
    const previews = own(new PromptPreviews(new PromptRenderer(editor.services), editor.services.log));
    const document = editor.open("planner.lerl.md", `${editor.read("planner.lerl.md")}first!`);
    const uri = previewUri(document.uri);
    expect(promptOf(uri).toString()).toBe(document.uri.toString());
    expect(previews.provideTextDocumentContent(uri)).toBe("Rendering…\n");
    const content = () => previews.provideTextDocumentContent(uri);
    await until(() => content().includes("first!"));
    editor.type(document, "WRONG");
    await until(() => content().startsWith("⚠ planner.lerl.md:3:4: this is wrong."));
    expect(content()).toContain("first!");
    editor.type(document, `${editor.read("planner.lerl.md")}second`);
    await until(() => content().includes("second") && !content().includes("⚠"));
    previews.choose(uri, { user: 7, step: 0 });
    await until(() => editor.engine.asked.some(({ params }) => (params as { user?: number }).user === 7));
    expect(editor.engine.asked.at(-1)?.params).toMatchObject({ user: 7, step: 0, role: "planner" });
  });

  it("says what to do where no experiment names the prompt", async () => {
    const editor = openEditor();
    const previews = own(new PromptPreviews(new PromptRenderer(editor.services), editor.services.log));
    const uri = previewUri(editor.open("lonely.lerl.md", "x").uri);
    previews.provideTextDocumentContent(uri);
    await until(() => previews.provideTextDocumentContent(uri).includes("Set planner.prompt or critic.prompt"));
  });
});
