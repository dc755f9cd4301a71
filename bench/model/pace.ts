/** How long a server takes by the number of questions it is asked at once. */
import { quantile } from "../../src/engine/metrics/statistics.ts";

export interface PaceRow {
  readonly atOnce: number;
  /** Seconds of one answer: median, and of one in twenty or more. */
  readonly median: number;
  readonly slow: number;
  readonly callsPerSecond: number;
  readonly failed: number;
}

/** Questions for each that are in flight. */
const ROUNDS = 3;

/**
 * Asks questions that were asked before, each level others as far as they go.
 * @param questions bodies of chat completions
 */
export async function measurePace(
  url: string,
  questions: readonly string[],
  levels: readonly number[],
  key: string | undefined,
  signal: AbortSignal,
): Promise<readonly PaceRow[]> {
  const rows: PaceRow[] = [];
  let next = 0;
  for (const atOnce of levels) {
    const seconds: number[] = [];
    let failed = 0;
    let left = atOnce * ROUNDS;
    const start = performance.now();
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const asked = performance.now();
        const body = questions[next++ % questions.length] as string;
        const reply = await fetch(`${url}/chat/completions`, {
          method: "POST",
          headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
          body,
          signal,
        });
        await reply.text();
        if (!reply.ok) failed++;
        seconds.push((performance.now() - asked) / 1000);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    const sorted = Float64Array.from(seconds).sort();
    const elapsed = (performance.now() - start) / 1000;
    rows.push({
      atOnce,
      median: quantile(sorted, 0.5),
      slow: quantile(sorted, 0.95),
      callsPerSecond: seconds.length / elapsed,
      failed,
    });
  }
  return rows;
}
