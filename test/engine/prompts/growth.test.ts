import { describe, it } from "vitest";
import { oneLine } from "../../../src/engine/prompts/categoryWords.ts";
import { diagnose, parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { PromptHead } from "../../../src/protocol/promptHead.ts";
import { placeholdersIn } from "../../../src/protocol/promptPlaceholders.ts";
import { variablesIn } from "../../../src/protocol/promptScope.ts";
import { normalisedPrompt, readPromptText } from "../../../src/protocol/promptText.ts";
import { exampleContext } from "../../../src/protocol/promptVariables.ts";
import { csvText, markdownText, visibleText } from "../../../src/protocol/reportText.ts";
import { anyAdversaries, templateAdversaries } from "../support/adversarial.ts";
import { expectLinear } from "../support/growth.ts";

const whole = (section: string): string => `---\nrole: planner\n---\n# system\n${section}\n# user\nx\n`;

function rendered(section: string): void {
  try {
    parsePrompt("p.lerl.md", whole(section)).render(exampleContext("planner"));
  } catch {
    // Most of them are no prompt.
  }
}

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  "a prompt's parts": (text) => [readPromptText(text), readPromptText(whole(text)), normalisedPrompt(text)],
  "a prompt's head": (text) => {
    const { head } = readPromptText(text);
    if (!head) return;
    const read = new PromptHead(text, head);
    for (const { name } of read.variables) read.spanOf(["variables", name]);
    return [read.errors, read.alias, read.role];
  },
  "a template's variables": (text) => variablesIn(text, placeholdersIn(text, { begin: 0, end: text.length })),
  "what is wrong with a prompt": (text) => [diagnose(text), diagnose(whole(text))],
  "a rendered prompt": rendered,
  "text in reports": (text) => [csvText(text), markdownText(text), visibleText(text), oneLine(text)],
};

describe("the time to read a prompt grows as its text, no faster", () => {
  it.each(Object.entries(readers))("%s", (name, read) => {
    for (const [text, write] of [...anyAdversaries, ...templateAdversaries])
      expectLinear(`${name}, ${text}`, 4000, (length) => {
        const written = write(length);
        return () => read(written);
      });
  });
});
