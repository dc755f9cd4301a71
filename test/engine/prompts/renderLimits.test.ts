import { describe, expect, it } from "vitest";
import { diagnose, parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { PromptTemplate, TemplateError } from "../../../src/engine/prompts/template.ts";
import { exampleContext } from "../../../src/protocol/promptVariables.ts";

/** A string of 2 ** doublings characters, or entries. */
const grown = (doublings: number): string =>
  `{% assign s = "a" %}${"{% assign s = s | append: s %}".repeat(doublings)}`;
const list = (entries: number): string => `{% assign l = (1..${entries}) | compact %}`;

/** Templates that want as much as they can get. */
const greedy: Readonly<Record<string, string>> = {
  "a huge range": "{% for i in (1..1000000000) %}{% endfor %}",
  "a long loop": "{% for i in (1..300000) %}{{ i }}{% endfor %}",
  "loops in loops": "{% for i in (1..1000) %}{% for j in (1..1000) %}{% if i %}{% endif %}{% endfor %}{% endfor %}",
  "empty loops": "{% for i in (1..1000) %}{% for j in (1..900) %}{% endfor %}{% endfor %}",
  sorting: '{% assign s = (1..300000) | sort: "x" %}',
  "sorting as people do": "{% assign s = (1..300000) | sort_natural %}",
  "each once": "{% assign s = (1..300000) | uniq %}",
  "text that doubles": `{% assign x = "aaaaaaaa" %}${"{% capture x %}{{ x }}{{ x }}{% endcapture %}".repeat(28)}`,
  "a capture in a loop": `${grown(15)}{% capture x %}{% for i in (1..20000) %}{{ s }}{% endfor %}{% endcapture %}`,
  "looking for an entry": `${list(200_000)}{% for i in (1..1000) %}{% if l contains "q" %}{% endif %}{% endfor %}`,
  "looking for a text": `${grown(17)}{% for i in (1..1000) %}{% if s contains "aaaaaaab" %}{% endif %}{% endfor %}`,
  "comparing lists": `${list(100_000)}{% assign m = l | compact %}{% for i in (1..1000) %}{% if l == m %}{% endif %}{% endfor %}`,
  "choosing by a list": `${list(100_000)}{% assign m = l | compact %}{% for i in (1..1000) %}{% case l %}{% when m %}{% endcase %}{% endfor %}`,
  "turning lists": `${list(200_000)}{% for i in (1..9000) %}{% for j in l reversed limit: 1 %}{% endfor %}{% endfor %}`,
  "lists of nothing": `${list(200_000)}{% assign n = l | map: "x" %}{% for i in (1..1000) %}{{ n }}{% endfor %}`,
};

function outcome(template: string): string {
  try {
    new PromptTemplate(template).render({});
    return "rendered";
  } catch (error) {
    if (error instanceof TemplateError) return error.code;
    throw error;
  }
}

/** Of processor time, ms. */
function took(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe("a template that wants too much", () => {
  it.each(Object.entries(greedy))("ends at a limit, before it keeps others waiting: %s", (_, template) => {
    outcome("{{ 1 }}");
    const fastest = Math.min(...[1, 2].map(() => took(() => expect(outcome(template)).toBe("prompt.limit"))));
    expect(fastest).toBeLessThan(1000);
  });

  it("ends alike on every machine: work is counted", () => {
    const passes = (n: number): string => `{% for i in (1..${n}) %}{{ i }}{% endfor %}`;
    let least = 1;
    let most = 300_000;
    while (most - least > 1) {
      const middle = (least + most) >> 1;
      if (outcome(passes(middle)) === "rendered") least = middle;
      else most = middle;
    }
    expect(least).toBe(23_808);
  });

  it("ends at its size, with what it comes to", () => {
    const text = `---\nrole: planner\n---\n# system\n{% for i in (1..200) %}${"x".repeat(6000)}{% endfor %}\n# user\n{{ categories }}\n`;
    expect(() => parsePrompt("p.lerl.md", text)).toThrow(
      /^p\.lerl\.md:\d+:\d+: the prompt comes to more than 1000000 characters/,
    );
    const [problem] = diagnose("x".repeat(500_001));
    expect(problem).toMatchObject({ code: "prompt.limit", message: "the prompt is longer than 500000 characters" });
  });

  it("is told that it is nested too deeply", () => {
    const deep = `{{ ${"a[".repeat(30_000)}0${"]".repeat(30_000)} }}`;
    expect(() => new PromptTemplate(deep)).toThrow("it is nested too deeply");
  });
});

describe("a prompt that lists much", () => {
  it("of 5,000 categories is far from every limit", () => {
    const entry = { id: 1, name: "Music and dance", label: "1 (Music and dance)" };
    const text = `---\nrole: planner\n---\n# system\n{% for c in categories %}- {{ c.label }}\n{% endfor %}\n# user\n{{ categories | map: "name" | join: ", " }}\n`;
    const context = { ...exampleContext("planner"), categories: Array.from({ length: 5000 }, () => entry) };
    const [system] = parsePrompt("p.lerl.md", text).render(context);
    expect(system?.content.split("\n")).toHaveLength(5000);
  });
});
