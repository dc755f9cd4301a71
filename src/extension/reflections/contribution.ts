/** What the pool would contribute to a prompt now: the newest run of an experiment that names it. */
import type { Uri } from "vscode";
import type { PooledReflection } from "../../protocol/engine.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { promptInUse } from "../experiments/promptUses.ts";
import { likeliest } from "./arrangement.ts";
import type { ReflectionPools } from "./pools.ts";
import type { ReflectionsServices } from "./services.ts";

export interface Contribution {
  readonly run: RunRecord;
  /** The whole pool, oldest first. */
  readonly pool: readonly PooledReflection[];
  /** The k likeliest, the best outcome first as the prompt lists them. */
  readonly next: readonly PooledReflection[];
}

/** Undefined where no run has a pool for this prompt. */
export async function contributionTo(
  services: Pick<ReflectionsServices, "files" | "runs">,
  pools: ReflectionPools,
  prompt: Uri,
): Promise<Contribution | undefined> {
  const { run } = await promptInUse(services, prompt);
  if (!run) return undefined;
  const pool = await pools.of(run.id);
  const { k } = run.experiment.reflections;
  return { run, pool, next: likeliest(pool, k) };
}
