/** What a run's model calls came to, under the names of the metric catalogue (src/protocol/metrics.ts, group Models). */
import type { Usage } from "./types.ts";

export interface ModelStatistics {
  /** Requests answered by a model. */
  readonly llmCalls: number;
  /** Answered from the cache or by a request in flight. */
  readonly llmCacheHits: number;
  readonly llmTokensIn: number;
  readonly llmTokensOut: number;
  /** Seconds; 0 without calls. */
  readonly llmLatencyP50: number;
  readonly llmLatencyP95: number;
  /** Tries after the first. */
  readonly llmRetries: number;
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
  private retries = 0;
  private errors = 0;
  private cost = 0;
  private latencies: number[] = [];

  answered({ usage, attempts, latencyMs, cost }: AnsweredCall): void {
    this.latencies[this.calls % KEPT_LATENCIES] = latencyMs / 1000;
    this.calls++;
    this.tokensIn += usage.inputTokens;
    this.tokensOut += usage.outputTokens;
    this.retries += attempts - 1;
    this.cost += cost;
  }

  shared(): void {
    this.cacheHits++;
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
      llmLatencyP50: percentile(sorted, 0.5),
      llmLatencyP95: percentile(sorted, 0.95),
      llmRetries: this.retries,
      llmErrors: this.errors,
      llmCost: this.cost,
    };
  }
}

/** Nearest rank: the smallest value that at least `share` of all do not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
