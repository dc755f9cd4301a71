import { describe, expect, it } from "vitest";
import { jsonValues } from "../../../src/engine/llm/structured.ts";

const values = (text: string) => jsonValues(text).values.map(({ value }) => value);

describe("JSON in a reply", () => {
  it.each([
    ["bare", '{"categories":[1,2]}'],
    ["in a fence", 'Sure:\n```json\n{"categories":[1,2]}\n```\nEnjoy'],
    ["in prose", 'The plan is {"categories":[1,2]} as asked'],
    ["with single quotes and a trailing comma", "{'categories': [1, 2,],}"],
    ["with a comment", '{"categories": [1, 2] /* two */}'],
    ["without quotes", "{categories: [1,2]}"],
    ["with a bracket in a string", '{"categories":[1,2]}'],
    ["in full-width punctuation", "｛“categories”：［1，2］｝"],
    ["behind a bracket of prose", 'I looked [see above] at it: {"categories":[1,2]}'],
  ])("%s", (_, text) => {
    expect(values(text)).toEqual([{ categories: [1, 2] }]);
  });

  it("is found as often as it stands there, with the words before it", () => {
    expect(jsonValues("First [3, 4], but better: [1, 2]")).toEqual({
      values: [
        { value: [3, 4], words: "First " },
        { value: [1, 2], words: ", but better: " },
      ],
      rest: "",
      cut: false,
    });
  });

  it("comes with the words behind it", () => {
    expect(jsonValues("[1, 2] as asked").rest).toBe(" as asked");
  });

  it("is not trusted where the text ends inside it", () => {
    for (const text of ['{"categories": [1, 2', '{"avoid": [5, 6], "categories": [1, 2', '[7] then {"a": "', "[1, 2"])
      expect(jsonValues(text)).toMatchObject({ values: [], cut: true });
  });

  it("is absent from prose", () => {
    for (const text of ["", "I cannot help with that.", "{", "][", "Dance [and] Music {sic}"])
      expect(jsonValues(text)).toMatchObject({ values: [], cut: false });
  });
});
