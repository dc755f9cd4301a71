/**
 * In front of every provider: concurrency, rates, retries, budget, cache, and one call for equal requests in flight
 * (docs/models.md, section 'scheduler').
 *
 * A request ends in an answer, in an error that concerns this request alone, or in the caller's abort. What concerns
 * all requests (no server, no budget left) never ends one: the scheduler calls `onBlocked` once, holds everything
 * back, and goes on where it was when that promise resolves.
 */
import { setMaxListeners } from "node:events";
import pLimit, { type LimitFunction } from "p-limit";
import { InputError, messageOf } from "../errors.ts";
import type { RandomStream } from "../math/random.ts";
import { Admission } from "./admission.ts";
import type { AnswerCache } from "./answerCache.ts";
import type { Budget } from "./budget.ts";
import { type Blocked, ProviderError, pausing, retryable } from "./errors.ts";
import { Flight } from "./flight.ts";
import { contentKey, requestKey } from "./requestKey.ts";
import { CallCounter, type ModelStatistics } from "./statistics.ts";
import type { CallRow, Clock, Completion, ModelLimits, ModelRequest, Provider, ProviderReply, Usage } from "./types.ts";
import { costOf, usageOf } from "./usage.ts";
import { abortable } from "./waiting.ts";

export interface SchedulerOptions {
  readonly provider: Provider;
  readonly limits: ModelLimits;
  /** Shared by all schedulers of a run. */
  readonly budget: Budget;
  readonly cache?: AnswerCache;
  /** Takes every finished call, for llm.jsonl. */
  readonly record: (row: CallRow) => void;
  /**
   * Nothing can be sent. Resolve it to try again, reject it to fail all waiting requests with that reason. Called once
   * per block; never while one is unresolved.
   */
  readonly onBlocked: (blocked: Blocked) => Promise<void>;
  readonly clock: Clock;
  /** For the jitter of retries only; influences no result. */
  readonly jitter: RandomStream;
}

/** First and longest wait between tries, in milliseconds. */
const BACKOFF = { first: 500, longest: 30_000 } as const;

/** What has been sent for a call so far. */
interface Progress {
  attempts: number;
}

export class Scheduler {
  private readonly flights = new Map<string, Flight<Completion>>();
  private readonly slots: LimitFunction;
  private readonly admission: Admission;
  private lapCounter = new CallCounter();
  private limits: ModelLimits;

  constructor(private readonly options: SchedulerOptions) {
    this.limits = options.limits;
    this.slots = pLimit(this.concurrency());
    this.admission = new Admission(options);
  }

  /** @throws ProviderError when this request cannot be answered, or the signal's reason */
  readonly complete = async (request: ModelRequest, signal: AbortSignal): Promise<Completion> => {
    signal.throwIfAborted();
    // One signal of a run stands behind the waits of all its users.
    setMaxListeners(0, signal);
    if (this.options.provider.kind === "replay") return this.replay(request, signal);
    this.requirePrice(request.model);
    const key = requestKey(this.options.provider, request);
    const kept = this.limits.cache ? this.options.cache?.get(key) : undefined;
    if (kept) {
      const completion = sharedCompletion(kept, usageOf(request, kept));
      this.share(request, completion);
      return completion;
    }
    const inFlight = this.flights.get(key);
    if (inFlight) return this.joinLater(inFlight, request, signal);
    const flight: Flight<Completion> = new Flight(
      (own) => this.fly(request, key, own),
      () => {
        if (this.flights.get(key) === flight) this.flights.delete(key);
      },
    );
    this.flights.set(key, flight);
    return flight.join(signal);
  };

  /** New limits take effect with the next request that is sent. */
  setLimits(limits: ModelLimits): void {
    this.limits = limits;
    this.slots.concurrency = this.concurrency();
    this.admission.setLimits(limits);
    this.options.budget.limits = limits;
  }

  /** Since the last lap, for example the iteration's. */
  lap(): ModelStatistics {
    const counted = this.lapCounter.read();
    this.lapCounter = new CallCounter();
    return counted;
  }

  private concurrency(): number {
    return Math.min(this.limits.concurrency, this.options.provider.caps?.concurrency ?? Number.POSITIVE_INFINITY);
  }

  /** A recorded answer costs nothing and belongs to one call: no limits, and no sharing that was not recorded. */
  private async replay(request: ModelRequest, signal: AbortSignal): Promise<Completion> {
    try {
      const reply = await this.options.provider.send(request, signal);
      const completion = sharedCompletion(reply, usageOf(request, reply));
      this.share(request, completion);
      return completion;
    } catch (error) {
      this.recordFailure(request, { attempts: 0 }, "failed", error);
      throw error;
    }
  }

  private async joinLater(flight: Flight<Completion>, request: ModelRequest, signal: AbortSignal): Promise<Completion> {
    try {
      const shared = await flight.join(signal);
      const completion = { ...shared, attempts: 0, cached: true };
      this.share(request, completion);
      return completion;
    } catch (error) {
      if (!signal.aborted) this.recordFailure(request, { attempts: 0 }, "failed", error);
      throw error;
    }
  }

  private share(request: ModelRequest, completion: Completion): void {
    this.lapCounter.shared();
    this.options.record({ ...rowOf(request), ...answerOf(completion), cost: 0 });
  }

