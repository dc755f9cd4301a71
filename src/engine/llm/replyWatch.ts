/**
 * Watches whether a role's replies can be used. A model that is of no help must not be replaced by its stand-in in
 * silence: above a share of unusable replies nothing is asked until somebody has looked.
 */
import { shortLine } from "./excerpt.ts";
import type { ModelRequest } from "./types.ts";
import { abortable } from "./waiting.ts";

/** Questions the share is taken of: the last ones. */
const WINDOW = 50;
/** None of so many first replies of use: a wrong model or prompt, and every further question is in vain. */
const FIRST = 10;

const ADVICE =
  "Look at the replies (llm.jsonl, or a visit in the Studio), change the prompt, the model or its limits, and resume; models.unusableShare sets how many are too many.";

/** A reply that nothing could be made of, even when asked for again. */
export interface Unusable {
  readonly cause: string;
  /** Its beginning. */
  readonly reply: string;
}

export const unusable = (cause: string, reply: string): Unusable => ({ cause, reply: shortLine(reply, 160) });

/** A cause as a sentence, and what was answered. */
export function whatCame({ cause, reply }: Unusable): string {
  const came = reply === "" ? "" : ` It answered: ${JSON.stringify(reply)}.`;
  return `${cause.replace(/[.。]+$/, "")}.${came}`;
}

export interface ReplyWatchOptions {
  readonly role: ModelRequest["role"];
  /** Of the last 50, 0..1; 1: never pause. Asked anew each time: it may be changed while a run goes on. */
  readonly share: () => number;
  /** What to do about it, for a person. */
  readonly advice?: string;
  /** Resolves when somebody wants to go on; rejects when the run ends. */
  readonly pause: (reason: string) => Promise<void>;
}

export class ReplyWatch {
  /** Whether each of the last replies was of use. */
  private recent: boolean[] = [];
  private judged = 0;
  private usable = 0;
  private open = 0;
  private paused: Promise<void> | undefined;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly options: ReplyWatchOptions) {}

  /**
   * One question and what came of it: `ask` answers with the reply's use, or why it has none.
   * @throws what `ask` throws, the reason a pause ended with, or the signal's
   */
  async judge<T extends object>(ask: () => Promise<T | Unusable>, signal: AbortSignal): Promise<T | Unusable> {
    await this.turn(signal);
    let answer: T | Unusable | undefined;
    try {
      answer = await ask();
      return answer;
    } finally {
      this.open--;
      if (answer) this.note(answer);
      this.wake();
      if (answer && this.paused && isUnusable(answer)) await abortable(this.paused, signal);
    }
  }

  /** Opens a question. Until the first reply of use there are never more of them than may be in vain. */
  private async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (this.paused) await abortable(this.paused, signal);
      else if (this.mayBeInVain()) {
        await abortable(new Promise<void>((resolve) => this.waiting.push(resolve)), signal);
      } else break;
    }
    this.open++;
  }

  /** Where none is open, nobody would wake who waits. */
  private mayBeInVain(): boolean {
    return this.options.share() < 1 && this.usable === 0 && this.open > 0 && this.judged + this.open >= FIRST;
  }

  private note(answer: object): void {
    const isOfUse = !isUnusable(answer);
    this.judged++;
    if (isOfUse) this.usable++;
    this.recent = [...this.recent, isOfUse].slice(-WINDOW);
    if (isOfUse || this.paused) return;
    const useless = this.recent.filter((use) => !use).length;
    const none = this.usable === 0 && this.judged >= FIRST;
    const share = this.options.share();
    if (share >= 1 || (!none && useless <= share * WINDOW)) return;
    // A pause that ends in a rejection is in force for good: who asks after the end asks in vain.
    this.paused = this.options.pause(this.reason(answer as Unusable, useless)).then(() => {
      this.paused = undefined;
      this.recent = [];
      this.judged = 0;
      this.usable = 0;
      this.wake();
    });
    this.paused.catch(() => undefined);
  }

  private reason({ cause, reply }: Unusable, useless: number): string {
    const { role, advice = ADVICE } = this.options;
    const what = role === "planner" ? "plans" : "reflections";
    const many =
      this.usable === 0
        ? `None of the first ${this.judged} ${what} could be read from the ${role}'s model`
        : `${useless} of the last ${this.recent.length} ${what} could not be read from the ${role}'s model`;
    return `${many}, and the stand-in stood in. The last one: ${whatCame({ cause, reply })} ${advice}`;
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

export const isUnusable = (answer: object): answer is Unusable => "cause" in answer && "reply" in answer;
