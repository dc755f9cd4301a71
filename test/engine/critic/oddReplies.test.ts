/** What models write around a lesson, and instead of one. */
import { describe, expect, it } from "vitest";
import { readReflection } from "../../../src/engine/critic/readReflection.ts";

const lesson = "Vary dance with music to keep attention.";
const read = (reply: string) => {
  const reflection = readReflection(reply, "stop");
  return "text" in reflection ? reflection.text : undefined;
};
const asJson = (value: unknown): string => JSON.stringify(value);
const analysis = "The user left early because the same two categories were shown on every single slate.";

describe("a lesson that begins as other replies do", () => {
  it.each([
    "Great variety keeps users longer.",
    "Okay content loses users quickly.",
    "First let users settle with familiar comedy.",
    "We should provide a mix of news and sport early.",
    "We need to give new users more variety.",
    "I will rotate categories every slate.",
    "Let's avoid repeating drama.",
    "So we should vary slates more.",
    "Sorry starts lose users: open with hits.",
    "I can't keep them with drama alone; add comedy.",
    "I couldn't see interest in news; show dance instead.",
    "Unfortunately, I repeated news too often; vary categories.",
    "Please provide more comedy early on.",
    "As a user model, prefer drama.",
    "A user leaves after one bad recommendation: open with familiar drama.",
    "[Comedy, drama] first keep users engaged.",
    "Do not repeat the categories a user is tired of",
  ])("stays as it is: %s", (reply) => {
    expect(read(reply)).toBe(reply);
  });
});

describe("around a lesson", () => {
  it.each([
    `Sure! ${lesson}`,
    `Sure, here's a lesson: ${lesson}`,
    `Of course. Here you go:\n${lesson}`,
    `Certainly! Here is the lesson.\n${lesson}`,
    `Thank you for the data!\n${lesson}`,
    `Based on the visit, the lesson is: ${lesson}`,
    `My one-sentence reflection: ${lesson}`,
    `Lesson learned: ${lesson}`,
    `Lesson — ${lesson}`,
    `Output: ${lesson}`,
    `## Reflection\n\n${lesson}`,
    `**Lesson**\n${lesson}`,
    `好的，以下是总结：\n${lesson}`,
    `反思：${lesson}`,
    `Lektion: ${lesson}`,
  ])("prefaces and labels go: %s", (reply) => {
    expect(read(reply)).toBe(lesson);
  });

  it.each([
    `Thought: the user left early.\nLesson: ${lesson}`,
    `${analysis}\n\n**Lesson:** ${lesson}`,
    `Analysis: shown twice. Reflection: ${lesson}`,
    `They left early.</think>\n${lesson}`,
    `<|channel|>analysis<|message|>They left.<|end|><|start|>assistant<|channel|>final<|message|>${lesson}`,
  ])("thoughts go: %s", (reply) => {
    expect(read(reply)).toBe(lesson);
  });

  it.each([
    `**${lesson}**`,
    `*${lesson}*`,
    `_${lesson}_`,
    `Vary **dance** with *music* to keep attention.`,
    `\`${lesson}\``,
    `> ${lesson}`,
    `# ${lesson}`,
    `(1) ${lesson}`,
    `– ${lesson}`,
    `💡 ${lesson}`,
    `<p>${lesson}</p>`,
    `<lesson>\n${lesson}\n</lesson>`,
    `<b>Lesson:</b> ${lesson}`,
    `${lesson} (7 words)`,
    `${lesson}\n\nLet me know if you need more!`,
  ])("markup and remarks go: %s", (reply) => {
    expect(read(reply)).toBe(lesson);
  });

  it.each([
    `"${lesson}"`,
    `"Vary dance with music to keep attention".`,
    `„${lesson}“`,
    `« ${lesson} »`,
    `「${lesson}」`,
    `**"${lesson}"**`,
    `Lesson: "${lesson}"`,
  ])("quotation marks go: %s", (reply) => {
    expect(read(reply)).toBe(lesson);
  });

  it.each([
    asJson({ lesson }),
    asJson({ analysis, lesson }),
    asJson({ reasoning: analysis, rule: lesson }),
    asJson({ result: { lesson, score: 3 } }),
    asJson([{ lesson }]),
    asJson([lesson]),
    asJson(lesson),
    `\`\`\`json\n${asJson({ reflection: lesson })}\n\`\`\``,
    `Sure!\n\`\`\`json\n${asJson({ lesson })}\n\`\`\`\nEnjoy.`,
    `Here is the lesson: ${asJson({ lesson })}`,
    `{'lesson': '${lesson}',}`,
    `｛“lesson”：“${lesson}”｝`,
  ])("a JSON wrapping goes: %s", (reply) => {
    expect(read(reply)).toBe(lesson);
  });

  it.each([
    "Great sessions mix dance and music.",
    "First slates matter: open with music.",
    "Let users rest from dance after two slates.",
    "Unfortunately repeated dance slates bore users; vary them.",
    "Sorry users leave early: vary dance.",
    "I would vary dance with music.",
    "Answer boredom with new categories.",
    "The lesson is to vary dance: mix music in.",
    "The user's response: clicks fell, so vary dance.",
    "Rule out repeats: vary dance.",
    "Please users with music after [sports] slates.",
    "多推荐舞蹈，少重复。",
  ])("nothing goes that belongs to it: %s", (reply) => {
    expect(read(reply)).toBe(reply);
  });
});

describe("no lesson", () => {
  it.each([
    "I'm sorry, but I can't assist with that request.",
    "Sorry, I can't help with this.",
    "Sure, but I can't help with that.",
    "Thank you for asking. I'm sorry, but I can't help with that.",
    "I must decline to answer that.",
    "I do not feel comfortable writing that.",
    "It is not possible for me to answer that.",
    "As an AI language model, I have no opinions.",
    "**I’m sorry**, but I can’t.",
    asJson({ lesson: "I'm sorry, but I can't help with that." }),
    "Es tut mir leid, aber dabei kann ich nicht helfen.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Lo siento, pero no puedo ayudar con eso.",
    "对不起，我无法回答这个问题。",
    "申し訳ありませんが、お答えできません。",
  ])("refused: %s", (reply) => {
    expect(read(reply)).toBeUndefined();
  });

  it.each([
    "Could you please provide the visit's data?",
    "Please provide the session log so that I can write a lesson.",
    "I need more information about the visit.",
    "There is not enough information to write a lesson.",
  ])("a question back: %s", (reply) => {
    expect(read(reply)).toBeUndefined();
  });

  it.each([
    "",
    '""',
    "…",
    "42",
    "N/A",
    "null",
    "{}",
    "**Lesson:**",
    "```\n```",
    "<one sentence>",
    "[Your lesson here]",
    asJson({ lesson: "" }),
    asJson({ score: 4 }),
    "<think>They left early",
  ])("empty: %j", (reply) => {
    expect(read(reply)).toBeUndefined();
  });

  it.each([
    '{"lesson": "Vary dance with',
    'Here it is: {"lesson": "Vary dance',
    "Vary dance with music because",
    "Okay, let me look at this visit. The user was",
  ])("cut, whatever the server says: %s", (reply) => {
    expect(read(reply)).toBeUndefined();
  });

  it.each(["length", "filtered", "refused"] as const)("%s, even where it looks whole", (finish) => {
    expect(readReflection(lesson, finish)).toHaveProperty("problem");
  });
});