  /** Sends until there is an answer. */
  private async fly(request: ModelRequest, key: string, signal: AbortSignal): Promise<Completion> {
    const progress: Progress = { attempts: 0 };
    try {
      const { reply, latencyMs } = await this.persist(request, progress, signal);
      const usage = usageOf(request, reply);
      const completion = { ...reply, usage, latencyMs, attempts: progress.attempts, cached: false };
      const cost = costOf(this.limits, request.model, usage);
      this.lapCounter.answered({ ...completion, cost });
      // In this order: what was paid for is counted even where the process ends between the two.
      this.options.record({ ...rowOf(request), ...answerOf(completion), cost });
      if (this.limits.cache) this.options.cache?.put(key, reply);
      return completion;
    } catch (error) {
      if (!signal.aborted) this.lapCounter.failed(progress.attempts);
      this.recordFailure(request, progress, signal.aborted ? "aborted" : "failed", error);
      throw error;
    }
  }

  private recordFailure(
    request: ModelRequest,
    { attempts }: Progress,
    errorKind: "failed" | "aborted",
    error: unknown,
  ) {
    const usage = { inputTokens: 0, outputTokens: 0, estimated: true };
    const nothing = {
      text: "",
      finish: "stop",
      usage,
      attempts,
      latencyMs: 0,
      cached: false,
      model: request.model,
    } as const;
    this.options.record({ ...rowOf(request), ...answerOf(nothing), cost: 0, error: messageOf(error), errorKind });
  }

  private async persist(
    request: ModelRequest,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<{ reply: ProviderReply; latencyMs: number }> {
    let failures = 0;
    let resumes = this.admission.resumes;
    for (;;) {
      try {
        return await abortable(
          this.slots(() => this.attempt(request, progress, signal)),
          signal,
        );
      } catch (error) {
        if (signal.aborted || !(error instanceof ProviderError)) throw error;
        if (error.kind === "format") continue;
        if (resumes !== this.admission.resumes) failures = 0;
        resumes = this.admission.resumes;
        if (retryable.has(error.kind) && failures < this.limits.retries) {
          await this.backOff(error, failures++, signal);
        } else if (pausing.has(error.kind)) {
          await this.admission.block(unreachable(error, progress.attempts), signal);
          failures = 0;
          resumes = this.admission.resumes;
        } else {
          throw error;
        }
      }
    }
  }

  private async attempt(
    request: ModelRequest,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<{ reply: ProviderReply; latencyMs: number }> {
    const { clock, provider } = this.options;
    const pass = await this.admission.enter(request, signal);
    progress.attempts++;
    const started = clock.now();
    let usage: Usage | undefined;
    try {
      const reply = await this.inTime((inner) => provider.send(request, inner), signal);
      usage = usageOf(request, reply);
      return { reply, latencyMs: clock.now() - started };
    } catch (error) {
      if (error instanceof ProviderError && error.kind === "rate-limit") {
        this.admission.holdUntil(clock.now() + this.waitAsked(error));
      }
      throw error;
    } finally {
      this.admission.leave(pass, usage);
    }
  }

  /** Ends a request that gets no complete answer in time, whatever the provider does about it. */
  private async inTime<T>(send: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const inner = new AbortController();
    const alarm = new AbortController();
    const follow = () => inner.abort(signal.reason);
    signal.addEventListener("abort", follow, { once: true });
    const { timeoutSeconds } = this.limits;
    const late = new ProviderError("timeout", `The model gave no answer within ${timeoutSeconds} s.`);
    this.options.clock.sleep(timeoutSeconds * 1000, alarm.signal).then(
      () => inner.abort(late),
      () => undefined,
    );
    try {
      return await abortable(send(inner.signal), inner.signal);
    } finally {
      alarm.abort();
      signal.removeEventListener("abort", follow);
    }
  }

  private async backOff(error: ProviderError, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, jitter } = this.options;
    const backoff = Math.min(BACKOFF.longest, BACKOFF.first * 2 ** failures);
    const spread = backoff * (0.5 + jitter.uniform() / 2);
    return clock.sleep(error.retryAfterSeconds === undefined ? spread : this.waitAsked(error) + spread / 10, signal);
  }

  /** Milliseconds the server asked for, up to the cap. */
  private waitAsked({ retryAfterSeconds = 0 }: ProviderError): number {
    return Math.min(retryAfterSeconds, this.limits.maxRetryAfterSeconds) * 1000;
  }

  /** A cost limit means nothing for a model without a price. */
  private requirePrice(model: string): void {
    if (this.limits.maxCost === 0 || this.limits.prices[model]) return;
    throw new InputError(
      "models.price-missing",
      `models.maxCost is ${this.limits.maxCost}, but models.prices has no entry "${model}". Add its prices per million tokens, or set maxCost to 0.`,
    );
  }
}

function unreachable(error: ProviderError, attempts: number): Blocked {
  return { kind: "unreachable", cause: error.kind, attempts, message: error.message };
}

function sharedCompletion({ text, finish, model }: ProviderReply, usage: Usage): Completion {
  return { text, finish, model, usage, attempts: 0, latencyMs: 0, cached: true };
}

function rowOf(request: ModelRequest) {
  const { id, role, model, promptHash, messages } = request;
  return { id, role, model, promptHash, messages, key: contentKey(request) };
}

function answerOf({ text, finish, attempts, latencyMs, cached, usage }: Completion) {
  return {
    reply: text,
    finish,
    attempts,
    latencyMs,
    cached,
    tokensIn: usage.inputTokens,
    tokensOut: usage.outputTokens,
    tokensEstimated: usage.estimated,
  };
}
