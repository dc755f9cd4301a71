import { describe, expect, it } from "vitest";
import { jsonCandidates, withoutThoughts } from "../../../src/engine/llm/structured.ts";

const first = (text: string) => jsonCandidates(text, "stop")[0];

describe("JSON in a reply", () => {
  it.each([
    ["bare", '{"categories":[1,2]}'],
    ["in a fence", 'Sure:\n```json\n{"categories":[1,2]}\n```\nEnjoy'],
    ["in prose", 'The plan is {"categories":[1,2]} as asked'],
    ["after a thought", '<think>maybe {"categories":[9]}</think>{"categories":[1,2]}'],
    ["after a thought whose beginning is missing", 'maybe [9, 8]</think>\n{"categories":[1,2]}'],
    ["with single quotes and a trailing comma", "{'categories': [1, 2,],}"],
    ["with a comment", '{"categories": [1, 2] /* two */}'],
    ["without quotes", "{categories: [1,2]}"],
  ])("%s", (_, text) => {
    expect(first(text)).toEqual({ categories: [1, 2] });
  });

  it("falls to the last array", () => {
    expect(first("First [3, 4], but better: [1, 2]")).toEqual([1, 2]);
  });

  it("is never repaired when the reply was cut", () => {
    const cut = '{"categories": [1, 2';
    expect(jsonCandidates(cut, "stop")).not.toEqual([]);
    expect(jsonCandidates(cut, "length")).toEqual([]);
    expect(jsonCandidates('{"avoid": [5, 6], "categories": [1, 2', "length")).toEqual([]);
    expect(jsonCandidates("<think>I weigh [1, 2] and", "length")).toEqual([]);
  });

  it("is absent from prose", () => {
    for (const text of ["", "I cannot help with that.", "{", "]["]) expect(jsonCandidates(text, "length")).toEqual([]);
    expect(jsonCandidates("Dance and Music", "stop")).toEqual([]);
  });

  it("drops thoughts, closed or not", () => {
    expect(withoutThoughts("<think>a</think> b <thinking>c</thinking>d")).toBe("b d");
    expect(withoutThoughts("b <think>a")).toBe("b");
  });
});
