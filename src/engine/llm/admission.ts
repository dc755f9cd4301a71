/** Who may send now: the run's budget, the rates, a server's Retry-After, and the pause while nothing can be sent. */
import type { Budget, Reservation } from "./budget.ts";
import type { Blocked } from "./errors.ts";
import { RateWindow, type Spent } from "./rateWindow.ts";
import type { Clock, ModelLimits, ModelRequest, Provider, Usage } from "./types.ts";
import { costOf, estimateUsage } from "./usage.ts";
import { abortable } from "./waiting.ts";

/** Tokens a reply is assumed to need where the request sets no limit. */
const ASSUMED_REPLY_TOKENS = 256;

/** What a request on its way holds. */
export interface Pass {
  readonly model: string;
  readonly reservation: Reservation;
  readonly tokens: Spent;
}

export interface AdmissionOptions {
  readonly provider: Provider;
  readonly limits: ModelLimits;
  readonly budget: Budget;
  readonly onBlocked: (blocked: Blocked) => Promise<void>;
  readonly clock: Clock;
}

export class Admission {
  /** Counts the blocks that were resolved. */
  resumes = 0;
  private readonly requests: RateWindow;
  private readonly tokens: RateWindow;
  private limits: ModelLimits;
  private blocked: Promise<void> | undefined;
  private notBefore = Number.NEGATIVE_INFINITY;
  /** Requests sent since the last resume, for a provider with a cap of its own. */
  private sent = 0;

  constructor(private readonly options: AdmissionOptions) {
    this.limits = options.limits;
    this.requests = new RateWindow(options.limits.requestsPerMinute);
    this.tokens = new RateWindow(options.limits.tokensPerMinute);
  }

  setLimits(limits: ModelLimits): void {
    this.limits = limits;
    this.requests.limit = limits.requestsPerMinute;
    this.tokens.limit = limits.tokensPerMinute;
  }

  /** Resolves when the request may be sent; every `enter` is followed by one `leave`. */
  async enter(request: ModelRequest, signal: AbortSignal): Promise<Pass> {
    const { clock, budget } = this.options;
    const next = this.estimate(request);
    for (;;) {
      signal.throwIfAborted();
      const reached = this.capReached() ?? budget.reached(next);
      if (this.blocked) {
        await abortable(this.blocked, signal);
      } else if (reached && budget.pending) {
        await abortable(budget.nextSettled(), signal);
      } else if (reached) {
        await this.block(reached, signal);
      } else {
        const wait = this.waitFor(next.tokens, clock.now());
        if (wait <= 0) return this.admit(request.model, next);
        await clock.sleep(wait, signal);
      }
    }
  }

  /** @param usage of the answer; undefined when there was none */
  leave({ model, reservation, tokens }: Pass, usage: Usage | undefined): void {
    const used = usage ? usage.inputTokens + usage.outputTokens : 0;
    tokens.amount = used;
    const cost = usage ? costOf(this.limits, model, usage) : 0;
    this.options.budget.settle(reservation, { calls: 1, tokens: used, cost });
  }

  /** Nobody sends before this time. */
  holdUntil(time: number): void {
    this.notBefore = Math.max(this.notBefore, time);
  }

  /** Holds everybody back until `onBlocked` resolves; joins a block that is there already. */
  async block(reason: Blocked, signal: AbortSignal): Promise<void> {
    this.blocked ??= this.options.onBlocked(reason).finally(() => {
      this.blocked = undefined;
      this.sent = 0;
      this.resumes++;
    });
    await abortable(this.blocked, signal);
  }

  private estimate(request: ModelRequest): Reservation {
    const usage = estimateUsage(request, 0);
    const outputTokens = request.maxTokens ?? ASSUMED_REPLY_TOKENS;
    const cost = costOf(this.limits, request.model, { ...usage, outputTokens });
    return { calls: 1, tokens: usage.inputTokens + outputTokens, cost };
  }

  private capReached(): Blocked | undefined {
    const cap = this.options.provider.caps?.calls;
    if (cap === undefined || this.sent < cap) return undefined;
    const message = `${this.sent} calls were made to the provider "${this.options.provider.kind}". Resume to allow ${cap} more.`;
    return { kind: "budget", limit: "calls", used: this.sent, allowed: cap, message };
  }

  private waitFor(tokens: number, now: number): number {
    return Math.max(this.notBefore - now, this.requests.wait(1, now), this.tokens.wait(tokens, now));
  }

  private admit(model: string, reservation: Reservation): Pass {
    const now = this.options.clock.now();
    this.options.budget.reserve(reservation);
    this.requests.spend(1, now);
    this.sent++;
    return { model, reservation, tokens: this.tokens.spend(reservation.tokens, now) };
  }
}
