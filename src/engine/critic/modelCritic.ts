/** The critic that asks a language model (docs/method.md, sections 1 and 8). */
import { askedAgain, isRetry } from "../llm/askedAgain.ts";
import { ProviderError } from "../llm/errors.ts";
import { isUnusable, type ReplyWatch, type Unusable, unusable } from "../llm/replyWatch.ts";
import { type ModelSettings, requestSettings } from "../llm/settings.ts";
import { spoken } from "../llm/thoughts.ts";
import type { Complete, Completion, Message, ModelRequest } from "../llm/types.ts";
import type { Prompt, PromptContext } from "../prompts/prompt.ts";
import type { FinishedSession } from "../simulator/session.ts";
import type { Critic, WrittenReflection } from "./critic.ts";
import { type CriticKnowledge, criticContext } from "./criticContext.ts";
import { type ReadReflection, readReflection } from "./readReflection.ts";

export interface ModelCriticOptions {
  readonly complete: Complete;
  readonly prompt: Prompt;
  readonly knowledge: CriticKnowledge;
  readonly settings: ModelSettings;
  /** Writes when a model's reply cannot be used. */
  readonly fallback: Critic;
  /** Hears whether replies can be used. */
  readonly watch: ReplyWatch;
}

type Reply = Pick<Completion, "text" | "finish"> & { readonly thought?: string | undefined };

/** Replies asked for before the fallback writes: the first, and one with the error shown. */
const TRIES = 2;
/** What the second time asks for once more. */
const FORM = "Answer with one sentence of fewer than 20 words and nothing else.";

export class ModelCritic implements Critic {
  /** Replies cut down to the length a reflection has. */
  trimmedReplies = 0;
  /** Replies that could not be used; the fallback wrote instead. */
  invalidReplies = 0;
  private prompt: Prompt;
  private knowledge: CriticKnowledge;

  constructor(private readonly options: ModelCriticOptions) {
    this.prompt = options.prompt;
    this.knowledge = options.knowledge;
  }

  /** Takes effect with the next session that ends. */
  setPrompt(prompt: Prompt): void {
    this.prompt = prompt;
  }

  /** What the prompt tells of the experiment has changed; takes effect with the next session that ends. */
  configure(knowledge: CriticKnowledge): void {
    this.knowledge = knowledge;
  }

  /** All requests are in flight together; those without a usable reply fall back together, in order. */
  async reflect(finished: readonly FinishedSession[], signal: AbortSignal): Promise<readonly WrittenReflection[]> {
    const { watch, fallback } = this.options;
    const written: readonly (WrittenReflection | Unusable)[] = await Promise.all(
      finished.map((session) => watch.judge<WrittenReflection>(() => this.write(session, signal), signal)),
    );
    const left = finished.filter((_, i) => isUnusable(written[i] as object));
    if (left.length > 0) this.invalidReplies += left.length;
    const fallbacks = left.length > 0 ? [...(await fallback.reflect(left, signal))] : [];
    return written.map((reflection) =>
      isUnusable(reflection)
        ? { text: fallbacks.shift()?.text ?? "", source: "fallback", unusable: reflection }
        : reflection,
    );
  }

  /** The variables of the prompt for one session. */
  context(finished: FinishedSession): PromptContext {
    return criticContext(this.knowledge, finished);
  }

  /** Exactly the messages that are sent. */
  render(finished: FinishedSession): readonly Message[] {
    return this.prompt.render(this.context(finished));
  }

  private async write(finished: FinishedSession, signal: AbortSignal): Promise<WrittenReflection | Unusable> {
    const asked = this.ask(finished);
    let question = asked;
    for (let tries = 1; ; tries++) {
      const { read, reply, again } = await this.answer(question, signal);
      if (!("problem" in read)) {
        if (read.trimmed) this.trimmedReplies++;
        return { text: read.text, source: "model", callId: question.id };
      }
      if (tries === TRIES || !again) return unusable(read.problem, reply);
      question = askedAgain(asked, read.problem, FORM);
    }
  }

  private async answer(question: ModelRequest, signal: AbortSignal) {
    try {
      const { text, finish, thought } = await this.options.complete(question, signal);
      // Thoughts that were cut have had their second chance, with more room; an answer that was cut is too long.
      const again = finish !== "length" || spoken(text).answer !== "";
      return { read: this.read(question, { text, finish, thought }), reply: text, again };
    } catch (error) {
      if (!(error instanceof ProviderError) || (error.kind === "miss" && !isRetry(question))) throw error;
      return { read: { problem: error.message }, reply: "", again: false };
    }
  }

  /** A line of what it was shown is no lesson, unless the prompt offers it as an answer, in quotation marks. */
  private read({ messages }: Pick<ModelRequest, "messages">, { text, finish, thought }: Reply): ReadReflection {
    const read = readReflection(text, finish, thought);
    if ("problem" in read || this.prompt.text.includes(`"${read.text}"`)) return read;
    const isShown = messages.some(({ content }) => content.includes(read.text));
    return isShown ? { problem: "it repeats what it was shown" } : read;
  }

  private ask(finished: FinishedSession): ModelRequest {
    const messages = this.render(finished);
    return {
      id: `critic-${finished.session.key.toString(16)}`,
      role: "critic",
      promptHash: this.prompt.hash,
      ...requestSettings("critic", this.options.settings, this.prompt.settings),
      messages,
      isUsable: (reply) => !("problem" in this.read({ messages }, reply)),
      repeat: 0,
    };
  }
}
