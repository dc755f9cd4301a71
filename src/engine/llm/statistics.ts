/** What a run's model calls came to, under the names of the metric catalogue (src/protocol/metrics.ts, group Models). */
import type { Usage } from "./types.ts";

export interface ModelStatistics {
  /** Requests answered by a model. */
  readonly llmCalls: number;
  /** Answered from the cache or by a request in flight. */
  readonly llmCacheHits: number;
  readonly llmTokensIn: number;
  readonly llmTokensOut: number;
  /** Of the tokens in; undefined where no server said. */
  readonly llmTokensCached: number | undefined;
  /** Seconds; 0 without calls. */
  readonly llmLatencyP50: number;
  readonly llmLatencyP95: number;
  /** Tries after the first. */
  readonly llmRetries: number;
  /** Replies that were cut by their token limit. */
  readonly llmCut: number;
  /** Output tokens a second of the time spent waiting for answers; 0 without calls. */
  readonly llmTokensPerSecond: number;
  /** Requests that failed for good. */
  readonly llmErrors: number;
  /** US dollars. */
  readonly llmCost: number;
}

export interface AnsweredCall {
  readonly usage: Usage;
  readonly attempts: number;
  readonly latencyMs: number;
  readonly cost: number;
}

/** Latencies kept for the percentiles: enough for two digits at the 95th. */
const KEPT_LATENCIES = 2048;

/** Counts one span of time, for example an iteration. */
export class CallCounter {
  private calls = 0;
  private cacheHits = 0;
  private tokensIn = 0;
  private tokensOut = 0;
  private tokensCached: number | undefined;
  private retries = 0;
  private cuts = 0;
  private errors = 0;
  private cost = 0;
  private seconds = 0;
  private latencies: number[] = [];

  answered({ usage, attempts, latencyMs, cost }: AnsweredCall): void {
    this.latencies[this.calls % KEPT_LATENCIES] = latencyMs / 1000;
    this.calls++;
    this.seconds += latencyMs / 1000;
    this.tokensIn += usage.inputTokens;
    this.tokensOut += usage.outputTokens;
    if (usage.cachedTokens !== undefined) this.tokensCached = (this.tokensCached ?? 0) + usage.cachedTokens;
    this.retries += attempts - 1;
    this.cost += cost;
  }

  shared(): void {
    this.cacheHits++;
  }

  cut(): void {
    this.cuts++;
  }

  failed(attempts: number): void {
    this.errors++;
    this.retries += Math.max(0, attempts - 1);
  }

  read(): ModelStatistics {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    return {
      llmCalls: this.calls,
      llmCacheHits: this.cacheHits,
      llmTokensIn: this.tokensIn,
      llmTokensOut: this.tokensOut,
      llmTokensCached: this.tokensCached,
      llmLatencyP50: percentile(sorted, 0.5),
      llmLatencyP95: percentile(sorted, 0.95),
      llmRetries: this.retries,
      llmCut: this.cuts,
      llmTokensPerSecond: this.seconds > 0 ? this.tokensOut / this.seconds : 0,
      llmErrors: this.errors,
      llmCost: this.cost,
    };
  }
}

/** Nearest rank: the smallest value that at least `share` of all do not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Answers that the pace of the moment is taken of. */
const RECENT = 16;

/** How fast a model has answered lately. */
export class Pace {
  private recent: { readonly latencyMs: number; readonly tokens: number }[] = [];

  answered(latencyMs: number, tokens: number): void {
    this.recent = [...this.recent, { latencyMs, tokens }].slice(-RECENT);
  }

  /** Zeros before the first answer. */
  read(): { readonly latencyMs: number; readonly tokensPerSecond: number } {
    const sorted = this.recent.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    const seconds = sorted.reduce((sum, latencyMs) => sum + latencyMs, 0) / 1000;
    const tokens = this.recent.reduce((sum, answer) => sum + answer.tokens, 0);
    return { latencyMs: percentile(sorted, 0.5), tokensPerSecond: seconds > 0 ? tokens / seconds : 0 };
  }
}
