/** The critic that asks a language model (docs/method.md, sections 1 and 8). */
import { ProviderError } from "../llm/errors.ts";
import { type ModelSettings, requestSettings } from "../llm/settings.ts";
import { withoutThoughts } from "../llm/structured.ts";
import type { Complete, Finish, Message, ModelRequest } from "../llm/types.ts";
import type { Prompt, PromptContext } from "../prompts/prompt.ts";
import { oneLine } from "../prompts/shownSlates.ts";
import type { FinishedSession } from "../simulator/session.ts";
import type { Critic, WrittenReflection } from "./critic.ts";
import { type CriticKnowledge, criticContext } from "./criticContext.ts";

export interface ModelCriticOptions {
  readonly complete: Complete;
  readonly prompt: Prompt;
  readonly knowledge: CriticKnowledge;
  readonly settings: ModelSettings;
  /** Writes when a model's reply cannot be used. */
  readonly fallback: Critic;
}

/** Under 20 words (section 8). */
const MOST_WORDS = 19;
/** What 19 long words take; bounds the languages that put no blanks between words. */
const MOST_CHARACTERS = 240;

export class ModelCritic implements Critic {
  /** Replies cut down to the length a reflection has. */
  trimmedReplies = 0;
  /** Replies that could not be used; the fallback wrote instead. */
  invalidReplies = 0;
  private prompt: Prompt;

  constructor(private readonly options: ModelCriticOptions) {
    this.prompt = options.prompt;
  }

  /** Takes effect with the next session that ends. */
  setPrompt(prompt: Prompt): void {
    this.prompt = prompt;
  }

  /** All requests are in flight together; those without a usable reply fall back together, in order. */
  async reflect(finished: readonly FinishedSession[], signal: AbortSignal): Promise<readonly WrittenReflection[]> {
    const written = await Promise.all(finished.map((session) => this.write(session, signal)));
    const unusable = finished.filter((_, i) => written[i] === undefined);
    if (unusable.length === 0) return written.filter((reflection) => reflection !== undefined);
    this.invalidReplies += unusable.length;
    const fallbacks = [...(await this.options.fallback.reflect(unusable, signal))];
    return written.map((reflection) => reflection ?? { text: fallbacks.shift()?.text ?? "", source: "fallback" });
  }

  /** The variables of the prompt for one session. */
  context(finished: FinishedSession): PromptContext {
    return criticContext(this.options.knowledge, finished);
  }

  /** Exactly the messages that are sent. */
  render(finished: FinishedSession): readonly Message[] {
    return this.prompt.render(this.context(finished));
  }

  private async write(finished: FinishedSession, signal: AbortSignal): Promise<WrittenReflection | undefined> {
    const request = this.ask(finished);
    try {
      const { text, finish } = await this.options.complete(request, signal);
      const reflection = readReflection(text, finish);
      if (reflection?.trimmed) this.trimmedReplies++;
      return reflection && { text: reflection.text, source: "model", callId: request.id };
    } catch (error) {
      if (error instanceof ProviderError && error.kind !== "miss") return undefined;
      throw error;
    }
  }

  private ask(finished: FinishedSession): ModelRequest {
    return {
      id: `critic-${finished.session.key.toString(16)}`,
      role: "critic",
      promptHash: this.prompt.hash,
      ...requestSettings("critic", this.options.settings, this.prompt.settings),
      messages: this.render(finished),
      repeat: 0,
    };
  }
}

/**
 * The reflection in a reply: its first line of prose, without introduction, list mark or quotation marks, as many of its
 * whole sentences as make fewer than 20 words, and the beginning of the first where even that is longer.
 * @returns undefined when nothing is left, or only a part of a sentence that was cut
 */
export function readReflection(
  reply: string,
  finish: Finish,
): { readonly text: string; readonly trimmed: boolean } | undefined {
  const lines = withoutThoughts(reply)
    .replace(/```[\w-]*/g, "")
    .split("\n")
    .map(bare)
    .filter((line) => /\p{L}/u.test(line) && !/:$/.test(line));
  const line = lines[0];
  if (line === undefined) return undefined;
  const whole = sentences(line);
  if (finish === "length" && lines.length === 1 && !/[.!?。！？]$/.test(line)) whole.pop();
  const first = whole[0];
  if (first === undefined) return undefined;
  let text = "";
  for (const sentence of whole) {
    if (!fits(text + sentence)) break;
    text += sentence;
  }
  text = text === "" ? shortened(first) : text.trim();
  return { text, trimmed: text !== lines.join(" ") };
}

/** Without list marks, emphasis, an announcement such as "Reflection:", and quotation marks. */
function bare(line: string): string {
  return oneLine(line)
    .replace(/^(?:[-*•#>]+|\d+[.)])\s+/, "")
    .replace(/[*_]{2}/g, "")
    .replace(/^(?:reflection|insight|lesson|advice|answer|summary|actionable insight)\s*:\s*/i, "")
    .replace(/^["'“‘«]+|["'”’»]+$/g, "")
    .trim();
}

/** The sentences of a line, each with the blank behind it. */
function sentences(line: string): string[] {
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
