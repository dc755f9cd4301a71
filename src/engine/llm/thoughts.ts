/** What a model thought before it answered, told from the answer (docs/models.md, section 'reasoning models'). */

export interface Spoken {
  readonly answer: string;
  readonly thought: string;
}

/** What opens and what closes, as regular expressions. */
type Mark = readonly [open: string, close: string];

const tag = (name: string): Mark => [`<${name}>`, `</${name}>`];

const compiled = ([open, close]: Mark) => ({
  pair: new RegExp(`${open}([\\s\\S]*?)${close}`, "gi"),
  toClose: new RegExp(`^([\\s\\S]*)${close}`, "i"),
  close: new RegExp(close, "gi"),
  /** A mark inside a line is spoken of. */
  fromOpen: new RegExp(`(?:^|\\n)[^\\S\\n]*${open}([\\s\\S]*)$`, "i"),
});

/** How models mark their thoughts where the server leaves them in the text. */
const thoughtMarks = (
  [
    ...["think", "thinking", "thoughts?", "reasoning", "scratchpad", "seed:think"].map(tag),
    ["\\[THINK\\]", "\\[/THINK\\]"],
    ["◁think▷", "◁/think▷"],
    ["<\\|channel>thought", "<channel\\|>"],
    ["<\\|begin_of_thought\\|>", "<\\|end_of_thought\\|>"],
    ["<\\|START_THINKING\\|>", "<\\|END_THINKING\\|>"],
  ] as readonly Mark[]
).map(compiled);

/** What some put around the answer itself. */
const answerMarks = (
  [
    ...["answer", "final_answer", "final", "output"].map(tag),
    ["<\\|begin_of_solution\\|>", "<\\|end_of_solution\\|>"],
    ["<\\|START_RESPONSE\\|>", "<\\|END_RESPONSE\\|>"],
    ["<\\|begin_of_box\\|>", "<\\|end_of_box\\|>"],
  ] as readonly Mark[]
).map(compiled);

/** An unclosed thought is all there is; a closing mark without an opening one ends a thought whose beginning is lost. */
export function spoken(text: string): Spoken {
  const channels = harmony(text);
  if (channels) return channels;
  const thoughts: string[] = [];
  const keep = (_: string, thought: string): string => {
    thoughts.push(thought);
    return "";
  };
  let answer = text;
  for (const { pair, toClose, close, fromOpen } of thoughtMarks) {
    const end = lastEnd(answer, close);
    const closed = answer.slice(0, end).replace(pair, keep).replace(toClose, keep);
    answer = (closed + answer.slice(end)).replace(fromOpen, keep);
  }
  return { answer: unwrapped(answer).trim(), thought: thoughts.join("\n").trim() };
}

/** Behind the last mark; 0 where there is none. What opens before it is closed, so that no search runs to the end in vain. */
function lastEnd(text: string, mark: RegExp): number {
  const last = [...text.matchAll(mark)].at(-1);
  return last ? last.index + last[0].length : 0;
}

function unwrapped(text: string): string {
  for (const { pair, close, fromOpen } of answerMarks) {
    const end = lastEnd(text, close);
    const inside = end > 0 ? [...text.slice(0, end).matchAll(pair)].at(-1)?.[1] : fromOpen.exec(text)?.[1];
    if (inside !== undefined) return inside;
  }
  return text;
}

/** The harmony format of gpt-oss: messages on channels, of which only `final` is for the user. */
function harmony(text: string): Spoken | undefined {
  const messages = [
    ...text.matchAll(
      /<\|channel\|>\s*(\w+)(?!\w)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>([\s\S]*?)(?=<\|(?:end|return|call|start|channel)\|>|$)/g,
    ),
  ];
  const isFinal = (message: RegExpMatchArray): boolean => message[1] === "final";
  if (messages.length > 0) {
    const answer = messages.findLast(isFinal)?.[2] ?? "";
    const thought = messages.filter((message) => !isFinal(message)).map((message) => message[2]);
    return { answer: answer.trim(), thought: thought.join("\n").trim() };
  }
  // The same where a server has removed the marks and left the names.
  const bare = /^\s*(?:analysis|commentary)([\s\S]*?)assistant\s*final([\s\S]*)$/.exec(text);
  return bare ? { answer: (bare[2] ?? "").trim(), thought: (bare[1] ?? "").trim() } : undefined;
}
