/**
 * In front of every provider: concurrency, rates, retries, budget, cache, and one call for equal requests in flight
 * (docs/models.md, section 'scheduler').
 *
 * A request ends in an answer, in an error that concerns this request alone, or in the caller's abort. What concerns
 * all requests (no server, no budget left) never ends one: the scheduler calls `onBlocked` once, holds everything
 * back, and goes on where it was when that promise resolves, with one request first.
 */
import { messageOf } from "../errors.ts";
import type { RandomStream } from "../math/random.ts";
import { Admission } from "./admission.ts";
import { type AnswerCache, isUsable } from "./answerCache.ts";
import { type Blocked, unreachable } from "./blocked.ts";
import type { Budget } from "./budget.ts";
import { mayConcernAll, ProviderError, type ProviderErrorKind, triesBeforePause } from "./errors.ts";
import { Flight } from "./flight.ts";
import { Health } from "./health.ts";
import { type Notice, PromptCut, shortOfTokens } from "./notices.ts";
import { requestKey } from "./requestKey.ts";
import { answeredRow, failedRow, rowOf, sharedCompletion } from "./rows.ts";
import { type Heard, whileHeard } from "./silence.ts";
import { CallCounter, type ModelStatistics, Pace } from "./statistics.ts";
import { isPlain } from "./tokenRoom.ts";
import type { CallRow, Clock, Completion, ModelLimits, ModelRequest, Provider, ProviderReply, Usage } from "./types.ts";
import { addedUsage, costOf, NO_USAGE, requirePrice, usageOf } from "./usage.ts";

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
  /** Something a person should know about the model; each kind once. */
  readonly notice?: (notice: Notice) => void;
  readonly clock: Clock;
  /** For the jitter of retries only; influences no result. */
  readonly jitter: RandomStream;
}

/** What goes on at the moment. */
export interface Activity {
  readonly inFlight: number;
  readonly waiting: number;
  /** Requests that may be in flight at once, as found out so far. */
  readonly limit: number;
  /** Milliseconds since the model's last sign of life, while somebody waits for it; 0 otherwise. */
  readonly silentMs: number;
  /** Median of the last answers; 0 before the first. */
  readonly latencyMs: number;
  /** Of one answer, over the last ones. */
  readonly tokensPerSecond: number;
}

/** First and longest wait between tries, in milliseconds. */
const BACKOFF = { first: 500, longest: 30_000 } as const;
/** Tries after the first of a server that has never answered. */
const RETRIES_AT_FIRST = 2;
/** No server does without more parts of a request than this; one that is rejected more often is never answered. */
const MOST_SIMPLIFIED = 8;

/** What became of a request so far. */
interface Progress {
  attempts: number;
  /** Tries that failed. */
  failures: number;
  /** Tries that were taken for too much of the protocol. */
  simplified: number;
  /** Answers of the server when this request first failed. */
  answersThen: number;
  /** Tokens of the tries that led nowhere. */
  spent: Usage;
  /** Of the last try: tokens that its reply could have. */
  limit?: number | undefined;
  /** Set once a reply was cut: takes the room back that was given for the second try. */
  undoRoom?: () => void;
}

export class Scheduler {
  private readonly flights = new Map<string, Flight<Completion>>();
  private readonly admission: Admission;
  private readonly health = new Health();
  private readonly promptCut = new PromptCut();
  private readonly told = new Set<string>();
  private lapCounter = new CallCounter();
  private readonly pace = new Pace();
  private limits: ModelLimits;
  private heardAt: number;

  constructor(private readonly options: SchedulerOptions) {
    this.limits = options.limits;
    this.admission = new Admission(options);
    this.heardAt = options.clock.now();
  }

