/** Work that takes long, as generators: they pause now and then, so that a caller may see to signals and locks. */
import { setImmediate as nextTurn } from "node:timers/promises";

export function allAtOnce<Result>(steps: Generator<undefined, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** @throws the signal's reason at the next pause after it was aborted */
export async function withPauses<Result>(steps: Generator<undefined, Result>, signal?: AbortSignal): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await nextTurn();
    signal?.throwIfAborted();
  }
}
