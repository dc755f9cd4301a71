import { describe, expect, it } from "vitest";
import { readReflection } from "../../../src/engine/critic/readReflection.ts";
import { PlanParser } from "../../../src/engine/planner/planParsing.ts";

const names = ["Music", "Sports", "ACG (Anime & Comics)", "Food", "Pets", "Café"];
const parser = new PlanParser(names.map((name, i) => ({ id: i + 10, name })));
const parse = (reply: string, thought = "") => parser.parse(reply, "stop", thought);

const PLAN = '{"categories": [11, 10, 13]}';
const DRAFT = '{"categories": [14, 15]}';

describe("a plan, as models write it", () => {
  it.each([
    ["after a thought that holds a draft", `<think>Maybe ${DRAFT}? No.</think>\n\n${PLAN}`],
    ["after a thought without its beginning", `Maybe ${DRAFT}? No.</think>${PLAN}`],
    [
      "on harmony's channels",
      `<|channel|>analysis<|message|>Perhaps ${DRAFT}.<|end|><|start|>assistant<|channel|>final<|message|>${PLAN}`,
    ],
    ["in a fence, between words", `Here is the plan:\n\n\`\`\`json\n${PLAN}\n\`\`\`\n\nEnjoy!`],
    ["between words of another language", `我选择以下类别：\n${PLAN}\n希望对您有帮助。`],
    ["after a draft", `Draft: ${DRAFT}\nThat repeats the last slate.\nFinal: ${PLAN}`],
    ["after a draft, in fences", `First:\n\`\`\`json\n${DRAFT}\n\`\`\`\nFinal answer:\n\`\`\`json\n${PLAN}\n\`\`\``],
    ["said to be final, before a remark", `Final: ${PLAN}\nI decided against: ${DRAFT}`],
    ["inside another object", `{"plan": ${PLAN}}`],
    ["inside a list", `[${PLAN}]`],
    [
      "as objects",
      '{"categories": [{"category_id": 11, "reason": "liked"}, {"category_id": 10}, {"category_id": 13}]}',
    ],
    ["as words in one text", '{"categories": "11, 10, 13"}'],
    ["after what is to be left out", '{"exclude": [14, 15], "plan": [11, 10, 13]}'],
    ["in full-width punctuation", "｛“categories”：【11，10，13】｝"],
    ["with labels the other way round", '{"categories": ["Sports (11)", "category 10", "#13"]}'],
    ["with labels", '{"categories": ["11 - Sports", "ID 10", "13: Food"]}'],
    ["with names of another case", '{"categories": ["SPORTS", "music", "food"]}'],
    ["with a name twice", '{"categories": [11, 10, "Music", 13, 11]}'],
  ])("%s", (_, reply) => {
    expect(parse(reply)).toEqual({ categories: [1, 0, 3], unknownIds: 0 });
  });

  it.each([
    ["with brackets in them", '["acg (Anime & Comics)", "Music"]', [2, 0]],
    ["without their accents", '["Cafe", "Music"]', [5, 0]],
    ["in full-width letters", '["Ｍｕｓｉｃ", "Food"]', [0, 3]],
  ])("by names %s", (_, reply, categories) => {
    expect(parse(reply)).toEqual({ categories, unknownIds: 0 });
  });

  it.each([
    ["that ends in the middle of a number", '{"categories": [11, 10, 1', /in the middle/],
    ["that avoids only", '{"avoid": [11, 10]}', /no JSON list|at least 2/],
    ["that refuses", "I'm sorry, but I can't assist with that request.", /no JSON list/],
    ["of a thought without an end", `<think>${PLAN}`, /thoughts|no answer/],
  ])("is not read from a reply %s", (_, reply, problem) => {
    expect(parse(reply)).toMatchObject({ problem: expect.stringMatching(problem) });
  });

  it("is not read from a reply that repeats the prompt's example", () => {
    const warned = new PlanParser(names.map((name, i) => ({ id: i + 10, name })));
    warned.setPrompt(`Answer in this form: ${PLAN}`);
    expect(warned.parse(PLAN, "stop")).toMatchObject({ problem: expect.stringContaining("example") });
    expect(warned.parse(DRAFT, "stop")).toMatchObject({ categories: [4, 5] });
  });
});

describe("a lesson, as models write it", () => {
  const LESSON = "Change the category before the user tires of it.";

  it.each([
    ["after a thought", `<think>They left.</think>${LESSON}`],
    ["after Magistral's thought", `[THINK]Okay, they left.[/THINK]${LESSON}`],
    [
      "on harmony's channels",
      `<|channel|>analysis<|message|>We need one sentence.<|end|><|start|>assistant<|channel|>final<|message|>${LESSON}`,
    ],
    ["in JSON", JSON.stringify({ lesson: LESSON })],
    [
      "in JSON beside a reason",
      JSON.stringify({ reason: "They left early, after two slates of sports only.", lesson: LESSON }),
    ],
    ["in JSON in a fence", `\`\`\`json\n${JSON.stringify({ reflection: LESSON })}\n\`\`\``],
    ["after politeness", `Sure! Here is the lesson:\n\n${LESSON}`],
    ["after a thought that nothing marks", `Okay, let me look at this visit. ${LESSON}`],
  ])("%s", (_, reply) => {
    expect(readReflection(reply, "stop")).toMatchObject({ text: LESSON });
  });

  it.each([
    ["a refusal", "I'm sorry, but I can't help with that."],
    ["a refusal in Chinese", "抱歉，我不能帮助您。"],
    ["a thought without an end", "<think>The user was shown sports twice"],
    ["an introduction", "Here is the lesson:"],
  ])("is not %s", (_, reply) => {
    expect(readReflection(reply, "stop")).toHaveProperty("problem");
  });

  it("is not a thought that the limit has cut", () => {
    expect(readReflection("Okay, let me look at this visit. The user was shown", "length")).toHaveProperty("problem");
  });
});
