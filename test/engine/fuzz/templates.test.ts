/** Any template, read and rendered by the engine and looked at by the editor: said what is wrong with it, in time. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { InputError } from "../../../src/engine/errors.ts";
import { diagnose, parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { placeholdersIn } from "../../../src/protocol/promptPlaceholders.ts";
import { variablesIn } from "../../../src/protocol/promptScope.ts";
import { readPromptText } from "../../../src/protocol/promptText.ts";
import { exampleContext } from "../../../src/protocol/promptVariables.ts";
import { anyText, template } from "../protocol/promptTexts.ts";

/** Of processor time for one template, ms. */
const LONGEST = 1500;

const hostile = fc.constantFrom(
  "{% for i in (1..999999999) %}x{% endfor %}",
  "{% for i in (1..9999) %}{% for j in (1..9999) %}{{ i }}{% endfor %}{% endfor %}",
  `{% capture x %}aaaaaaaa{% endcapture %}${"{% capture x %}{{ x }}{{ x }}{% endcapture %}".repeat(40)}{{ x }}`,
  '{{ slates["__proto__"] }}{{ slates.constructor.constructor }}',
  '{% include "/etc/passwd" %}',
  "{{ 'a' | date: '%s' }}{{ 1 | divided_by: 0 }}{{ -1 | slice: 9, 9 }}{{ 'x' | truncate: -5 }}",
  "{% assign a = (1..100000) %}{% for x in a %}{{ a | join }}{% endfor %}",
  "{{ (1..400000) | sort | reverse | uniq | json }}",
  "{%- liquid\n echo 1 -%}{% raw %}{% raw %}{% endraw %}",
  `${"{% if step %}".repeat(3000)}${"{% endif %}".repeat(3000)}`,
  "{{".repeat(5000),
  "\u0000\ud800\u202e{{ tone }}",
);
const anything = fc.oneof(
  { weight: 5, arbitrary: template },
  { weight: 4, arbitrary: anyText },
  { weight: 1, arbitrary: hostile },
  { weight: 2, arbitrary: fc.tuple(template, hostile, anyText).map((parts) => parts.join("\n")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
);

const whole = (section: string, role: string): string =>
  `---\nrole: ${role}\nvariables:\n  tone: dry\n---\n# system\n${section}\n# user\n{{ slates | size }}\n`;

/** @throws where it ends otherwise than with messages or a sentence that says where */
function read(text: string, role: "planner" | "critic"): void {
  const problems = diagnose(text);
  const { sections } = readPromptText(text);
  for (const section of sections) variablesIn(text, placeholdersIn(text, section.template));
  try {
    const messages = parsePrompt("p.lerl.md", text).render(exampleContext(role));
    expect(messages).toHaveLength(2);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(/^p\.lerl\.md:\d+:\d+: [\s\S]+\.$/);
    expect((error as InputError).message).not.toMatch(/\n\s+at |node_modules|TypeError|undefined is not/);
    if (problems.length === 0) throw error;
  }
}

it("1,500 random templates: no hang, no stack trace, no problem unsaid", () => {
  let longest = 0;
  fc.assert(
    fc.property(anything, fc.constantFrom("planner", "critic"), fc.boolean(), (section, role, isWhole) => {
      const before = process.cpuUsage();
      read(isWhole ? section : whole(section, role), role);
      const { user, system } = process.cpuUsage(before);
      longest = Math.max(longest, (user + system) / 1000);
    }),
    { seed: 1500, numRuns: 1500 },
  );
  expect(longest).toBeLessThan(LONGEST);
});
