/** What a person should know about a model and can mend; on the timeline as a warning (docs/troubleshooting.md). */
import type { ModelRequest, ProviderReply } from "./types.ts";

export interface Notice {
  readonly code: "model.prompt-cut" | "model.thinks-long";
  readonly message: string;
}

/**
 * Characters that a token stands for at most, on average over a prompt: English has about four; fewer tokens than this
 * mean that the server has not read all of it.
 */
const MOST_CHARACTERS_PER_TOKEN = 8;
/**
 * Prompts that differ by so many characters, and by this share of the longest or so many times over, do not by chance all
 * have the largest count of tokens there was.
 */
const TELLING = { characters: 400, share: 0.1, lengths: 4 };

/** Notices that a server reads only a part of its prompts: Ollama cuts them to its context without a word. */
export class PromptCut {
  /** The largest count of tokens, and the lengths in characters of the prompts that had it. */
  private most = 0;
  private lengths = new Set<number>();

  noticed({ role, model, messages }: ModelRequest, { usage }: ProviderReply): Notice | undefined {
    if (!usage || usage.inputTokens === 0) return undefined;
    const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
    const { inputTokens } = usage;
    const isTooFew = characters > inputTokens * MOST_CHARACTERS_PER_TOKEN;
    if (!isTooFew && !this.isAlwaysTheSame(inputTokens, characters)) return undefined;
    const message = `${model} counted ${inputTokens} tokens in a ${role} prompt of about ${Math.ceil(characters / 4)}: the server cuts prompts to its context. Give the model a larger one (Ollama: num_ctx or OLLAMA_CONTEXT_LENGTH; llama.cpp: --ctx-size; LM Studio: Context Length).`;
    return { code: "model.prompt-cut", message };
  }

  private isAlwaysTheSame(tokens: number, characters: number): boolean {
    if (tokens < this.most) return false;
    if (tokens > this.most) this.lengths = new Set();
    this.most = tokens;
    this.lengths.add(characters);
    const longest = Math.max(...this.lengths);
    const difference = longest - Math.min(...this.lengths);
    if (difference < TELLING.characters) return false;
    return difference >= TELLING.share * longest || this.lengths.size >= TELLING.lengths;
  }
}

/** A reply was cut, and is asked for with more room. */
export function shortOfTokens({ role, model }: ModelRequest, limit?: number, raised?: number): Notice {
  const now = raised === undefined ? "" : `; it is asked again with ${raised}`;
  return {
    code: "model.thinks-long",
    message: `A reply of ${model} to the ${role} was cut at ${limit === undefined ? "its server's limit" : `${limit} tokens`}${now}. ${role}.maxTokens is the answer's; what a model thinks before it comes on top, and is learned from its replies.`,
  };
}
