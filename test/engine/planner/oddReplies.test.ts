/** What models write instead of the object they are asked for (docs/models.md, section 'structured output'). */
import { describe, expect, it } from "vitest";
import type { Finish } from "../../../src/engine/llm/types.ts";
import { PlanParser } from "../../../src/engine/planner/planParsing.ts";

const categories = [
  { id: 1, name: "Dance" },
  { id: 2, name: "Music" },
  { id: 3, name: "Sports" },
  { id: 4, name: "News" },
  { id: 5, name: "Café & Küche" },
  { id: 6, name: "ACG (Anime & Comics)" },
  { id: 7, name: "Drama" },
  { id: 8, name: "80s hits" },
  { id: 9, name: "音乐" },
  { id: 10, name: "Health: Body" },
];

/** Ids of the plan; undefined: none could be read. */
function plan(reply: string, finish: Finish = "stop", prompt = ""): readonly (number | undefined)[] | undefined {
  const parser = new PlanParser(categories);
  parser.setPrompt(prompt);
  const read = parser.parse(reply, finish);
  return "problem" in read ? undefined : read.categories.map((index) => categories[index]?.id);
}

const good = '{"categories": [7, 2, 5]}';
const wrong = '{"categories": [1, 3, 4]}';
const listOf = (...entries: readonly unknown[]): string => JSON.stringify({ categories: entries });

describe("the final answer, not what comes before or beside it", () => {
  it.each([
    ["a draft, then the final object", `Draft: ${wrong}\nThat repeats the last slate.\nFinal: ${good}`],
    ["the final object, then the draft", `Final answer: ${good}\n(My draft had been ${wrong}.)`],
    [
      "a draft and an answer in fences",
      `First try:\n\`\`\`json\n${wrong}\n\`\`\`\nBetter:\n\`\`\`json\n${good}\n\`\`\``,
    ],
    ["an alternative behind the plan", `${good}\n\nAlternatively: ${wrong}`],
    ["draft and final as fields", '{"draft": [1, 3, 4], "final": [7, 2, 5]}'],
    ["an old and a new plan", '{"old_plan": [1, 3, 4], "new_plan": [7, 2, 5]}'],
    ["a first and a revised attempt", '{"first_attempt": [1, 3, 4], "revised": [7, 2, 5]}'],
    ["a second thought", "Plan: [1, 3, 4]. Wait, that repeats. Updated plan: [7, 2, 5]"],
    ["a final slate, which is no final plan", `The final slate showed ${wrong}. My plan: ${good}`],
    ["a final plan in Chinese", `最终答案：${good}\n（草稿是 ${wrong}）`],
    ["a final plan in German", `Endgültig: ${good}\nEntwurf war: ${wrong}`],
    ["the only draft there is", `Here is a draft plan: ${good}`],
    ["a field called an overall plan", '{"overall_plan": [7, 2, 5]}'],
    ["a field called unseen", '{"unseen_categories": [7, 2, 5], "seen_categories": [1, 3]}'],
    ["what the prompt calls candidates", '{"candidate_categories": [7, 2, 5]}'],
    ["a reason with commas before the list", '{"plan_rationale": "action, comedies, and variety", "ids": [7, 2, 5]}'],
    ["ids of slates beside those of categories", '[{"slate_id": 1, "category_id": 7}, {"category_id": 2}, {"id": 5}]'],
    ["an interval before the plan", `Scores lie in [0, 1). ${good}`],
    ["a bracket in prose behind the plan", `${good}\nI left out … [4 and 3.`],
    ["a mark of an answer in a text", '{"categories": [7, 2, 5], "why": "<output> was thin"}'],
    ["scores behind the list", "[7, 2, 5]\nScores: [0.9, 0.8, 0.1]"],
    ["scores beside the list", '{"scores": [1, 2, 3], "items": [7, 2, 5]}'],
    ["reasons behind the object", `${good}\n{"reasons": ["liked", "new", "calm"]}`],
    ["footnotes", `${good} [1][2]\n\nSources: [1, 2]`],
    ["thoughts whose beginning is lost", `Maybe [1, 3, 4]... no.\n</think>\n${good}`],
    ["a copy of the schema", `{"type": "object", "properties": {"categories": {"items": {"enum": [1, 3]}}}}\n${good}`],
  ])("%s", (_, reply) => {
    expect(plan(reply)).toEqual([7, 2, 5]);
  });

  it("is not made up of a schema or of unknown names behind a draft", () => {
    expect(plan('{"properties": {"categories": {"items": {"enum": [1, 3, 4]}}}}')).toBeUndefined();
    expect(plan('Draft: [1, 3, 4]\nFinal: ["Opera", "Ballet"]')).toBeUndefined();
    expect(plan(`Draft: ${wrong}\nFinal: {"categories": [98, 99]}`)).toBeUndefined();
  });
});

