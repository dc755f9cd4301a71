import { describe, it } from "vitest";
import { escapeMarkdown, plainText } from "../../../src/extension/platform/inert.ts";
import { suggestionsAt } from "../../../src/extension/prompts/completion.ts";
import { hoverAt } from "../../../src/extension/prompts/hover.ts";
import { readStructure } from "../../../src/extension/prompts/promptStructure.ts";
import { occurrencesOf } from "../../../src/extension/prompts/rename.ts";
import { reflectionPlaces } from "../../../src/extension/reflections/reflectionPlaces.ts";
import { shorten } from "../../../src/extension/reflections/wording.ts";
import { anyAdversaries, templateAdversaries } from "../../engine/support/adversarial.ts";
import { expectLinear } from "../../engine/support/growth.ts";

const whole = (section: string): string => `---\nrole: planner\n---\n# system\n${section}\n# user\nx\n`;

const middle = (text: string): number => text.length >> 1;

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  completion: (text) => [
    suggestionsAt(readStructure(text), middle(text)),
    suggestionsAt(readStructure(text), text.length),
  ],
  hover: (text) => [hoverAt(readStructure(text), middle(text)), hoverAt(readStructure(text), text.length - 1)],
  "reflections beside the text": (text) => reflectionPlaces(readStructure(text)),
  "places of a name": (text) => occurrencesOf(readStructure(text), "a"),
  "words in Markdown": (text) => [escapeMarkdown(text), plainText(text), shorten(text, 50)],
};

describe("what the editor does with a prompt grows as its text, no faster", () => {
  it.each(Object.entries(readers))("%s", (name, read) => {
    for (const [text, write] of [...anyAdversaries, ...templateAdversaries])
      for (const form of [String, whole])
        expectLinear(`${name}, ${text}`, 4000, (length) => {
          const written = form(write(length));
          return () => read(written);
        });
  });
});
