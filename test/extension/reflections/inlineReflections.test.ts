import { describe, expect, it } from "vitest";
import type { TextDocument } from "vscode";
import { InlineReflections } from "../../../src/extension/reflections/inlineReflections.ts";
import { own } from "../support/own.ts";
import { CancellationTokenSource, MarkdownString, Range } from "../support/vscode.ts";
import { openPool, three } from "./support.ts";

describe("reflections beside the prompt", () => {
  const hints = async (inline: InlineReflections, document: TextDocument) => {
    const everything = new Range(0, 0, 1000, 0);
    const found = await inline.provideInlayHints(document, everything, new CancellationTokenSource().token);
    return found.map(({ label }) => (typeof label === "string" ? label : label.map(({ value }) => value).join("")));
  };

  it("shows the k likeliest at the loop and the best one where it is written out", async () => {
    const { editor, pools, hold } = openPool();
    const inline = own(new InlineReflections(editor.services, pools));
    const document = editor.open("planner.lerl.md", editor.read("planner.lerl.md"));
    expect(await hints(inline, document)).toEqual([
      "9.00 (60%), 7.00 (30%) of 3",
      "9.00",
      "“Keep <b>music</b> varied.”",
    ]);
    hold(three.map((one) => ({ ...one, expected: 8.5 })));
    await pools.change({ runId: "r-1", id: "r1", action: "pin" });
    expect((await hints(inline, document))[1]).toBe("+0.50");
    hold(three.map((one) => (one.id === "r1" ? { ...one, pinned: true, probability: 1 } : one)));
    await pools.change({ runId: "r-1", id: "r1", action: "pin" });
    expect((await hints(inline, document))[0]).toBe("9.00 (60%), 2.00 (pinned) of 3");
  });

  it("hovers with text that stays text and links that only run our own commands", async () => {
    const { editor, pools } = openPool();
    const inline = own(new InlineReflections(editor.services, pools));
    const document = editor.open("planner.lerl.md", editor.read("planner.lerl.md"));
    const at = document.positionAt(editor.read("planner.lerl.md").indexOf("in reflections") + 5);
    const hover = await inline.provideHover(document, at);
    const content = hover?.contents[0];
    if (!(content instanceof MarkdownString)) throw new Error("expected Markdown");
    expect(content.value).toContain("Keep \\<b\\>music");
    expect(content.value).toContain("command:lerl.pinReflection?");
    expect(content.isTrusted).toEqual({
      enabledCommands: expect.arrayContaining(["lerl.pinReflection", "lerl.muteReflection"]),
    });
    expect(await inline.provideHover(document, document.positionAt(0))).toBeUndefined();
  });

  it("says nothing in a critic prompt or without a run, and that an empty pool is empty", async () => {
    const { editor, pools, hold } = openPool();
    const inline = own(new InlineReflections(editor.services, pools));
    const critic = editor.read("critic.lerl.md");
    expect(await hints(inline, editor.open("critic.lerl.md", critic))).toEqual([]);
    expect(await hints(inline, editor.open("lonely.lerl.md", editor.read("planner.lerl.md")))).toEqual([]);
    hold([]);
    const document = editor.open("planner.lerl.md", editor.read("planner.lerl.md"));
    expect(await hints(inline, document)).toEqual(["the pool is empty"]);
  });
});