describe("lists of what to leave out", () => {
  it.each([
    ["behind the plan", "[7, 2, 5]\nAvoid: [3, 4]"],
    ["before the plan", "**Avoid:** [3, 4]\n**Show:** [7, 2, 5]"],
    ["under a heading, fenced", "## Plan\n[7, 2, 5]\n\n## Avoid\n```json\n[3, 4]\n```"],
    ["in a sentence", "Plan: [7, 2, 5]. I left out [3, 4] because they were shown."],
    ["with the verb behind", "[7, 2, 5] is my plan. [3, 4] should be avoided."],
    ["of the last slate", "Plan: [7, 2, 5] (the last slate was [3, 4])"],
    ["already shown", "I recommend [7, 2, 5], since [3, 4] were already shown."],
    ["unlike", "Plan: [7, 2, 5] (unlike [3, 4])"],
    ["of candidates", "I choose [7, 2, 5] from the candidates [1, 2, 3, 4, 5, 7]."],
    ["of history", `${good}\nUser history: ${wrong}`],
    ["in an excuse", '{"error": "They were shown Drama, Comedy, Action", "categories": [7, 2, 5]}'],
    ["of clicks", "[7, 2, 5] because the user clicked [1, 3]"],
    ["denied", "Do not show [3, 4]. Show [7, 2, 5]."],
    ["replaced", "Instead of [1, 3], show [7, 2, 5]"],
    ["as an object of the plan's form", `Plan: ${good}\nExclude: {"categories": [3, 4]}`],
    ["as an object of its own", '{"show": [7, 2, 5]}\n{"avoid": [3, 4]}'],
    ["as a field", '{"exclude": [1, 3, 4, 6], "plan": [7, 2, 5]}'],
    ["as a field of another name", '{"blacklist": [1, 3, 4, 6], "list": [7, 2, 5]}'],
    ["as dislikes", '{"disliked": [1, 3, 4, 6], "feed": [7, 2, 5]}'],
    ["as text", '{"avoid": "1, 3, 4, 6", "categories": "7, 2, 5"}'],
    ["inside the field", '{"categories": {"exclude": [1, 3, 4], "include": [7, 2, 5]}}'],
    ["of what was clicked, as a field", '{"clicked_ids": [1, 3, 4], "categories_next": [7, 2, 5]}'],
    ["in Chinese", "推荐：[7, 2, 5]\n避免：[3, 4]"],
    ["in German", "Plan: [7, 2, 5]\nVermeiden: [3, 4]"],
    ["as a field in Chinese", '{"排除": [1, 3, 4, 6], "推荐": [7, 2, 5]}'],
    ["as a field in French", '{"éviter": [1, 3, 4, 6], "catégories": [7, 2, 5]}'],
    ["avoided in the plan's own announcement", "To avoid repetition I choose [7, 2, 5]"],
    ["avoided in a clause before", "Avoiding what was shown, my plan: [7, 2, 5]"],
  ])("%s", (_, reply) => {
    expect(plan(reply)).toEqual([7, 2, 5]);
  });

  it.each([
    `Here's the plan without repeating the last slate: ${good}`,
    `The plan, not repeating recent categories: ${good}`,
    `I chose categories that were not shown recently: ${good}`,
    `Since the user clicked Drama and has not seen News: ${good}`,
    `Without further ado: ${good}`,
    `Kategorien, die nicht zuletzt gezeigt wurden: ${good}`,
    "I chose these without repeating the last slate: [7, 2, 5]",
    "Here is a plan that avoids overexposure: [7, 2, 5]",
    "[7, 2, 5] should keep the user interested without repeating.",
    `${good} will avoid repetition.`,
  ])("are not what such words say of the plan itself: %s", (reply) => {
    expect(plan(reply)).toEqual([7, 2, 5]);
  });

  it.each([
    "My plan leaves out [3, 4]",
    "I recommend avoiding these: [3, 4]",
    "Исключить: [3, 4]",
    "Avoid [3, 4] for now.",
    '{"avoid": [3, 4]}',
    '{"exclude": "3, 4, 6"}',
    'Categories to avoid: {"categories": [3, 4]}',
    "I would leave out [1, 3].",
    "避免：[3, 4]",
  ])("are no plan alone: %s", (reply) => {
    expect(plan(reply)).toBeUndefined();
  });
});

