/** What a run may spend on models, and has: shared by its schedulers, counted anew from llm.jsonl on resume. */
import type { ModelCall } from "../../protocol/engine.ts";
import type { ModelUse } from "../../protocol/run/modelUse.ts";
import type { BudgetReached } from "./blocked.ts";
import type { ModelLimits } from "./types.ts";
import { addedCached, toldCached } from "./usage.ts";

export interface Spending {
  readonly calls: number;
  readonly tokens: number;
  /** US dollars. */
  readonly cost: number;
  /** Of the tokens, read from servers' prefix caches; absent where none says. */
  readonly cachedTokens?: number;
}

export const addedSpending = (a: Spending, b: Spending): Spending => ({
  calls: a.calls + b.calls,
  tokens: a.tokens + b.tokens,
  cost: a.cost + b.cost,
  ...addedCached(a, b),
});

/** What is told of it at the end; undefined where nothing was asked. */
export const modelUse = ({ calls, tokens, cachedTokens }: Spending): ModelUse | undefined =>
  calls === 0 ? undefined : { calls, tokens, ...toldCached({ cachedTokens }) };

/** With what a line of llm.jsonl says. */
export function spentWith(sum: Spending, row: Omit<ModelCall, "messages">): Spending {
  const tokens = row.attempts > 0 ? row.tokensIn + row.tokensOut : 0;
  const { attempts: calls, cost, tokensCached: cachedTokens } = row;
  return addedSpending(sum, { calls, tokens, cost, ...toldCached({ cachedTokens }) });
}

/** A share of the budget that a request on its way holds, until it is settled with what was really used. */
export type Reservation = Readonly<Spending>;

/** The setting that raises each limit. */
export const budgetSettings: Readonly<Record<BudgetReached["limit"], string>> = {
  calls: "models.maxCalls",
  tokens: "models.maxTokens",
  cost: "models.maxCost",
};

type BudgetLimits = Pick<ModelLimits, "maxCalls" | "maxTokens" | "maxCost">;

export class Budget {
  private used: Spending = { calls: 0, tokens: 0, cost: 0 };
  private readonly reserved = new Set<Reservation>();
  private readonly watchers: (() => void)[] = [];

  /**
   * @param limits 0: no limit; may be replaced while requests are on their way
   * @param raising what must be raised where a limit is reached
   */
  constructor(
    public limits: BudgetLimits,
    public raising: (limit: BudgetReached["limit"]) => string = (limit) => budgetSettings[limit],
  ) {}

  get spending(): Spending {
    return this.used;
  }

  /** The limit that `next` would break, counting what is on its way; undefined: it may go. */
  reached(next: Reservation): BudgetReached | undefined {
    let { calls, tokens, cost } = this.used;
    for (const held of this.reserved) {
      calls += held.calls;
      tokens += held.tokens;
      cost += held.cost;
    }
    const { maxCalls, maxTokens, maxCost } = this.limits;
    if (maxCalls > 0 && calls + next.calls > maxCalls) {
      return this.tell("calls", this.used.calls, maxCalls, `${this.used.calls} of ${maxCalls} calls`);
    }
    if (maxTokens > 0 && tokens + next.tokens > maxTokens) {
      const used = `${this.used.tokens} of ${maxTokens} tokens, and the next request needs about ${next.tokens}`;
      return this.tell("tokens", this.used.tokens, maxTokens, used);
    }
    if (maxCost > 0 && cost + next.cost > maxCost) {
      return this.tell("cost", this.used.cost, maxCost, `${this.used.cost.toFixed(4)} of ${maxCost} US dollars`);
    }
    return undefined;
  }

  reserve(next: Reservation): void {
    this.reserved.add(next);
  }

  /** Whether something on its way may still turn out cheaper than reserved. */
  get pending(): boolean {
    return this.reserved.size > 0;
  }

  /** Resolves when the next request is settled. */
  nextSettled(): Promise<void> {
    return new Promise((resolve) => this.watchers.push(resolve));
  }

  settle(held: Reservation, spent: Spending): void {
    this.reserved.delete(held);
    for (const resolve of this.watchers.splice(0)) resolve();
    this.used = addedSpending(this.used, spent);
  }

  restore(state: Spending): void {
    this.used = state;
  }

  private tell(limit: BudgetReached["limit"], used: number, allowed: number, amount: string): BudgetReached {
    return {
      kind: "budget",
      limit,
      used,
      allowed,
      message: `The model budget is used up: ${amount}. Raise ${this.raising(limit)} to go on.`,
    };
  }
}
