import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PromptTemplate } from "../../../src/engine/prompts/template.ts";
import { LineIndex } from "../../../src/engine/prompts/textPositions.ts";
import { suggestionsAt } from "../../../src/extension/prompts/completion.ts";
import { hoverAt } from "../../../src/extension/prompts/hover.ts";
import { placeholderAt, readStructure } from "../../../src/extension/prompts/promptStructure.ts";
import { nameProblem, occurrencesOf, ownVariableAt } from "../../../src/extension/prompts/rename.ts";
import { readPromptText } from "../../../src/protocol/promptText.ts";
import { template } from "../../engine/protocol/promptTexts.ts";

const examples = join(import.meta.dirname, "../../../examples/quickstart");
const planner = readFileSync(join(examples, "planner.lerl.md"), "utf8");

const file = (user: string, head = "role: planner\nvariables:\n  tone: dry") =>
  `---\n${head}\n---\n# system\nS\n# user\n${user}`;

/** The text without its `^`, and where that stood. */
function at(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf("^");
  return { text: marked.replace("^", ""), offset };
}

function labels(marked: string): readonly string[] {
  const { text, offset } = at(marked);
  return suggestionsAt(readStructure(text), offset).items.map(({ label }) => label);
}

function accepted(marked: string, label: string): string {
  const { text, offset } = at(marked);
  const { replaces, items } = suggestionsAt(readStructure(text), offset);
  const insert = items.find((item) => item.label === label)?.insert ?? "";
  return text.slice(0, replaces.begin) + insert.replaceAll("\\}", "}") + text.slice(replaces.end);
}

/** Undefined: Liquid cannot parse it. */
function compile(source: string): PromptTemplate | undefined {
  try {
    return new PromptTemplate(source);
  } catch {
    return undefined;
  }
}

function hover(marked: string, values?: Record<string, string>): string {
  const { text, offset } = at(marked);
  return hoverAt(readStructure(text), offset, values)?.markdown ?? "";
}

describe("the structure of a prompt", () => {
  it("finds front matter, sections and placeholders with the offsets of the text", () => {
    const text = file("{{ tone }} {%- for c in categories -%}{% endfor %}").replaceAll("\n", "\r\n");
    const { frontMatter, sections, placeholders } = readStructure(text);
    expect(frontMatter?.role).toBe("planner");
    expect(frontMatter?.variables.map(({ name, value, key }) => [name, value, text.slice(key.begin, key.end)])).toEqual(
      [["tone", "dry", "tone"]],
    );
    expect(sections.map(({ role, heading }) => [role, text.slice(heading.begin, heading.end)])).toEqual([
      ["system", "# system"],
      ["user", "# user"],
    ]);
    expect(placeholders.map(({ tag, inner }) => [tag, text.slice(inner.begin, inner.end)])).toEqual([
      [undefined, " tone "],
      ["for", " for c in categories "],
      ["endfor", " endfor "],
    ]);
  });

  it("leaves out what raw and comment hold", () => {
    const { placeholders } = readStructure(
      file("{% raw %}{{ a }}{% endraw %}{% comment %}{% if %}{% endcomment %}{{ b }}"),
    );
    expect(placeholders.map(({ tag }) => tag)).toEqual(["raw", "endraw", "comment", "endcomment", undefined]);
  });

  it("is read section by section, as the prompt is rendered", () => {
    const text = "---\nrole: planner\n---\n{{ a }}\n# system\n{% raw %}{{ b\n# user\n{{ c }} {% for x in slates %}";
    const { placeholders } = readStructure(text);
    expect(placeholders.map(({ begin, end }) => text.slice(begin, end))).toEqual([
      "{% raw %}",
      "{{ c }}",
      "{% for x in slates %}",
    ]);
    expect(labels(`${text.replace("{{ b", "{% for y in slates %}")}{{ ^ }}`)).not.toContain("y");
  });

  it("reads any text without complaint, whatever is typed at whatever place", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "{%",
      "%}",
      "-",
      "for c in ",
      "slates",
      ".",
      "|",
      "\n",
      '"',
      "---",
      "# user",
      "ä",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(400), (pieces, where) => {
        const text = file("") + pieces.join("");
        const offset = Math.min(where, text.length);
        const structure = readStructure(text);
        hoverAt(structure, offset);
        ownVariableAt(structure, offset);
        const { replaces } = suggestionsAt(structure, offset);
        expect(replaces.begin).toBeLessThanOrEqual(replaces.end);
        for (const { begin, end, inner } of structure.placeholders) {
          expect(begin).toBeLessThan(inner.begin);
          expect(inner.end).toBeLessThan(end);
        }
      }),
    );
  });
});

