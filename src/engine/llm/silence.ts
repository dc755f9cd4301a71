/** Waiting for an answer as long as the server gives signs of life. */
import { ProviderError } from "./errors.ts";
import type { Clock, Watch } from "./types.ts";
import { abortable } from "./waiting.ts";

export interface Heard<T> {
  readonly value: T;
  readonly latencyMs: number;
  /** The longest time without a sign of life. */
  readonly silenceMs: number;
}

/**
 * Ends a request that is silent for `timeoutSeconds`, whatever the provider does about it: the signal it was given is
 * aborted, and so is the request at the server.
 */
export async function whileHeard<T>(
  send: (signal: AbortSignal, watch: Watch) => Promise<T>,
  {
    clock,
    timeoutSeconds,
    signal,
    onHeard,
  }: {
    readonly clock: Clock;
    readonly timeoutSeconds: number;
    readonly signal: AbortSignal;
    /** At every sign of life, and at the answer. */
    readonly onHeard: (now: number) => void;
  },
): Promise<Heard<T>> {
  const inner = new AbortController();
  const alarm = new AbortController();
  const follow = () => inner.abort(signal.reason);
  if (signal.aborted) follow();
  signal.addEventListener("abort", follow, { once: true });
  const began = clock.now();
  let last = began;
  let silenceMs = 0;
  const heard = (): void => {
    const now = clock.now();
    silenceMs = Math.max(silenceMs, now - last);
    last = now;
    onHeard(now);
  };
  const guard = async (): Promise<void> => {
    for (;;) {
      const left = last + timeoutSeconds * 1000 - clock.now();
      if (left <= 0) break;
      await clock.sleep(left, alarm.signal);
    }
    inner.abort(
      new ProviderError("timeout", `The model said nothing for ${timeoutSeconds} s (models.timeoutSeconds).`),
    );
  };
  guard().catch(() => undefined);
  try {
    const value = await abortable(send(inner.signal, { heard }), inner.signal);
    heard();
    return { value, latencyMs: last - began, silenceMs };
  } finally {
    alarm.abort();
    signal.removeEventListener("abort", follow);
  }
}
