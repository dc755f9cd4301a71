/** Runs the built command line as a user would. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly finished: Promise<Finished>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when standard output holds the text. */
  readonly printed: (text: string) => Promise<void>;
}

export function start(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [cli, ...args], { cwd, env: { ...process.env, ...env } });
  let out = "";
  let err = "";
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    out += chunk;
    for (const check of waiting) check();
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const finished = new Promise<Finished>((resolveFinished) => {
    child.on("close", (code) => resolveFinished({ code, out, err }));
  });
  return {
    finished,
    kill: (signal) => void child.kill(signal),
    printed: (text) =>
      new Promise((resolvePrinted, reject) => {
        const check = (): void => {
          if (!out.includes(text)) return;
          waiting.delete(check);
          resolvePrinted();
        };
        waiting.add(check);
        check();
        void finished.then(() => reject(new Error(`ended without printing "${text}":\n${out}\n${err}`)));
      }),
  };
}

export const lerl = (args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Finished> =>
  start(args, cwd, env).finished;

/** The objects of `--json` output. */
export const jsonLinesOf = ({ out }: Finished): Record<string, unknown>[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** A folder of its own for one test file. */
export function scratchFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "lerl-cli-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A small experiment that trains in seconds. */
export const tinyExperiment = {
  name: "Tiny",
  dataset: { kind: "synthetic", users: 60, items: 200, categories: 12 },
  simulator: { users: 4, historyLength: 20 },
  planner: { categoriesPerPlan: 4 },
  training: { iterations: 6, checkpointEvery: 2 },
  evaluation: { every: 3, sessions: 8 },
  policy: { layers: 1, hidden: [32] },
} as const;

export function writeExperiment(folder: string, experiment: unknown = tinyExperiment, name = "tiny.lerl.json"): string {
  const file = join(folder, name);
  writeFileSync(file, typeof experiment === "string" ? experiment : JSON.stringify(experiment, undefined, 2));
  return file;
}