describe("completion", () => {
  it("offers the role's variables, the prompt's own and none of the other role", () => {
    const names = labels(file("{{ ^"));
    expect(names).toEqual(expect.arrayContaining(["categories", "reflections", "planSteps", "tone"]));
    expect(names).not.toContain("totalReward");
    expect(labels(file("{{ ^", "role: critic"))).toContain("totalReward");
  });

  it("closes what is open and leaves what is closed", () => {
    expect(accepted(file("{{^"), "step")).toBe(file("{{ step }}"));
    expect(accepted(file("{{ st^ }}"), "step")).toBe(file("{{ step }}"));
    expect(accepted(file("{{^}}"), "step")).toBe(file("{{ step }}"));
    expect(accepted(file("{% if step %}{%^%}"), "endif")).toBe(file("{% if step %}{% endif %}"));
  });

  it("replaces a word of Liquid's whole, with dashes, question marks and letters of any script", () => {
    const own = (user: string) => file(user, "role: planner\nvariables:\n  my-värde: dry");
    expect(accepted(own("{{ my-v^ }}"), "my-värde")).toBe(own("{{ my-värde }}"));
    expect(accepted(own("{{ my-vär^"), "my-värde")).toBe(own("{{ my-värde }}"));
    expect(accepted(own("{{-^ }}"), "my-värde")).toBe(own("{{- my-värde }}"));
    expect(labels(own("{% for my-entry in slates %}{{ my-entry.cl^ }}"))).toContain("clicks");
    expect(labels(own("{% for my-entry in ^ %}"))).not.toContain("step");
    expect(labels(own("{% assign new-^ %}"))).toEqual([]);
  });

  it("takes for a tag's name what Liquid does", () => {
    const tag = (marked: string) => {
      const { text, offset } = at(marked);
      return placeholderAt(readStructure(text), offset)?.tag;
    };
    expect(tag(file("{% for-each x^"))).toBe("for-each");
    expect(tag(file("{%- # note^"))).toBe("#");
  });

  it("knows the fields of loop entries, also of nested loops, and of the loop", () => {
    const nested = "{% for slate in slates %}{% for category in slate.categories %}{{ category.^ }}";
    expect(labels(file(nested))).toEqual(["id", "name", "label", "shown", "clicked"]);
    expect(labels(file("{% for slate in slates %}{{ slate.^ }}"))).toContain("repeated");
    expect(labels(file("{% for slate in slates %}{{ forloop.^ }}"))).toContain("last");
    expect(labels(file("{% for slate in slates %}{% endfor %}{{ ^ }}"))).not.toContain("slate");
    expect(labels(file("{{ slates.^"))).toEqual(["size", "first", "last"]);
    expect(labels(file("{{ slates[0].^"))).toContain("clicks");
  });

  it("offers lists to loop over, filters behind a bar, tags and the end of the open block", () => {
    expect(labels(file("{% for x in ^ %}"))).toEqual(expect.arrayContaining(["slates", "reflections"]));
    expect(labels(file("{% for x in ^ %}"))).not.toContain("step");
    expect(labels(file("{{ step | ti^ }}"))).toContain("times");
    expect(labels(file("{{ step | ti^ }}"))).not.toContain("date");
    expect(labels(file("{% unless step %}{% ^ %}")).slice(0, 3)).toEqual(["endunless", "else", "elsif"]);
    expect(labels(file("{% if x %}{% endif %}{% ^ %}"))).not.toContain("endif");
  });

  it("offers front matter keys that are not there yet, and the values of a closed set", () => {
    expect(labels("---\nrole: planner\nt^\n---\n")).toEqual(["model", "temperature", "maxTokens", "variables"]);
    expect(labels("---\nrole: ^\n---\n")).toEqual(["planner", "critic"]);
  });

  it("offers the missing section and nothing in plain text or in a text of Liquid's", () => {
    expect(labels("---\nrole: critic\n---\n# system\nS\n#^")).toEqual(["# user"]);
    expect(labels(file("plain ^"))).toEqual([]);
    expect(labels(file('{{ "a ^" }}'))).toEqual([]);
  });
});

