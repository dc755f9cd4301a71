import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { InputBoxOptions } from "vscode";
import { askText, pickMany, pickOne, showErrorMessage, withProgress } from "../../../src/extension/platform/dialogs.ts";
import { escapeMarkdown, plainText } from "../../../src/extension/platform/inert.ts";
import { hoverAt } from "../../../src/extension/prompts/hover.ts";
import { readStructure } from "../../../src/extension/prompts/promptStructure.ts";
import { reflectionMarkdown } from "../../../src/extension/reflections/reflectionDocument.ts";
import { reflectionTooltip } from "../../../src/extension/reflections/reflectionItem.ts";
import { RunNotifications } from "../../../src/extension/runs/notifications.ts";
import { runTooltip } from "../../../src/extension/runs/runRow.ts";
import { reflection } from "../reflections/fixtures.ts";
import { noon, run, storeOf } from "../runs/support.ts";
import { host, resetHost } from "../support/vscode.ts";

const HOSTILE =
  "[click](command:workbench.action.quit) ![i](https://a.example/i.png) <img src=x> $(trash) https://a.example `x`\n\n# Big | b\u202e";

/** What VS Code makes a link of in a notification, and an icon in a list. */
const LINK = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+/;
const ICON = /\$\([\w-]+(?:~[\w-]+)?\)/;
/** Markup that is not escaped, behind a text of letters. */
const MARKUP = /(?<!\\)(?:!?\[[^\]]*\]\(|<[a-z]|https?:)|\$\(trash|\n# Big|\u202e/;

beforeEach(resetHost);

describe("texts from outside", () => {
  it("make no link, no icon and no line of their own", () => {
    expect(HOSTILE).toMatch(LINK);
    expect(plainText(HOSTILE)).not.toMatch(LINK);
    expect(plainText(HOSTILE)).not.toMatch(ICON);
    expect(plainText(HOSTILE).replaceAll("\u2060", "")).toBe(HOSTILE.replace("\u202e", "\\u202e"));
    expect(escapeMarkdown(HOSTILE)).not.toMatch(MARKUP);
    expect(escapeMarkdown("<img src=x> [a](command:b)\r\n# c | $(d)")).toBe(
      "\\<img src\\=x\\> \\[a\\]\\(command\\:b\\) \\# c \\| &#36;\\(d\\)",
    );
  });

  it("are the same text in Markdown, whatever they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
        const shown = escapeMarkdown(text);
        expect(shown.replace(/\\[!-/:-@[-`{-~]|&#36;/g, "")).not.toMatch(/[^\w\s;,%/?]/);
        expect(shown).not.toMatch(/[\r\n]/);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it("are shown as they stand in notifications, questions, lists and progress", async () => {
    await showErrorMessage(HOSTILE, { modal: true, detail: HOSTILE }, "OK");
    let offered: readonly { readonly label: string }[] = [];
    host.answerPick = (items) => {
      offered = items;
      return items[1];
    };
    const items = [{ label: "a" }, { label: HOSTILE, description: HOSTILE, detail: HOSTILE }];
    expect(await pickOne(items, {})).toBe(items[1]);
    host.answerPick = (shown) => [shown[1]];
    expect(await pickMany(items, {})).toEqual([items[1]]);
    await withProgress({ location: 15, title: HOSTILE }, async (progress) => progress.report({ message: HOSTILE }));
    let asked: InputBoxOptions = {};
    host.answerInput = (options) => {
      asked = options;
      return HOSTILE;
    };
    const faulty = { prompt: HOSTILE, value: HOSTILE, validateInput: () => HOSTILE };
    expect(await askText(faulty)).toBe(HOSTILE);
    expect(asked.value).toBe(HOSTILE);
    const box = [asked.prompt, await asked.validateInput?.("")];
    const said = [host.messages, offered, host.progress, box].map((part) => JSON.stringify(part)).join("\n");
    expect(said).toContain("workbench.action.quit");
    expect(said).not.toMatch(LINK);
    expect(said).not.toMatch(ICON);
  });

  it("of a run are text in its notifications and its tooltip", () => {
    const { runs, become } = storeOf([]);
    const notifications = new RunNotifications(runs, { resume: async () => run() });
    const record = run({ name: HOSTILE, note: HOSTILE, experimentFile: HOSTILE });
    become(record);
    become(run({ ...record, state: "failed", reason: HOSTILE }));
    expect(host.messages).toHaveLength(1);
    expect(JSON.stringify([host.messages, host.progress])).not.toMatch(LINK);
    notifications.dispose();
    const { value, isTrusted } = runTooltip(run({ ...record, state: "failed", reason: HOSTILE }), undefined, noon);
    expect(value).not.toMatch(MARKUP);
    expect(isTrusted).toBeUndefined();
  });

  it("of a reflection, a prompt's head and its paths are text in hovers and documents", () => {
    const hostile = reflection(HOSTILE, { text: HOSTILE });
    expect(reflectionTooltip(hostile).value).not.toMatch(MARKUP);
    expect(reflectionMarkdown({ runName: HOSTILE, reflection: hostile })).not.toMatch(MARKUP);
    const name = "[x](command:y)";
    const text = `---\nrole: planner\nvariables:\n  "${name}": 1\n---\n# system\n{{ slates["![i](https://a.example)"].size }}\n# user\nx\n`;
    const structure = readStructure(text);
    expect(hoverAt(structure, text.indexOf(name))?.markdown).not.toMatch(MARKUP);
    expect(hoverAt(structure, text.indexOf("size"))?.markdown ?? "").not.toMatch(MARKUP);
  });
});

describe("the extension's words", () => {
  it("are said in one place, and put into Markdown by one function", () => {
    const root = resolve(import.meta.dirname, "../../../src/extension");
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const direct = files
      .filter((file) => file !== join("platform", "dialogs.ts"))
      .filter((file) =>
        /window\.(?:show\w+Message|showQuickPick|showInputBox|withProgress)\(|\.appendText\(/.test(
          readFileSync(join(root, file), "utf8"),
        ),
      );
    expect(direct).toEqual([]);
  });
});
