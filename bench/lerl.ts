/** The command line of a side, run as a user would run it, and what the run took. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { node } from "./processes.ts";
import type { Side } from "./side.ts";

export interface Finished {
  /** The last line of its JSON output. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly seconds: number;
  /** Of all its threads, starting and loading included. */
  readonly cpuSeconds: number;
  /** The most that was resident, MB. */
  readonly memory: number;
}

/** Loaded into the process before the command line, so that every commit is measured alike. */
const METER = `const { isMainThread } = require("node:worker_threads");
if (isMainThread) process.on("exit", () => {
  require("node:fs").writeFileSync(process.env.LERL_BENCH_METER, JSON.stringify(process.resourceUsage()));
});
`;

/** @throws LerlError `bench.process-failed` */
export async function lerl(side: Side, args: readonly string[], signal: AbortSignal): Promise<Finished> {
  const meter = join(side.workspace, "meter.cjs");
  const reading = join(side.workspace, "meter.json");
  writeFileSync(meter, METER);
  const start = performance.now();
  const out = await node(["--require", meter, join(side.dist, "cli.cjs"), ...args, "--json"], {
    cwd: side.workspace,
    signal,
    env: { LERL_BENCH_METER: reading },
  });
  const seconds = (performance.now() - start) / 1000;
  const usage = JSON.parse(readFileSync(reading, "utf8")) as NodeJS.ResourceUsage;
  return {
    summary: JSON.parse(out.trim().split("\n").at(-1) ?? "{}"),
    seconds,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    memory: usage.maxRSS / 1024,
  };
}

/** In short, the curves of a run: `metrics.jsonl` holds nothing that depends on the clock. */
export function curvesOf({ summary }: Finished): string {
  const curves = readFileSync(join(String(summary.folder), "metrics.jsonl"));
  return createHash("sha256").update(curves).digest("hex").slice(0, 16);
}
