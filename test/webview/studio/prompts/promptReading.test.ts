import { expect, test } from "vitest";
import { PromptReading } from "../../../../webview/studio/prompts/promptReading.ts";

const prompt = (user: string): string => `---\nrole: planner\n---\n# system\nS\n# user\n${user}`;

/** What is marked, line by line from the user section's template on. */
function marked(user: string): readonly string[][] {
  const text = prompt(user);
  const lines = text.split("\n");
  const marks = new PromptReading().marksByLine(text, lines);
  return lines.slice(6).map((line, i) => (marks.get(i + 6) ?? []).map(({ begin, end }) => line.slice(begin, end)));
}

test("placeholders are marked, line by line", () => {
  expect(marked("a {{ step }} b {% if tone %}\nplain\n{{ tone }}")).toEqual([
    ["{{ step }}", "{% if tone %}"],
    [],
    ["{{ tone }}"],
  ]);
  expect(marked("{{ slates\n\n  | size }} slates")).toEqual([["{{ slates"], [], ["  | size }}"]]);
});

test("a line with many placeholders is marked whole", () => {
  const [marks = []] = marked("{{ step }} ".repeat(25_000));
  expect(marks).toHaveLength(25_000);
  expect(new Set(marks)).toEqual(new Set(["{{ step }}"]));
});

test("what Liquid takes for text is not marked", () => {
  expect(marked("{% raw %}{{ step }}{% endraw %}")).toEqual([["{% raw %}", "{% endraw %}"]]);
  expect(marked('{{ "}}" }} {{ open')).toEqual([['{{ "}}" }}']]);
  expect(
    new PromptReading().marksByLine("---\nrole: {{ step }}\n---\n{{ step }}", [
      "---",
      "role: {{ step }}",
      "---",
      "{{ step }}",
    ]),
  ).toEqual(new Map());
});

test("a variable is read where it is named, not where a text, a field or a loop's entry is called so", () => {
  const text = prompt(
    '{{ "tone" }}{% for step in slates %}{{ step.size }}{% endfor %}{{ interests[0].label | default: ending }}',
  );
  expect([...new PromptReading().variablesRead(text)]).toEqual(["slates", "interests", "ending"]);
});

test("a text is read once, and another one anew", () => {
  const reading = new PromptReading();
  const first = prompt("{{ tone }}");
  const variables = reading.variablesRead(first);
  expect(reading.marksByLine(first, first.split("\n")).size).toBe(1);
  expect(reading.variablesRead(first)).toBe(variables);
  expect([...reading.variablesRead(prompt("{{ step }}"))]).toEqual(["step"]);
  expect([...reading.variablesRead(first)]).toEqual(["tone"]);
});