describe("a reply that was cut", () => {
  it.each([
    '{"categories": [7, 2, 5',
    '{"categories": [7, 2,',
    '{"categories": ["Drama", "Mus',
    "[7, 2, 5",
    "{'categories': [7, 2",
    "{categories: [7, 2",
    '```json\n{"categories": [7, 2\n```',
    '｛"categories"：［7，2',
    "{“categories”: [“Drama”, “Mus",
    `Draft: ${wrong}\nFinal: {"categories": [7, 2`,
    `Draft: ${wrong}\nFinal: {categories: [7, 2`,
    "Draft: [1, 3, 4]\nFinal: [Drama, Mus",
    `Draft: ${wrong}\nFinal: {`,
    "Draft: [1, 3, 4]\nFinal: [",
    `Draft: ${wrong}\nFinal:`,
    `Draft: ${wrong}\nThat repeats the last slate, so the final plan is`,
    `<think>maybe ${wrong}`,
  ])("gives no plan even where the server says that it ended by itself: %s", (reply) => {
    expect(plan(reply)).toBeUndefined();
  });

  it.each<Finish>(["length", "filtered", "refused"])("gives no plan even where it looks whole: %s", (finish) => {
    expect(plan(good, finish)).toBeUndefined();
  });
});

describe("names, numbers and labels", () => {
  it.each([
    ["id: name", listOf("7: Drama", "2: Music", "5: Café & Küche")],
    ["name (id)", listOf("Drama (7)", "Music (2)", "Café & Küche (5)")],
    ["id (name)", listOf("7 (Drama)", "2 (Music)", "5 (Café & Küche)")],
    ["[id] name", listOf("[7] Drama", "(2) Music", "5) Café & Küche")],
    ["id name", listOf("7 Drama", "2 Music", "5 Café & Küche")],
    ["name id", listOf("Drama 7", "Music #2", "Café & Küche – 5")],
    ["id | name", listOf("7|Drama", "2 / Music", "5 → Café & Küche")],
    ["name, kind and id", listOf("Drama, id 7", "Music (ID: 2)", "Café & Küche [category 5]")],
    ["label and reason", listOf("Drama (7) - was clicked", "2 (Music): new", "Café & Küche - calm")],
    ["id and reason", listOf("7 - was clicked", "2: new", "[5] - calm")],
    ["numbered names", listOf("1. Drama", "2) Music", "3. Café & Küche")],
    ["kinds", listOf("category 7", "cat_2", "ID5")],
    ["brackets alone", listOf("[7]", "(2)", "<5>")],
    ["markup and emoji", listOf("**Drama**", "🎵 Music", "- `Café & Küche`")],
    ["no accents, other letters", listOf("DRAMA", "music", "Cafe and Kuche")],
    ["accents put together", listOf("Drama", "Music", "Cafe\u0301 & Ku\u0308che")],
    ["an HTML entity", listOf("Drama", "Music", "Café &amp; Küche")],
    ["full-width digits and letters", listOf("７", "Ｍｕｓｉｃ", "5：Café & Küche")],
    ["numbers as text", listOf("07", "2.0", "5")],
    ["objects", listOf({ id: 7 }, { category_id: "2" }, { rank: 3, categoryId: 5 })],
    ["objects of names", listOf({ rank: 1, category: "Drama" }, { cat: 2 }, { category: { id: 5 } })],
    ["slates", '{"plan": [{"step": 1, "categories": [7, 2]}, {"step": 2, "categories": [5]}]}'],
    ["lists of lists", listOf([7, 2], [5])],
    ["one string", '{"categories": "7, 2, 5"}'],
    ["one string of names", '{"categories": "Drama; Music and Café & Küche"}'],
    ["one string with arrows", '{"categories": "7 > 2 > 5"}'],
    ["one string inside a list", listOf("7, 2, 5")],
    ["one string of a list", '{"categories": "[7, 2, 5]"}'],
    ["a call of a tool", JSON.stringify({ name: "plan", arguments: good })],
    ["deep inside", '{"response": {"data": {"result": {"categories": [7, 2, 5]}}}}'],
  ])("%s", (_, reply) => {
    expect(plan(reply)).toEqual([7, 2, 5]);
  });

  it.each([
    [listOf("ACG (Anime & Comics)", "80s hits", "Health: Body")],
    [listOf("6 (ACG (Anime & Comics))", "8: 80s hits", "10: Health: Body")],
    [listOf("ACG (Anime & Comics) (6)", "80s hits [8]", "Health: Body, id 10")],
  ])("are told apart where names hold brackets, digits and colons: %s", (reply) => {
    expect(plan(reply)).toEqual([6, 8, 10]);
  });

  it("reads Chinese labels either way round", () => {
    expect(plan(listOf("9：音乐", "Drama（7）"))).toEqual([9, 7]);
    expect(plan(listOf("音乐（9）", "7（Drama）"))).toEqual([9, 7]);
  });

  it("are not taken from numbers that mean something else", () => {
    expect(plan(listOf("1. Opera", "2. Ballet", "3. Circus"))).toBeUndefined();
    expect(plan(listOf("Top 10", "Best of 9", "80 hits", "3 hits"))).toBeUndefined();
  });
});

