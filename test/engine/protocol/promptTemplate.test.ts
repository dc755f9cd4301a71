import fc from "fast-check";
import { Tokenizer, TypeGuards } from "liquidjs";
import { describe, expect, it } from "vitest";
import { PromptTemplate } from "../../../src/engine/prompts/template.ts";
import { LineIndex } from "../../../src/engine/prompts/textPositions.ts";
import { type Placeholder, placeholdersIn } from "../../../src/protocol/promptPlaceholders.ts";
import { variablesIn } from "../../../src/protocol/promptScope.ts";
import { wordsIn } from "../../../src/protocol/promptWords.ts";
import { anyText, template } from "./promptTexts.ts";

const placeholders = (source: string): readonly Placeholder[] =>
  placeholdersIn(source, { begin: 0, end: source.length });
const placesOf = (found: readonly Placeholder[]) => found.map(({ begin, end, tag }) => ({ begin, end, tag }));
const words = (source: string) =>
  placeholders(source)
    .flatMap((placeholder) => wordsIn(source, placeholder))
    .map(({ kind, path }) => `${kind} ${path}`);

/** What Liquid takes apart, without what stands in comments. @throws where Liquid gives up */
function liquidPlaces(source: string): ReturnType<typeof placesOf> {
  let comment = false;
  return new Tokenizer(source).readTopLevelTokens().flatMap((token) => {
    if (!TypeGuards.isTagToken(token) && !TypeGuards.isOutputToken(token)) return [];
    const tag = TypeGuards.isTagToken(token) ? token.name : undefined;
    if (comment && tag !== "endcomment") return [];
    comment = tag === "comment";
    return [{ begin: token.begin, end: token.end, tag }];
  });
}

/** The result, or undefined where Liquid cannot parse. */
function ifParsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

describe("placeholders", () => {
  it("are Liquid's own, in every template it can parse and in any text it can take apart", () => {
    fc.assert(
      fc.property(fc.oneof(template, anyText), (source) => {
        const expected = ifParsed(() => liquidPlaces(source));
        if (expected) expect(placesOf(placeholders(source))).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
  });

  it("end where Liquid ends them: quotes count in outputs and not in tags", () => {
    expect(placeholders('{{ "}}" }}{% if "%}').map(({ begin, end }) => [begin, end])).toEqual([
      [0, 10],
      [10, 19],
    ]);
  });

  it("stand between delimiters and dashes", () => {
    const source = "{{- a -}}{%- if b -%}{{-}}{{-3}}";
    expect(placeholders(source).map(({ inner }) => source.slice(inner.begin, inner.end))).toEqual([
      " a ",
      " if b ",
      "",
      "3",
    ]);
  });

  it("are none inside raw and comment", () => {
    const source = "{% raw %}{{ a }}{% endraw %}{% comment %}{% if %}{{ b }}{% endcomment %}{{ c }}";
    expect(placeholders(source).map(({ tag }) => tag)).toEqual(["raw", "endraw", "comment", "endcomment", undefined]);
  });

  it("are read on behind one that is not closed", () => {
    expect(placesOf(placeholders('{{ "a }}{% if b %}'))).toEqual([{ begin: 8, end: 18, tag: "if" }]);
  });
});

describe("words", () => {
  it("tell variables and fields, with their paths, from Liquid's own", () => {
    expect(words("{{ slates[step].clicks | default: tone, allow_false: true }}")).toEqual([
      "variable slates",
      "variable step",
      "field slates[step].clicks",
      "filter default",
      "variable tone",
      "keyword allow_false",
      "keyword true",
    ]);
    expect(words("{% for slate in slates limit: planSteps reversed %}{% endfor %}")).toEqual([
      "tag for",
      "declared slate",
      "keyword in",
      "variable slates",
      "keyword limit",
      "variable planSteps",
      "keyword reversed",
      "tag endfor",
    ]);
    expect(words("{% if a.and contains 'b' and not c %}")).toEqual([
      "tag if",
      "variable a",
      "field a.and",
      "keyword contains",
      "keyword and",
      "keyword not",
      "variable c",
    ]);
  });

  it("are none in strings, numbers and comments", () => {
    expect(words(`{{ "tone \\" tone" | append: 'tone' | plus: 1.5 }}{% # tone %}{{ "tone`)).toEqual([
      "filter append",
      "filter plus",
      "tag #",
    ]);
  });

  it("hold every letter that Liquid takes for one", () => {
    expect(words("{{ größe }}{{ a-b }}{{ a?.b }}")).toEqual([
      "variable größe",
      "variable a-b",
      "variable a?",
      "field a?.b",
    ]);
  });
});

describe("variables from outside", () => {
  it("are those that the engine finds, in every template it can parse", () => {
    let parsed = 0;
    fc.assert(
      fc.property(template, (source) => {
        const compiled = ifParsed(() => new PromptTemplate(source));
        if (!compiled) return;
        parsed++;
        const index = new LineIndex(source);
        const expected = compiled.variables().map(({ name, line, column }) => `${index.offset(line, column)} ${name}`);
        const found = variablesIn(source, placeholders(source)).map(({ begin, text }) => `${begin} ${text}`);
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 1000 },
    );
    expect(parsed).toBeGreaterThan(900);
  });

  it.each([
    ["a loop's entry, inside the loop", "{% for x in x %}{{ x }}{{ forloop.index }}{% endfor %}{{ x }}", [12, 57]],
    ["an assigned name, from then on", "{{ x }}{% assign x = x %}{{ x }}", [3, 21]],
    ["a captured name, from then on", "{% capture x %}{{ x }}{% endcapture %}{{ x }}", []],
    ["no condition by what another branch assigns", "{% if x %}{% assign x = 1 %}{% elsif x %}{% endif %}", [6, 37]],
  ])("are hidden by %s", (_, source, expected) => {
    expect(variablesIn(source, placeholders(source)).map(({ begin }) => begin)).toEqual(expected);
  });
});
