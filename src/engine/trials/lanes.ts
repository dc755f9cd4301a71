/** Works through the jobs of a trial in several lanes at once, in their order, until somebody has seen enough. */
import type { Lane } from "./serveVisit.ts";

/** A visit or a moment. What it throws ends the service. */
export type Job = (lane: Lane, signal: AbortSignal) => Promise<void>;

export interface Service {
  readonly lanes: readonly Lane[];
  /** Each lane takes the next; asked for anew after every job, so that it may end early. */
  readonly jobs: Generator<Job>;
  /** Whether what is under way is of no use any more. */
  readonly isDone: () => boolean;
  /** Asked before every job: waits while the trial is paused. */
  readonly proceed: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Ends what is under way in the other lanes. */
class Enough extends Error {}

/** @throws what a job or the signal throws; then no lane goes on */
export async function serveAll({ lanes, jobs, isDone, proceed, signal }: Service): Promise<void> {
  const abort = new AbortController();
  const both = AbortSignal.any([signal, abort.signal]);
  const work = async (lane: Lane): Promise<void> => {
    for (const job of jobs) {
      await proceed();
      await job(lane, both);
      if (isDone()) return abort.abort(new Enough());
      // A visit without a model is all computing: let messages, pauses and signals through.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const ended = await Promise.allSettled(
    lanes.map((lane) =>
      work(lane).catch((error: unknown) => {
        abort.abort(error);
        throw error;
      }),
    ),
  );
  signal.throwIfAborted();
  const failed = ended.find((end) => end.status === "rejected" && !(end.reason instanceof Enough));
  if (failed?.status === "rejected") throw failed.reason;
}