describe("JSON that is none", () => {
  it.each([
    ["trailing commas", '{"categories": [7, 2, 5,],}'],
    ["single quotes", "{'categories': ['7', '2', '5']}"],
    ["Python", "plan = {'note': None, 'ok': True, 'categories': [7, 2, 5]}"],
    ["no quotes", "{categories: [Drama, Music, 5]}"],
    ["no commas", '{"categories": [7 2 5]}'],
    ["typographic quotes", "{“categories”: [“Drama”, “Music”, 5]}"],
    ["full-width punctuation", '｛"categories"：【7，2，5】｝'],
    ["full-width commas and digits inside", '{"categories"：[７，２，５]}'],
    ["other commas", '{"categories": [7、2، 5]}'],
    ["comments", '{\n // best first, not [3, 4]\n "categories": [7, /* the user\'s */ 2, 5]\n}'],
    ["an ellipsis", '{"categories": [7, 2, 5, ...]}'],
    ["brackets escaped as in Markdown", '{"categories": \\[7, 2, 5\\]}'],
    ["a box", `\\boxed{${good}}`],
    ["doubled braces", "{{" + '"categories": [7, 2, 5]}}'],
    ["written twice over", JSON.stringify(good)],
    ["an unclosed fence", `\`\`\`json\n${good}`],
    ["Chinese prose and headings around", `【分析】用户喜欢戏剧。\n【推荐】${good}\n希望对您有帮助。`],
    ["Russian prose around", `Вот план: ${good} Удачи!`],
  ])("%s", (_, reply) => {
    expect(plan(reply)).toEqual([7, 2, 5]);
  });
});

describe("an example of the prompt", () => {
  const prompt = 'Answer like this: {"categories": [7, 2, 5]}, or with names: ["Sports", "News"]\nUsers: {{ users }}';

  it.each([good, "Sure! [7, 2, 5]", listOf("Drama", "Music", 5), "[3, 4]"])("is no plan when repeated: %s", (reply) => {
    expect(plan(reply, "stop", prompt)).toBeUndefined();
    expect(plan(reply)).toBeDefined();
  });

  it("is none either where not all of its categories may be planned, whichever is said first", () => {
    const parsers = [new PlanParser(categories), new PlanParser(categories)] as const;
    const candidates = categories.flatMap(({ id }, index) => (id === 2 ? [] : [index]));
    parsers[0].setPrompt(prompt);
    parsers[0].setCandidates(candidates);
    parsers[1].setCandidates(candidates);
    parsers[1].setPrompt(prompt);
    for (const parser of parsers) {
      expect(parser.parse(good, "stop")).toMatchObject({ problem: "it repeats the example of the prompt" });
      expect(parser.parse("[5, 7]", "stop")).toMatchObject({ unknownIds: 0 });
    }
  });

  it("does not stand in the way of other plans with the same categories", () => {
    expect(plan("[2, 7, 5]", "stop", prompt)).toEqual([2, 7, 5]);
    expect(plan("[7, 2, 5, 1]", "stop", prompt)).toEqual([7, 2, 5, 1]);
  });
});
