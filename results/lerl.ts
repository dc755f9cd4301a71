/** Commands of `lerl`, run as a person would run them from the project's folder. */
import { spawn } from "node:child_process";
import { LerlError } from "../src/engine/errors.ts";
import { exitCodes } from "../src/engine/exitCodes.ts";
import { shellWord } from "../src/engine/shellWord.ts";

export interface Shell {
  /** The project's folder, which holds `.lerl`. */
  readonly root: string;
  /** The built command line. */
  readonly cli: string;
  readonly signal: AbortSignal;
}

/** Somebody stopped it; what is done is kept. */
export class Interrupted extends Error {}

/** What becomes of a command's standard output: nothing, shown as progress is, or handed back. */
type Output = "ignore" | "show" | "read";

/**
 * What it says on standard error passes through: progress, time left, errors.
 * @throws Interrupted; LerlError `results.command-failed`
 */
export async function lerl(words: readonly string[], { root, cli, signal }: Shell, output: Output): Promise<string> {
  if (signal.aborted) throw new Interrupted();
  const out = { ignore: "ignore", show: 2, read: "pipe" } as const;
  // By the channel it is told to end, on every system, and hears when this process is killed.
  const child = spawn(process.execPath, [cli, ...words], { cwd: root, stdio: ["ignore", out[output], 2, "ipc"] });
  const interrupt = (): void => void (child.connected && child.send("interrupt", () => undefined));
  signal.addEventListener("abort", interrupt, { once: true });
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (exit, killedBy) => resolve(exit ?? killedBy ?? "no exit code"));
  });
  signal.removeEventListener("abort", interrupt);
  if (code === exitCodes.done) return printed;
  if (signal.aborted || code === exitCodes.interrupted) throw new Interrupted();
  throw new LerlError("results.command-failed", `${commandLine(words)} ended with ${code}; what it said stands above.`);
}

/** As it is typed. */
export const commandLine = (words: readonly string[]): string => ["lerl", ...words.map(shown)].join(" ");

/** A placeholder is for people, who see where a value of their own belongs. */
const shown = (word: string): string => (/^[\w.=-]*<[\w-]+>$/.test(word) ? word : shellWord(word));
