import { describe, expect, it } from "vitest";
import { frontMatterSchema } from "../../../src/engine/prompts/frontMatter.ts";
import { parsePrompt } from "../../../src/engine/prompts/prompt.ts";
import { frontMatterKeys, liquidFilters, liquidTags } from "../../../src/protocol/promptSyntax.ts";
import { exampleContext } from "../../../src/protocol/promptVariables.ts";

function render(body: string): string | undefined {
  const text = `---\nrole: planner\nvariables:\n  line: a\n---\n# system\nS\n# user\n{{ categories.size }}|${body}`;
  return parsePrompt("p.lerl.md", text).render(exampleContext("planner"))[1]?.content.slice(2);
}

describe("the tables the editor explains prompts from", () => {
  it("name the front matter's keys, all of them", () => {
    expect(frontMatterKeys.map(({ name }) => name)).toEqual(Object.keys(frontMatterSchema.shape));
  });

  it.each(frontMatterKeys.filter(({ name }) => name !== "role"))("front matter: $example", ({ example }) => {
    const text = `---\nrole: planner\n${example}\n---\n# system\nS\n# user\n{{ categories.size }}`;
    expect(parsePrompt("p.lerl.md", text).role).toBe("planner");
  });

  it.each(liquidTags)("tag: $example", ({ name, example }) => {
    const inLoop = ["break", "continue", "unless"].includes(name);
    expect(render(inLoop ? `{% for slate in slates %}${example}{% endfor %}` : example)).toBeDefined();
  });

  it.each(liquidFilters)("filter: $example", ({ example }) => {
    const [template = "", result] = example.split(" → ");
    const expression = template.replace("{{ list", '{{ slates | map: "size"');
    const body = `{% for reflection in reflections %}${expression}{% endfor %}`;
    if (result === undefined) expect(render(body)).not.toBe("");
    else expect(render(body)).toBe(result);
  });
});
