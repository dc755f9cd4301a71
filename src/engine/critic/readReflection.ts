/** From a model's reply to a reflection (docs/method.md, section 8). */
import { jsonValues } from "../llm/structured.ts";
import { spoken } from "../llm/thoughts.ts";
import { isEndless } from "../llm/tokenRoom.ts";
import type { Finish } from "../llm/types.ts";
import { oneLine } from "../prompts/categoryWords.ts";

/** Under 20 words (section 8). */
const MOST_WORDS = 19;
/** What 19 long words take; bounds the languages that put no blanks between words. */
const MOST_CHARACTERS = 240;

/** Of a reply; far beyond one sentence. */
const MOST_READ = 10_000;

/** Objects inside objects that are looked into. */
const DEPTH = 20;

/** What begins with one of them. */
const anyOf = (...beginnings: readonly string[]): RegExp => new RegExp(`^(?:${beginnings.join("|")})`, "i");

/** Refusals, and replies that ask for what they were given. */
const REFUSAL = anyOf(
  "i['’]?m (?:\\w+ )?sorry",
  "i am sorry",
  "sorry(?:[,.!:;]|\\s+(?:but|i|for|about)\\b|$)",
  "my apologies",
  "i apologi[sz]e",
  "(?:unfortunately,? )?(?:i (?:can(?:['’]?t|not)|won['’]t|am (?:unable|not able)(?: to)?|do(?: not|n['’]t) have)|i['’]m (?:unable|not able)(?: to)?)(?: \\w+ly)? (?:help|assist|answer|comply|do (?:that|this)|write|give|provide|create|generate|produce|fulfil|see|access|determine|tell|judge|assess|enough|any|the)\\b",
  "i must decline",
  "i do(?: not|n['’]t) feel (?:comfortable|able)",
  "i need (?:more|further) (?:\\w+ )?(?:information|data|context|details)",
  "it is(?: not|n['’]t) possible for me",
  "as an? (?:ai\\b|(?:large )?language|assistant)",
  "(?:could|can) you (?:please )?(?:provide|share|give|send|clarify)",
  "please (?:provide|share|send|clarify) (?:me|us|the (?:\\w+ )?(?:session|data|context|history|information|details)|more (?:information|data|context|details))\\b",
  "there (?:is|was)(?: not|n['’]t)? (?:enough|no|insufficient) (?:information|data|context)",
  "es tut mir leid|entschuldig|leider kann ich|(?:je suis )?désolé|je ne peux pas|lo siento|no puedo|desculpe|não posso",
  "извините|к сожалению,? я|(?:很|非常)?抱歉|对不起|我(?:不能|无法)|申し訳|すみません|죄송",
);
const NOTHING = /^(?:n\/?a|none|null|nothing|undefined)\.?$/i;
/** `<one sentence>`, `[Your lesson here]` */
const PLACEHOLDER = /^[<[{(][^<>[\]{}()]*[>\]})]\.?$/;
/** What comes before a reflection: politeness, an announcement, or a thought that nothing marks. */
const PREFACE = anyOf(
  "(?:great|absolutely|certainly|sure|of course|got it|understood|ok(?:ay)?|alright|hmm|thank(?:s| you))\\s*(?:[,.!:;…–—-]|$)",
  "(?:sure|of course|ok(?:ay)?|alright),? (?:i|here|this|the following|let)\\b",
  "thank(?:s| you) for\\b",
  "(?:thought|thinking|reasoning)s?\\s*[:：]",
  "here(?:['’]s| is| are)\\b",
  "below is\\b",
  "(?:(?:so|now|first|well),? )?let me\\b",
  "(?:(?:so|now|first|well),? )?(?:let['’]s|let us|(?:we|i) (?:need to|have to|should|must|want to|will|can)|(?:i|we)['’]ll|i['’]m going to) (?:(?:write|answer|think|look at|analy[sz]e|craft|summari[sz]e|examine|figure|formulate)\\b|(?:give|find|provide|create|come up with|generate|produce) (?:[\\w-]+ ){0,4}(?:lesson|sentence|reflection|summary|answer|insight|advice|response)\\b)",
);
const LABEL =
  "(?:(?:reflection|insight|lesson|advice|summary|takeaway|recommendation)s?|lektion|lehre|leçon|lección|lição|反思|总结|教训|经验|建议)";
const ANSWER = "(?:(?:answer|sentence|output|response|tip|rule)s?|antwort|答案)";
/** `Sure! Here is the lesson: `, `Lesson 1: `, `Output: `; not `Users who like a lesson leave: `. */
const ANNOUNCED = new RegExp(
  `^(?:(?:(?:sure|certainly|of course|absolutely|great|ok(?:ay)?|here|based on)\\b[^:：]{0,80}\\b|(?:(?:the|my|an?|one|this|key|short|final|main)(?:\\s+[\\w-]+){0,2}\\s+))?${LABEL}(?:\\s+(?:\\d+|for|from|of|in|to|about|based|learned)\\b[^:：.]{0,40}|\\s+is(?: this| that| as follows)?)?|(?:(?:the|my|final|one)\\s+)*${ANSWER})\\s*(?:[:：]|\\s[-–—]\\s)\\s*`,
  "i",
);
/** Nothing but a label, as a heading. */
const HEADING = new RegExp(`^(?:(?:the|my|key|final|main|one)\\s+)*(?:${LABEL}|${ANSWER})(?:\\s+\\d+)?[.!]?$`, "i");
/** A label after other sentences of the line. */
const LATER_LABEL = /(?<=[.!?]\s)(?=(?:lesson|reflection|final answer)\s*[:：])/gi;
/** Words that no sentence ends with. */
const DANGLING = /\b(?:the|an?|and|or|but|than|because|was|were)$|,$/i;
const LESSON_FIELD =
  /lesson|reflection|insight|advice|takeaway|recommend|text|content|summary|answer|sentence|message|output|result/i;
