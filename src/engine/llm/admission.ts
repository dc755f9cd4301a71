/**
 * Who may send now: as many as the server takes, the run's budget, the rates, a server's Retry-After, and the pause while
 * nothing can be sent.
 */

import type { Blocked } from "./blocked.ts";
import type { Budget, Reservation } from "./budget.ts";
import { InFlight } from "./inFlight.ts";
import { RateWindow, type Spent } from "./rateWindow.ts";
import type { Clock, ModelLimits, ModelRequest, Provider, Usage } from "./types.ts";
import { costOf, estimateUsage, toldCached } from "./usage.ts";
import { abortable } from "./waiting.ts";

/** Tokens a reply is assumed to need where the request sets no limit. */
const ASSUMED_REPLY_TOKENS = 256;

/** What a request on its way holds. */
export interface Pass {
  readonly model: string;
  readonly reservation: Reservation;
  readonly tokens: Spent;
  /** Requests in flight when it was sent, itself included. */
  readonly withIt: number;
}

export interface AdmissionOptions {
  readonly provider: Provider;
  readonly limits: ModelLimits;
  readonly budget: Budget;
  readonly onBlocked: (blocked: Blocked) => Promise<void>;
  readonly clock: Clock;
}

export class Admission {
  readonly inFlight: InFlight;
  /** Requests that may not be sent yet. */
  waiting = 0;
  private readonly requests: RateWindow;
  private readonly tokens: RateWindow;
  private limits: ModelLimits;
  private blocked: Promise<void> | undefined;
  private notBefore = Number.NEGATIVE_INFINITY;
  /** Requests sent since the last resume, for a provider with a cap of its own. */
  private sent = 0;
  private askedSlots = false;

  constructor(private readonly options: AdmissionOptions) {
    this.limits = options.limits;
    this.requests = new RateWindow(options.limits.requestsPerMinute);
    this.tokens = new RateWindow(options.limits.tokensPerMinute);
    this.inFlight = new InFlight(this.inFlightLimits());
  }

  setLimits(limits: ModelLimits): void {
    this.limits = limits;
    this.requests.limit = limits.requestsPerMinute;
    this.tokens.limit = limits.tokensPerMinute;
    this.inFlight.setLimits(this.inFlightLimits());
  }

  /** Resolves when the request may be sent; every `enter` is followed by one `leave`. */
  async enter(request: ModelRequest, signal: AbortSignal): Promise<Pass> {
    this.waiting++;
    try {
      return await this.turn(request, signal);
    } finally {
      this.waiting--;
    }
  }

  /** @param usage what was or may have been used */
  leave({ model, reservation, tokens }: Pass, usage: Usage): void {
    const used = usage.inputTokens + usage.outputTokens;
    tokens.amount = used;
    this.inFlight.end();
    const cost = costOf(this.limits, model, usage);
    this.options.budget.settle(reservation, { calls: 1, tokens: used, cost, ...toldCached(usage) });
  }

  /** Before its `leave`. @param silenceMs the longest that the server said nothing */
  answered({ withIt }: Pass, silenceMs: number): void {
    this.inFlight.answered(withIt, silenceMs);
    if (this.askedSlots) return;
    this.askedSlots = true;
    this.options.provider.slots?.().then((slots) => slots !== undefined && this.inFlight.setSlots(slots));
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
    });
    await abortable(this.blocked, signal);
  }

  /** The most that a request can use. */
  mostUsage(request: ModelRequest): Usage {
    const limit = this.options.provider.room?.limitFor(request) ?? request.maxTokens ?? ASSUMED_REPLY_TOKENS;
    return { ...estimateUsage(request, 0), outputTokens: limit };
  }

  private async turn(request: ModelRequest, signal: AbortSignal): Promise<Pass> {
    const { clock, budget } = this.options;
    for (;;) {
      signal.throwIfAborted();
      const next = this.estimate(request);
      const reached = this.capReached() ?? budget.reached(next);
      if (this.blocked) {
        await abortable(this.blocked, signal);
      } else if (this.inFlight.isFull) {
        await abortable(this.inFlight.changed(), signal);
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

  private estimate(request: ModelRequest): Reservation {
    const usage = this.mostUsage(request);
    const cost = costOf(this.limits, request.model, usage);
    return { calls: 1, tokens: usage.inputTokens + usage.outputTokens, cost };
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
    const tokens = this.tokens.spend(reservation.tokens, now);
    return { model, reservation, tokens, withIt: this.inFlight.begin() };
  }

  private inFlightLimits() {
    const { concurrency, timeoutSeconds } = this.limits;
    const most = Math.min(concurrency, this.options.provider.caps?.concurrency ?? Number.POSITIVE_INFINITY);
    return { most, timeoutMs: timeoutSeconds * 1000 };
  }
}
