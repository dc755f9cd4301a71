import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlanParser, planReplySchema } from "../../../src/engine/planner/planParsing.ts";

const categories = [
  { id: 10, name: "Dance" },
  { id: 11, name: "Music" },
  { id: -124, name: "Unknown" },
  { id: 0, name: "" },
  { id: 80, name: "Rock  &\n roll" },
];
const parser = new PlanParser(categories);
const parse = (text: string) => parser.parse(text, "stop");

describe("a plan in a reply", () => {
  it.each<[string, string, readonly number[], number]>([
    ["ids", '{"categories":[11,10]}', [1, 0], 0],
    ["an array only", "[11, 10]", [1, 0], 0],
    ["another field", '{"reason":"x","ids":[11,10]}', [1, 0], 0],
    ["the field of the schema before any other", '{"avoid":[10,0],"categories":[11,10]}', [1, 0], 0],
    ["names", '{"categories":["music"," Dance "]}', [1, 0], 0],
    ["ids as text", '{"categories":["11","10"]}', [1, 0], 0],
    ["labels", '{"categories":["11 (Music)","10: Dance"]}', [1, 0], 0],
    ["objects", '{"categories":[{"id":11,"name":"x"},{"name":"Dance"}]}', [1, 0], 0],
    ["negative ids and zero", '{"categories":[-124,0]}', [2, 3], 0],
    ["duplicates", "[10,11,10,11]", [0, 1], 0],
    ["unknown ids, counted", '{"categories":[99,10,"Cooking",11,null,1.5]}', [0, 1], 4],
    ["names as prompts show them", '["Rock & roll", 10]', [4, 0], 0],
    ["no id in what only begins with digits", '["80s hits", "11.5", "80 hits", 10, 11]', [0, 1], 3],
    ["the last of several arrays", "Not [0, -124] but [11, 10].", [1, 0], 0],
    ["a thought first", "<think>[0, -124]</think> [11, 10]", [1, 0], 0],
    ["a broken object", "{'categories': [11, 10,],}", [1, 0], 0],
  ])("%s", (_, reply, plan, unknownIds) => {
    expect(parse(reply)).toEqual({ categories: plan, unknownIds });
  });

  it("survives a reply that nests without end", () => {
    const depth = 50_000;
    expect(parse(`[10, 11, ${'{"id":'.repeat(depth)}10${"}".repeat(depth)}]`)).toMatchObject({ unknownIds: 1 });
  });

  it.each([
    ["prose", "Dance and music would be nice", "no JSON list"],
    ["an empty list", '{"categories":[]}', "at least 2"],
    ["one category", "[10]", "names 1 candidate categories"],
    ["unknown ids only", "[1,2,3]", "3 of its entries"],
    ["nothing", "", "it is empty"],
  ])("is not usable: %s", (_, reply, problem) => {
    expect(parse(reply)).toMatchObject({ problem: expect.stringContaining(problem) });
  });

  it("is not made up from a reply that was cut", () => {
    expect(parser.parse('{"categories": [10, 11, 1', "length")).toMatchObject({
      problem: expect.stringContaining("cut off"),
    });
  });

  it("holds candidate categories only, whatever the reply", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (reply) => {
        const plan = parse(reply);
        if ("problem" in plan) return;
        expect(new Set(plan.categories).size).toBe(plan.categories.length);
        for (const category of plan.categories) expect(categories[category]).toBeDefined();
      }),
    );
  });

  it("is asked for as a closed set that strict servers accept", () => {
    const { schema } = planReplySchema(categories);
    expect(schema).toMatchObject({ required: ["categories"], additionalProperties: false });
    expect(JSON.stringify(schema)).toContain('"enum":[10,11,-124,0,80]');
    expect(JSON.stringify(schema)).toContain('"minItems":2,"maxItems":5');
    expect(JSON.stringify(schema)).not.toMatch(/minLength|maxLength/);
  });
});
