/** Child processes of a benchmark: what they print, and one clear error where they fail. */
import { spawn } from "node:child_process";
import { LerlError } from "../src/engine/errors.ts";

export interface ProcessOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is ended. */
  readonly timeout?: number;
  /** Exit codes that tell of a result; 0 without. */
  readonly codes?: readonly number[];
}

/** Lines that an error repeats. */
const LINES = 6;

/**
 * Runs a program to its end; what it printed.
 * @throws LerlError `bench.process-failed` with its own words
 */
export async function output(
  program: string,
  args: readonly string[],
  { cwd, signal, env, timeout, codes = [0] }: ProcessOptions,
): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    ...(timeout !== undefined && { timeout }),
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = await new Promise<string | undefined>((resolve) => {
    child.on("error", ({ message }) => {
      // One that runs and was told to end is still writing: its "close" comes.
      if (child.pid === undefined) resolve(message);
    });
    child.on("close", (code, killedBy) =>
      resolve(codes.includes(code ?? -1) ? undefined : `it ended with ${code ?? killedBy}`),
    );
  });
  signal.throwIfAborted();
  if (ended === undefined) return out;
  throw new LerlError("bench.process-failed", causeIn(err || out) || ended);
}

/** Where an error is first spoken of, else the last words: a stack or a summary follows the cause, warnings come before it. */
function causeIn(text: string): string {
  const lines = text.trim().split("\n");
  const first = lines.findIndex((line) => /\berror\b/i.test(line));
  return (first < 0 ? lines.slice(-LINES) : lines.slice(first, first + LINES)).join("\n").trim();
}

/** Node, on a script. */
export const node = (args: readonly string[], options: ProcessOptions): Promise<string> =>
  output(process.execPath, args, options);
