/** What a trial has been answered before: its own llm.jsonl, replies of no use included. Nothing is paid for twice. */
import { addedSpending, type Spending, spentWith } from "../llm/budget.ts";
import { ProviderError } from "../llm/errors.ts";
import { contentKey } from "../llm/requestKey.ts";
import { sharedCompletion } from "../llm/rows.ts";
import type { CallRow, Complete, Completion, ModelRequest } from "../llm/types.ts";
import type { StoredCall } from "../serving/callLog.ts";
import { jsonLines } from "../store/jsonLines.ts";

/** Ids of a contender's calls begin so. */
export const callPrefix = (contender: number): string => `${contender}/`;

/** The id of a contender's call, apart from those of others, and of other times the same was asked. */
const callOf = (contender: number, id: string, repeat: number): string =>
  `${callPrefix(contender)}${id}${repeat === 0 ? "" : `#${repeat}`}`;

export const contenderOfCall = ({ id }: Pick<CallRow, "id">): number => Number.parseInt(id, 10);

/** A call without what was asked. */
type AnsweredCall = Omit<CallRow, "messages">;

export class PaidAnswers {
  private readonly rows = new Map<string, AnsweredCall>();
  /** The last answer of each call. */
  private readonly byCall = new Map<string, AnsweredCall>();
  private readonly latencies = new Map<number, number[]>();
  private readonly spending = new Map<number, Spending>();

  /** @param usableOnly replies of no use are asked for again */
  private constructor(private readonly usableOnly: boolean) {}

  /** @throws InputError where a line is damaged */
  static async read(file: string, { usableOnly = false } = {}): Promise<PaidAnswers> {
    const answers = new PaidAnswers(usableOnly);
    for await (const row of jsonLines<StoredCall>(file)) answers.note(row);
    return answers;
  }

  note({ messages: _, ...row }: StoredCall): void {
    const contender = contenderOfCall(row);
    this.spending.set(contender, spentWith(this.spentBy(contender), row));
    // What was never sent, or broken off, is asked for again.
    if (row.errorKind === "aborted" || (row.error !== undefined && row.attempts === 0)) return;
    this.rows.set(keyOf(row.id, row.key), row);
    this.byCall.set(row.id, row);
    if (row.attempts > 0 && row.error === undefined) this.latenciesOf(contender).push(row.latencyMs);
  }

  spentBy(contender: number): Spending {
    return this.spending.get(contender) ?? { calls: 0, tokens: 0, cost: 0 };
  }

  /** Of the answers that were waited for, milliseconds. */
  latenciesOf(contender: number): number[] {
    const known = this.latencies.get(contender);
    if (known) return known;
    const begun: number[] = [];
    this.latencies.set(contender, begun);
    return begun;
  }

  /** What an answer took and used; nothing where it was kept. */
  measured(
    contender: number,
    callId: string,
    repeat: number,
  ): { readonly latencyMs?: number; readonly tokens?: number } {
    const row = this.byCall.get(callOf(contender, callId, repeat));
    if (!row || row.attempts === 0 || row.error !== undefined) return {};
    return { latencyMs: row.latencyMs, tokens: row.tokensIn + row.tokensOut };
  }

  get total(): Spending {
    return [...this.spending.values()].reduce(addedSpending, { calls: 0, tokens: 0, cost: 0 });
  }

  /**
   * Answers a contender from here, and asks where there is no answer yet.
   * @param repeat asks for another answer to the same question, with another seed
   */
  before(ask: Complete, contender: number, repeat = 0): Complete {
    return async (asked, signal) => {
      const again = { repeat: asked.repeat + repeat, ...(asked.seed !== undefined && { seed: asked.seed + repeat }) };
      const request = { ...asked, ...again, id: callOf(contender, asked.id, repeat) };
      signal.throwIfAborted();
      return this.take(request) ?? ask(request, signal);
    };
  }

  /** @throws ProviderError where what came was an error */
  private take(request: ModelRequest): Completion | undefined {
    const row = this.rows.get(keyOf(request.id, contentKey(request)));
    if (!row || (this.usableOnly && row.error !== undefined)) return undefined;
    if (row.error !== undefined) throw new ProviderError("request", row.error);
    const { reply: text, thought, finish, model, tokensIn: inputTokens, tokensOut: outputTokens } = row;
    const reply = { text, ...(thought !== undefined && { thought }), finish, model };
    if (this.usableOnly && request.isUsable?.(reply) === false) return undefined;
    return sharedCompletion(reply, { inputTokens, outputTokens, estimated: row.tokensEstimated });
  }
}

const keyOf = (id: string, content: string): string => `${id} ${content}`;