describe("hover", () => {
  it("tells type, meaning and fields, and the example while no value is known", () => {
    const text = hover(file("{% for slate in sla^tes %}"));
    expect(text).toContain("**slates** · list");
    expect(text).toContain("| `repeated` | true or false |");
    expect(text).toContain("Example");
  });

  it("shows the current value in its place, in a fence it cannot close", () => {
    const text = hover(file("{{ st^ep }}"), { step: "```\n# forged" });
    expect(text).toContain("Current value\n````text\n```\n# forged\n````");
    expect(text).not.toContain("Example");
  });

  it("explains fields, filters, tags, front matter and the prompt's own variables", () => {
    expect(hover(file("{% for c in categories %}{{ c.la^bel }}"))).toContain("**c\\.label** · text");
    expect(hover(file("{{ step | ti^mes: 8 }}"))).toContain("Multiplies.");
    expect(hover(file("{% un^less a %}"))).toContain("**unless** · tag");
    expect(hover(file("").replace("role", "ro^le"))).toContain("front matter");
    expect(hover(file("{{ to^ne }}"))).toContain("dry");
    expect(hover(file("plain st^ep"))).toBe("");
  });

  it("has something to say about every name of the example prompts", () => {
    for (const name of ["planner", "critic"]) {
      const text = readFileSync(join(examples, `${name}.lerl.md`), "utf8");
      const structure = readStructure(text);
      for (const { inner } of structure.placeholders) {
        for (const match of text
          .slice(inner.begin, inner.end)
          .replace(/"[^"]*"/g, (s) => " ".repeat(s.length))
          .matchAll(/[A-Za-z_]\w*/g)) {
          if (["in", "else", "limit"].includes(match[0])) continue;
          expect(hoverAt(structure, inner.begin + match.index)?.markdown, match[0]).toBeDefined();
        }
      }
    }
  });
});

describe("renaming one of the prompt's own variables", () => {
  const text = file(
    '{{ tone }} {{ "tone" }} {% for tone in slates %}{{ tone.size }}{% endfor %}{{ x.tone }}{% if tone %}{% endif %}',
  );

  it("finds its key and the uses that mean it", () => {
    const structure = readStructure(text);
    const places = occurrencesOf(structure, "tone").map(({ begin }) => begin);
    expect(places).toEqual([text.indexOf("tone: dry"), text.indexOf("{{ tone }}") + 3, text.indexOf("{% if tone") + 6]);
    expect(ownVariableAt(structure, text.indexOf("{{ tone }}") + 4)?.name).toBe("tone");
    expect(ownVariableAt(structure, text.indexOf("tone.size"))).toBeUndefined();
  });

  it("finds the uses that the engine reads as the prompt's own variable, whatever the template", () => {
    fc.assert(
      fc.property(template, (source) => {
        fc.pre(!/^# user[ \t]*$/m.test(source));
        const whole = file(source);
        const { sections } = readPromptText(whole);
        const begin = sections.at(-1)?.template.begin ?? 0;
        const compiled = compile(whole.slice(begin));
        fc.pre(compiled !== undefined);
        const index = new LineIndex(whole.slice(begin));
        const expected = (compiled?.variables() ?? [])
          .filter(({ name }) => name === "tone")
          .map(({ line, column }) => begin + index.offset(line, column));
        const [, ...uses] = occurrencesOf(readStructure(whole), "tone").map((use) => use.begin);
        expect(uses.sort()).toEqual(expected.sort());
        for (const use of uses) expect(ownVariableAt(readStructure(whole), use)?.name).toBe("tone");
      }),
    );
  });

  it("leaves alone what only looks like a use", () => {
    const structure = readStructure(file('{% assign tone = "x" %}{{ tone }}{{ a-tone }}{{ "\\" tone" }}{% # tone %}'));
    expect(occurrencesOf(structure, "tone")).toHaveLength(1);
  });

  it("refuses names that cannot be", () => {
    const structure = readStructure(file("", "role: planner\nvariables:\n  tone: a\n  style: b"));
    expect(nameProblem(structure, "1st")).toContain("letters");
    expect(nameProblem(structure, "slates")).toContain("The run fills in");
    expect(nameProblem(structure, "style")).toContain("already");
    expect(nameProblem(structure, "voice")).toBeUndefined();
  });

  it("does not touch what the run fills in", () => {
    expect(ownVariableAt(readStructure(planner), planner.indexOf("planSteps") + 2)).toBeUndefined();
  });
});