  /** @throws ProviderError when this request cannot be answered, or the signal's reason */
  readonly complete = async (request: ModelRequest, signal: AbortSignal): Promise<Completion> => {
    signal.throwIfAborted();
    if (this.options.provider.kind === "replay") return this.replay(request, signal);
    requirePrice(this.limits, request.model);
    const kept = this.kept(request);
    if (kept) {
      this.share(request, kept);
      return kept;
    }
    const key = requestKey(this.options.provider, request);
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

  /** An answer that is there already and costs nothing. */
  kept(request: ModelRequest): Completion | undefined {
    const key = requestKey(this.options.provider, request);
    const reply = this.limits.cache ? this.options.cache?.get(key) : undefined;
    return reply && isUsable(request, reply) ? sharedCompletion(reply, usageOf(request, reply)) : undefined;
  }

  /** New limits take effect with the next request that is sent. */
  setLimits(limits: ModelLimits): void {
    this.limits = limits;
    this.admission.setLimits(limits);
    this.options.budget.limits = limits;
  }

  get activity(): Activity {
    const { inFlight, waiting } = this.admission;
    const silentMs = inFlight.count === 0 ? 0 : this.options.clock.now() - this.heardAt;
    const pace = this.pace.read();
    return { inFlight: inFlight.count, waiting, limit: inFlight.limit, silentMs, ...pace };
  }

  /** Since the last lap, for example the iteration's. */
  lap(): ModelStatistics {
    const counted = this.lapCounter.read();
    this.lapCounter = new CallCounter();
    return counted;
  }

  /** A recorded answer costs nothing and belongs to one call: no limits, and no sharing that was not recorded. */
  private async replay(request: ModelRequest, signal: AbortSignal): Promise<Completion> {
    let reply: ProviderReply;
    try {
      reply = await this.options.provider.send(request, signal);
    } catch (error) {
      this.recordFailure(request, 0, NO_USAGE, "failed", error);
      throw error;
    }
    const completion = sharedCompletion(reply, usageOf(request, reply));
    this.share(request, completion);
    return completion;
  }

  private async joinLater(flight: Flight<Completion>, request: ModelRequest, signal: AbortSignal): Promise<Completion> {
    let shared: Completion;
    try {
      shared = await flight.join(signal);
    } catch (error) {
      if (!signal.aborted) this.recordFailure(request, 0, NO_USAGE, "failed", error);
      throw error;
    }
    const completion = { ...shared, attempts: 0, cached: true };
    this.share(request, completion);
    return completion;
  }

  private share(request: ModelRequest, completion: Completion): void {
    this.lapCounter.shared();
    this.options.record({ ...rowOf(request), ...answeredRow(completion), cost: 0 });
  }

  /** Sends until there is an answer. */
  private async fly(request: ModelRequest, key: string, signal: AbortSignal): Promise<Completion> {
    const progress: Progress = { attempts: 0, failures: 0, simplified: 0, answersThen: 0, spent: NO_USAGE };
    let heard: Heard<ProviderReply>;
    try {
      heard = await this.persist(request, progress, signal);
    } catch (error) {
      if (!signal.aborted) this.lapCounter.failed(progress.attempts);
      const kind = signal.aborted ? "aborted" : "failed";
      this.recordFailure(request, progress.attempts, progress.spent, kind, error);
      throw error;
    }
    const { value: reply, latencyMs } = heard;
    const usage = addedUsage(progress.spent, usageOf(request, reply));
    const completion = { ...reply, usage, latencyMs, attempts: progress.attempts, cached: false };
    const cost = costOf(this.limits, request.model, usage);
    this.lapCounter.answered({ ...completion, cost });
    this.pace.answered(latencyMs, usageOf(request, reply).outputTokens);
    // In this order: what was paid for is counted even where the process ends between the two.
    this.options.record({ ...rowOf(request), ...answeredRow(completion), cost });
    if (this.limits.cache && isUsable(request, reply)) this.options.cache?.put(key, reply);
    return completion;
  }

  private recordFailure(
    request: ModelRequest,
    attempts: number,
    spent: Usage,
    errorKind: "failed" | "aborted",
    error: unknown,
  ): void {
    const cost = costOf(this.limits, request.model, spent);
    const row = failedRow(request, attempts, spent);
    this.options.record({ ...rowOf(request), ...row, cost, error: messageOf(error), errorKind });
  }

  private async persist(request: ModelRequest, progress: Progress, signal: AbortSignal): Promise<Heard<ProviderReply>> {
    for (;;) {
      try {
        const heard = await this.attempt(request, progress, signal);
        if (!this.takesAsCut(request, heard.value, progress)) return heard;
      } catch (error) {
        if (signal.aborted || !(error instanceof ProviderError)) throw error;
        if (error.kind === "format") {
          if (!this.health.isExhausted && progress.simplified++ < MOST_SIMPLIFIED) continue;
          this.health.gaveUp();
        }
        if (error.kind === "cut" && this.giveRoom(request, progress)) continue;
        await this.afterFailure(error, progress, signal);
      }
    }
  }

  /** Whether a reply was cut for the first time, and there is room for another try. */
  private takesAsCut(request: ModelRequest, reply: ProviderReply, progress: Progress): boolean {
    if (reply.finish !== "length") {
      this.options.provider.room?.learn(request, reply);
      return false;
    }
    const isAnother = this.giveRoom(request, progress, reply);
    if (isAnother) progress.spent = addedUsage(progress.spent, usageOf(request, reply));
    // More room did not help: a reply without an end, not one with long thoughts.
    else if (isPlain(reply)) progress.undoRoom?.();
    return isAnother;
  }

  /** Room for one more try after a reply that was cut; false where there was one, it is in vain, or there is no more to give. */
  private giveRoom(request: ModelRequest, progress: Progress, reply?: ProviderReply): boolean {
    this.lapCounter.cut();
    const { room } = this.options.provider;
    const undo = progress.undoRoom ? undefined : room?.grow(request, progress.limit, reply);
    if (undo === undefined) return false;
    progress.undoRoom = undo;
    this.tell(shortOfTokens(request, progress.limit, room?.limitFor(request)));
    return true;
  }

  private async attempt(request: ModelRequest, progress: Progress, signal: AbortSignal): Promise<Heard<ProviderReply>> {
    const { clock, provider } = this.options;
    const pass = await this.admission.enter(request, signal);
    progress.attempts++;
    progress.limit = provider.room?.limitFor(request);
    const era = this.health.now;
    if (this.admission.inFlight.count === 1) this.heardAt = this.options.clock.now();
    let used = NO_USAGE;
    try {
      const onHeard = (now: number): void => {
        this.heardAt = now;
      };
      const within = { clock, timeoutSeconds: this.limits.timeoutSeconds, signal, onHeard };
      const heard = await whileHeard((inner, watch) => provider.send(request, inner, watch), within);
      used = usageOf(request, heard.value);
      this.health.answered();
      this.admission.answered(pass, heard.silenceMs);
      this.tell(this.promptCut.noticed(request, heard.value));
      return heard;
    } catch (error) {
      if (signal.aborted || (error instanceof ProviderError && error.kind === "timeout")) {
        // The server may have worked on it all the same.
        used = this.admission.mostUsage(request);
        progress.spent = addedUsage(progress.spent, used);
      }
      if (error instanceof ProviderError) this.noteFailure(error, era);
      throw error;
    } finally {
      this.admission.leave(pass, used);
    }
  }

  private noteFailure({ kind }: ProviderError, era: number): void {
    if (kind === "format") this.health.refused(era);
    if (!mayConcernAll(kind) || this.isOwn(kind)) return;
    this.admission.inFlight.failed();
    this.health.failed(era);
  }

  /** Where others were answered, a prompt beyond a limit is its own request's failure. */
  private isOwn(kind: ProviderErrorKind): boolean {
    return kind === "too-long" && this.health.answers > 0;
  }

  /**
   * Waits before another try.
   * @throws the error where it concerns this request alone
   */
  private async afterFailure(error: ProviderError, progress: Progress, signal: AbortSignal): Promise<void> {
    const { answers } = this.health;
    if (progress.failures++ === 0) progress.answersThen = answers;
    if (error.kind === "generation") return this.backOffAlone(error, progress, signal);
    const kind = error.kind === "format" ? "rejected" : error.kind;
    const retries = kind === "rejected" && this.health.isExhausted ? 0 : this.limits.retries;
    const tries = triesBeforePause(kind, answers === 0 ? Math.min(retries, RETRIES_AT_FIRST) : retries);
    if (tries === undefined || this.isOwn(kind)) throw error;
    // Others are answered all the same: it is this request.
    if (progress.failures > tries && answers > progress.answersThen) throw error;
    const isLong = (error.retryAfterSeconds ?? 0) > this.limits.maxRetryAfterSeconds;
    if (this.health.inVain <= tries && !isLong) this.hold(error);
    else await this.admission.block(unreachable(error, progress.attempts), signal);
  }

  /** What went wrong is this generation's; others go on. */
  private async backOffAlone(error: ProviderError, progress: Progress, signal: AbortSignal): Promise<void> {
    if (progress.failures > this.limits.retries) throw error;
    await this.options.clock.sleep(this.backoff(progress.failures), signal);
  }

  /** Nobody sends for a while: they would fail as this request did. */
  private hold({ retryAfterSeconds }: ProviderError): void {
    const backoff = this.backoff(this.health.inVain);
    const wait = retryAfterSeconds === undefined ? backoff : retryAfterSeconds * 1000 + backoff / 10;
    this.admission.holdUntil(this.options.clock.now() + wait);
  }

  /** Milliseconds before the n-th further try. */
  private backoff(n: number): number {
    const longest = Math.min(BACKOFF.longest, BACKOFF.first * 2 ** Math.max(0, n - 1));
    return longest * (0.5 + this.options.jitter.uniform() / 2);
  }

  private tell(notice: Notice | undefined): void {
    if (!notice || this.told.has(notice.code)) return;
    this.told.add(notice.code);
    this.options.notice?.(notice);
  }
}
