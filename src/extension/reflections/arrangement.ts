/** How a pool is shown: filtered, in groups, in order. */
import type { PooledReflection } from "../../protocol/engine.ts";
import type { PromptVersion } from "../../protocol/run.ts";

type Grouping = "score" | "prompt" | "episode";

export const orders = ["score", "probability", "timesSampled", "newest"] as const;
export type Order = (typeof orders)[number];

export interface Arrangement {
  readonly grouping: Grouping;
  readonly order: Order;
  /** Words that must all be in the text; empty: everything. */
  readonly filter: string;
}

export interface ReflectionGroup {
  /** Stable while the pool grows, so that a folded group stays folded. */
  readonly key: string;
  readonly label: GroupLabel;
  readonly reflections: readonly PooledReflection[];
}

export type GroupLabel =
  | { readonly kind: "score"; readonly low: number; readonly high: number }
  /** `version` counts the critic's prompts of the run from 1; absent for reflections written without a prompt. */
  | { readonly kind: "prompt"; readonly version?: number; readonly hash?: string }
  | { readonly kind: "episode"; readonly iteration: number };

/** @param prompts the run's prompt versions, oldest first */
export function arrange(
  pool: readonly PooledReflection[],
  arrangement: Arrangement,
  prompts: readonly PromptVersion[] = [],
): readonly ReflectionGroup[] {
  const shown = filtered(pool, arrangement.filter);
  const width = bandWidth(pool.map(({ score }) => score));
  const critics = prompts.filter(({ role }) => role === "critic").map(({ hash }) => hash);
  const groups = new Map<string, { label: GroupLabel; reflections: PooledReflection[] }>();
  for (const reflection of shown) {
    const label = labelOf(reflection, arrangement.grouping, width, critics);
    const key = keyOf(label);
    const group = groups.get(key) ?? { label, reflections: [] };
    group.reflections.push(reflection);
    groups.set(key, group);
  }
  return [...groups]
    .map(([key, { label, reflections }]) => ({ key, label, reflections: sorted(reflections, arrangement.order) }))
    .sort((a, b) => rank(b.label) - rank(a.label));
}

export function filtered(pool: readonly PooledReflection[], filter: string): readonly PooledReflection[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return pool;
  return pool.filter(({ text }) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** Best first; the newer goes before the older where they are equal. */
export function sorted(reflections: readonly PooledReflection[], order: Order): readonly PooledReflection[] {
  const value = (reflection: PooledReflection): number => (order === "newest" ? 0 : reflection[order]);
  return reflections
    .map((reflection, age) => ({ reflection, age }))
    .sort((a, b) => value(b.reflection) - value(a.reflection) || b.age - a.age)
    .map(({ reflection }) => reflection);
}

/** The width of score bands: 1, 2 or 5 times a power of ten, so that a pool has about six; 0.01 at least. */
export function bandWidth(scores: readonly number[]): number {
  const low = scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const rough = (high - low) / 6;
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return Math.max(0.01, ([1, 2, 5].find((step) => step * power >= rough) ?? 10) * power);
}

function labelOf(
  { score, promptHash, iteration }: PooledReflection,
  grouping: Grouping,
  width: number,
  critics: readonly string[],
): GroupLabel {
  switch (grouping) {
    case "score": {
      const band = Math.floor(score / width);
      return { kind: "score", low: band * width, high: (band + 1) * width };
    }
    case "prompt": {
      if (promptHash === undefined) return { kind: "prompt" };
      const version = critics.lastIndexOf(promptHash) + 1;
      return { kind: "prompt", hash: promptHash, ...(version > 0 && { version }) };
    }
    case "episode":
      return { kind: "episode", iteration };
  }
}

function keyOf(label: GroupLabel): string {
  switch (label.kind) {
    case "score":
      return `score ${label.low} ${label.high}`;
    case "prompt":
      return `prompt ${label.hash ?? "none"}`;
    case "episode":
      return `iteration ${label.iteration}`;
  }
}

function rank(label: GroupLabel): number {
  switch (label.kind) {
    case "score":
      return label.low;
    case "prompt":
      return label.version ?? 0;
    case "episode":
      return label.iteration;
  }
}

/** The reflections most likely to be shown to the planner next, as a prompt lists them: the best outcome first. */
export function likeliest(pool: readonly PooledReflection[], k: number): readonly PooledReflection[] {
  const next = sorted(pool, "probability").filter(({ probability }) => probability > 0);
  const outcome = ({ score, expected = 0 }: PooledReflection): number => score - expected;
  return sorted(next.slice(0, k), "newest").toSorted((a, b) => outcome(b) - outcome(a));
}
