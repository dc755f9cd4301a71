/** Trials of the bench, by the built command line as a user would run them. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TrialResult } from "../../src/protocol/trial/result.ts";
import { node } from "../processes.ts";

export interface Bench {
  readonly root: string;
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface Served {
  readonly result: TrialResult;
  readonly visits: number;
  readonly seconds: number;
  /** Rows of llm.jsonl. */
  readonly calls: readonly Call[];
}

interface Call {
  readonly id: string;
  readonly attempts: number;
  readonly cached: boolean;
  readonly latencyMs: number;
  readonly error?: string;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly tokensCached?: number;
}

/** Iterations of the run that all serve from. */
const ITERATIONS = 20;
/** A trial whose plans are mostly the stand-in's ends with 3, and has a result all the same. */
const WITH_RESULT = [0, 3];

export async function trained({ root, folder, signal }: Bench): Promise<void> {
  const set = ["--set", `training.iterations=${ITERATIONS}`, "--set", `evaluation.every=${ITERATIONS}`];
  await node([join(root, "dist/cli.cjs"), "run", "base.lerl.json", ...set], { cwd: folder, signal });
}

/** Every visit is served, decided or not. */
export async function served(
  { root, folder, signal }: Bench,
  name: string,
  visits: number,
  contenders: readonly (object | undefined)[],
  keyVariable: string | undefined,
): Promise<Served> {
  const document = { name, base: "base.lerl.json", sessions: visits, stop: false, contenders };
  await writeFile(join(folder, `${name}.trial.json`), JSON.stringify(document));
  const key = keyVariable === undefined ? [] : ["--allow-key", `${keyVariable}=${originOf(contenders)}`];
  const start = performance.now();
  const words = ["trial", `${name}.trial.json`, "--format", "json", ...key];
  const out = await node([join(root, "dist/cli.cjs"), ...words], { cwd: folder, signal, codes: WITH_RESULT });
  const seconds = (performance.now() - start) / 1000;
  const told = JSON.parse(out) as TrialResult & { readonly folder: string };
  const rows = await readFile(join(folder, told.folder, "llm.jsonl"), "utf8").catch(() => "");
  const calls = rows
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Call);
  return { result: told, visits, seconds, calls };
}

const originOf = (contenders: readonly (object | undefined)[]): string => {
  const [address] = contenders.flatMap((one) => (one && "baseUrl" in one ? [String(one.baseUrl)] : []));
  return new URL(address ?? "http://127.0.0.1").origin;
};