const THOUGHT_FIELD = /reason|analy|thought|thinking|explan|observ|context/i;

export type ReadReflection =
  | { readonly text: string; readonly trimmed: boolean }
  /** For the model, and for a person: what was wrong with the reply. */
  | { readonly problem: string };

/**
 * The reflection in a reply: its first line of prose, without introduction, list mark or quotation marks, as many of its
 * whole sentences as make fewer than 20 words, and the beginning of the first where even that is longer.
 */
export function readReflection(reply: string, finish: Finish, thought = ""): ReadReflection {
  if (finish === "refused") return { problem: "the model refused" };
  if (finish === "filtered") return { problem: "the server's content filter held it back" };
  if (finish === "length")
    return { problem: isEndless(reply) ? "it repeats itself without an end" : "it was cut off by the token limit" };
  const answer = spoken(reply).answer.slice(0, MOST_READ);
  const prose = proseOf(answer.replace(/```[\w-]*/g, "").trim());
  if (prose === undefined) return { problem: "it holds JSON without a sentence in it" };
  const lines = prose
    .replace(LATER_LABEL, "\n")
    .split("\n")
    .map(bare)
    .filter(({ text }) => /\p{L}/u.test(text) && !/[:：]$/.test(text) && !HEADING.test(text));
  const sentences = lines.flatMap((line) => sentencesOf(line.text).map((text) => ({ text, line })));
  const meant = sentences.filter(({ text }) => !PREFACE.test(text));
  const [opening] = meant;
  if (opening === undefined) {
    const thoughts = sentences.length > 0 || `${thought}${reply}`.trim() !== "";
    return { problem: thoughts ? "it holds thoughts or an introduction only" : "it is empty" };
  }
  if (REFUSAL.test(opening.text)) return { problem: "the model refused" };
  const first = meant.find(({ line }) => line.announced) ?? opening;
  if (NOTHING.test(first.text) || PLACEHOLDER.test(first.text)) return { problem: "it holds no sentence" };
  if (DANGLING.test(first.line.text)) return { problem: "it ends in the middle of a sentence" };
  const rest = meant.slice(meant.indexOf(first)).filter(({ line }) => line === first.line);
  let text = "";
  for (const sentence of rest) {
    if (!fits(text + sentence.text)) break;
    text += sentence.text;
  }
  text = text === "" ? shortened(first.text) : text.trim();
  return { text, trimmed: text !== lines.map((line) => line.text).join(" ") };
}

/** The words in a JSON wrapping, or the reply's own; undefined: a wrapping without any. */
function proseOf(answer: string): string | undefined {
  const { values, cut } = jsonValues(answer);
  const isList = /^[[［][\s\S]*[\]］]$/.test(answer);
  const last = values.findLast(({ value }) => isList || !Array.isArray(value))?.value;
  if (cut && /[{｛]|^[[［]/.test(answer)) return undefined;
  return last === undefined ? answer : sentenceIn(last);
}

function sentenceIn(value: unknown, depth = DEPTH): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || depth === 0) return undefined;
  const texts = Object.entries(value).flatMap(([key, field]) => {
    const text = sentenceIn(field, depth - 1);
    return text === undefined ? [] : [{ key, text }];
  });
  const named = texts.find(({ key }) => LESSON_FIELD.test(key));
  const unthought = texts.filter(({ key }) => !THOUGHT_FIELD.test(key));
  return (named ?? unthought.toSorted((a, b) => b.text.length - a.text.length)[0])?.text;
}

interface Line {
  readonly text: string;
  /** It began with what tells a reflection from other lines. */
  readonly announced: boolean;
}

/** Without list marks, markup, an announcement such as "Reflection:", a count of its words, and quotation marks. */
function bare(line: string): Line {
  const plain = oneLine(line.replace(/<\/?[a-z][\w-]*>/gi, " "))
    .replace(/^(?:[-–—*•#>→\p{Extended_Pictographic}\p{Mn}]+|\(?\d+[.)])\s+/u, "")
    .replace(/[*_]{2}|`/g, "")
    .replace(/(?<![\p{L}\p{N}])([*_])(\S(?:.*?\S)?)\1(?![\p{L}\p{N}])/gu, "$2")
    .trim();
  const words = plain.replace(ANNOUNCED, "");
  const text = words
    .replace(/\s*[([]\d+ words[)\]]$/i, "")
    .replace(/(["”’»」])\.$/, (end, mark: string) => (/^["“‘«「]/.test(words) ? `.${mark}` : end))
    .replace(/^["'“„‘«「]+\s*|\s*["'”“’»」]+$/g, "")
    .trim();
  return { text, announced: words !== plain && text !== "" };
}

/** The sentences of a line, each with the blank behind it. */
function sentencesOf(line: string): string[] {
  return line.split(/(?<=[.!?] |[。！？] ?)(?=\S)/);
}

function fits(text: string): boolean {
  return wordCount(text) <= MOST_WORDS && text.trim().length <= MOST_CHARACTERS;
}

function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

/** The first words, to the last comma or semicolon that leaves at least half of them. */
function shortened(sentence: string): string {
  const words = sentence.trim().split(/\s+/).slice(0, MOST_WORDS);
  const clause = words.findLastIndex((word) => /[,;:]$/.test(word));
  const kept = clause >= MOST_WORDS / 2 ? words.slice(0, clause + 1) : words;
  return `${[...kept.join(" ")]
    .slice(0, MOST_CHARACTERS)
    .join("")
    .replace(/[,;:.]$/, "")}.`;
}
