/** The whole engine through its command line: user steps a second, CPU time, memory; a user model from the data on. */
import { existsSync } from "node:fs";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Figure } from "./figure.ts";
import { curvesOf, lerl } from "./lerl.ts";
import type { Side } from "./side.ts";
import { KUAIRAND_PART, runArguments, SYNTHETIC, type Workload } from "./workloads.ts";

/** One run of a workload. */
export async function engineFigures(
  root: string,
  side: Side,
  workload: Workload,
  signal: AbortSignal,
): Promise<readonly Figure[]> {
  const run = await lerl(side, runArguments(root, workload), signal);
  const { target } = workload;
  return [
    {
      name: "training",
      value: Number(run.summary.userStepsPerSecond),
      unit: "user steps/s",
      check: curvesOf(run),
      ...(target !== undefined && { target }),
    },
    { name: "whole process, start included", value: run.cpuSeconds, unit: "CPU s", lessIsBetter: true },
    { name: "memory", value: run.memory, unit: "MB", lessIsBetter: true },
  ];
}

/** Where trained user models and parsed data stay from one benchmark to the next; the engine knows which it can use. */
const KEPT = ".cache/bench";
const KINDS = ["cache", "models"];

/** Trains the user model and reads the data, unless that was done before, so that the runs that are measured find both. */
export async function warm(root: string, side: Side, workload: Workload, signal: AbortSignal): Promise<void> {
  const places = KINDS.map((kind) => [join(root, KEPT, kind), join(side.workspace, ".lerl", kind)] as const);
  for (const [kept, own] of places) if (existsSync(kept)) await cp(kept, own, { recursive: true });
  const once = [...workload.sets, "training.iterations=1"];
  await lerl(side, runArguments(root, { ...workload, sets: once }), signal);
  for (const [kept, own] of places) if (existsSync(own)) await cp(own, kept, { recursive: true });
}

/** An epoch of the user model on the KuaiRand part: reading the files, training, measuring its AUC. */
export async function userModelFigures(root: string, side: Side, signal: AbortSignal): Promise<readonly Figure[]> {
  const fresh = { ...side, workspace: join(side.workspace, "user-model") };
  await rm(fresh.workspace, { recursive: true, force: true });
  await mkdir(fresh.workspace, { recursive: true });
  const sets = [
    `dataset={"kind":"kuairand","path":"${join(root, KUAIRAND_PART)}"}`,
    'simulator.responseModel={"kind":"trained","epochs":1}',
  ];
  const file = join(root, SYNTHETIC);
  const run = await lerl(fresh, ["user-model", "train", file, ...sets.flatMap((set) => ["--set", set])], signal);
  const check = JSON.stringify(run.summary.auc);
  return [
    { name: "one epoch, with loading", value: run.seconds, unit: "s", lessIsBetter: true, check },
    { name: "whole process", value: run.cpuSeconds, unit: "CPU s", lessIsBetter: true },
    { name: "memory", value: run.memory, unit: "MB", lessIsBetter: true },
  ];
}
