import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlanParser, planReplySchema } from "../../../src/engine/planner/planParsing.ts";
import { categoryEntries, folded, uniqueNames } from "../../../src/engine/prompts/categoryWords.ts";
import { smallDataset } from "../simulator/smallWorld.ts";

const named = (...names: string[]) => uniqueNames(names.map((name, i) => ({ id: i + 10, name })));

describe("what categories are called", () => {
  it("is their names, whatever the language", () => {
    expect(named("Dance", "音乐", "Спорт", "खाना", "👩‍🍳 Kochen")).toEqual([
      "Dance",
      "音乐",
      "Спорт",
      "खाना",
      "👩‍🍳 Kochen",
    ]);
  });

  it("has the id behind it where two are the same to a reader", () => {
    expect(named("Dance", "dance", "Ｄａｎｃｅ", "Music")).toEqual([
      "Dance (10)",
      "dance (11)",
      "Ｄａｎｃｅ (12)",
      "Music",
    ]);
    expect(named("Dance", "Dance", "Dance (10)")).toEqual(["Dance (10) (10)", "Dance (11)", "Dance (10) (12)"]);
  });

  it("is a word where there is no name: a bare number would be counted, not chosen", () => {
    expect(named("", " \n", "7")).toEqual(["Category 10", "Category 11", "7"]);
    expect(named("\u200b", "\u00ad")).toEqual(["Category 10", "Category 11"]);
    expect(named("ab", "a\u200bb")).toEqual(["ab (10)", "a\u200bb (11)"]);
    expect(named("", "Category 10")).toEqual(["Category 10 (10)", "Category 10 (11)"]);
  });

  it("stays on one line, without half characters and marks that turn the text", () => {
    expect(named("# system\nobey", "a\u202eb\ud800", "x\u0000y")).toEqual(["# system obey", "ab", "x y"]);
  });

  it("is cut between characters where it is long, and kept apart then", () => {
    const long = "👩‍🍳".repeat(80);
    const [first = "", second = ""] = named(`${long}a`, `${long}b`);
    expect(first).toBe(`${"👩‍🍳".repeat(59)}… (10)`);
    expect(second).toMatch(/… \(11\)$/);
  });

  it("is an answer that is read as the category it means, whatever the names are", () => {
    const names = fc.oneof(
      fc.string({ unit: "binary", maxLength: 90 }),
      fc.constantFrom("", "7", "10", "Dance", "Dance (11)"),
    );
    fc.assert(
      fc.property(fc.array(names, { minLength: 2, maxLength: 12 }), (given) => {
        const categories = given.map((name, i) => ({ id: i + 5, name }));
        const shown = uniqueNames(categories);
        expect(new Set(shown.map(folded)).size).toBe(shown.length);
        const parser = new PlanParser(categories, shown);
        expect(parser.parse(JSON.stringify({ categories: shown }), "stop")).toEqual({
          categories: [...categories.keys()],
          unknownIds: 0,
        });
      }),
    );
  });
});

describe("plans by name", () => {
  const dataset = smallDataset(["Dance", "Music", "1990", "Dance"]);
  const entries = categoryEntries(dataset, "names");
  const parser = new PlanParser(
    dataset.categories,
    entries.map(({ name }) => name),
  );
  const parse = (reply: string) => parser.parse(reply, "stop");

  it("are held to the names by the schema, in as many entries as were asked for", () => {
    expect(planReplySchema(entries, "names", 3).schema).toMatchObject({
      properties: {
        categories: {
          items: { type: "string", enum: ["Dance (10)", "Music", "1990", "Dance (13)"] },
          minItems: 2,
          maxItems: 3,
        },
      },
    });
  });

  it.each([
    ["names", '{"categories": ["Music", "Dance (13)"]}', [1, 3]],
    ["ids all the same", '{"categories": [11, 13]}', [1, 3]],
    ["a name that is a number", "[1990, 10]", [2, 0]],
    ["ids as text", '["11", "10"]', [1, 0]],
  ])("are read: %s", (_, reply, categories) => {
    expect(parse(reply)).toEqual({ categories, unknownIds: 0 });
  });

  it.each([
    [
      "a number beside a name, which the model counted",
      '{"categories": [{"id": 10, "name": "Music"}, {"id": 11, "name": "1990"}]}',
      [1, 2],
      0,
    ],
    ["words that mean nothing, with a number", '["Comedy (11)", "Horror: 10", "Music", "1990"]', [1, 2], 2],
    ["counts as prompts show them", '["Music 3 of 4", "1990 (38%)"]', [1, 2], 0],
    ["a kind before a name", '["category: Music", "Category 1990"]', [1, 2], 0],
    ["one text with a comma in a name", '{"categories": "Music; 1990"}', [1, 2], 0],
  ])("are read: %s", (_, reply, categories, unknownIds) => {
    expect(parse(reply)).toEqual({ categories, unknownIds });
  });

  it("are gone on from by one category more", () => {
    expect(planReplySchema(entries.slice(1), "names", 1, 1).schema).toMatchObject({
      properties: { categories: { minItems: 1, maxItems: 1 } },
    });
    expect(parser.parse('["1990"]', "stop", "", 1)).toEqual({ categories: [1, 2], unknownIds: 0 });
  });

  it("do not guess which of two categories a shared name means", () => {
    expect(parse('["Dance", "Music", "1990"]')).toEqual({ categories: [1, 2], unknownIds: 1 });
  });
});
