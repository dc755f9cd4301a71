/**
 * What ends a command before its time: a signal, a reader of its output that is gone (`lerl run --json | head`), a suite that is
 * gone. Work that lasts is ended in good order; what only prints is done anyway.
 */
import { messageOf } from "../errors.ts";
import { exitCodes } from "../exitCodes.ts";
import type { RunControl } from "../serving/control.ts";
import { systemCode } from "../store/files.ts";
import { paint, sayAside } from "./terminal.ts";

/** That ask a process to end. */
export const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Of a pipe whose reader has closed it, and of a terminal that was closed. */
const nobodyReads = new Set(["EPIPE", "EIO", "ECONNRESET"]);

/** Programs between (npm, a service manager) pass on what the terminal has sent already: within this time it is one wish. */
const ONE_WISH_MS = 500;

/** Nobody is there any more to work for. */
const alone = new AbortController();

/** To be called once, before anything is printed. */
export function watchSurroundings(): void {
  process.stdout.on("error", (error) => outputFailed(error));
  process.stderr.on("error", () => alone.abort());
  if (!process.channel) return;
  // A suite started this process: it says when to end, and a suite that is killed says so by being gone.
  process.once("message", () => alone.abort()).once("disconnect", () => alone.abort());
  process.channel.unref();
}

/** A full disk behind `>` is no reader who has seen enough. */
function outputFailed(error: Error): void {
  if (!alone.signal.aborted && !nobodyReads.has(systemCode(error) ?? "")) {
    sayAside(`${paint.error("error")} Standard output cannot be written (${messageOf(error)}).\n`);
    process.once("exit", () => {
      process.exitCode ||= exitCodes.failed;
    });
  }
  alone.abort();
}

/** Does work that lasts. Its signal is aborted when it shall end; a second signal of the system then ends the process. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  let askedAt = 0;
  const ask = (): void => {
    if (interruption.signal.aborted) return;
    askedAt = performance.now();
    interruption.abort();
  };
  const signalled = (signal: NodeJS.Signals): void => {
    // A terminal that closes says so more than once; nobody is there to be impatient.
    const isAgain = interruption.signal.aborted && signal !== "SIGHUP" && performance.now() - askedAt > ONE_WISH_MS;
    if (isAgain) process.exit(exitCodes.interrupted);
    ask();
  };
  for (const signal of signals) process.on(signal, signalled);
  alone.signal.addEventListener("abort", ask);
  if (alone.signal.aborted) ask();
  try {
    return await work(interruption.signal);
  } finally {
    for (const signal of signals) process.off(signal, signalled);
    alone.signal.removeEventListener("abort", ask);
  }
}

/** Interrupts a run or a trial, also where that was asked before it was there. */
export function stopAt(signal: AbortSignal, control: Pick<RunControl, "stop">): void {
  const stop = (): void => control.stop("interrupted");
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
}
