/** The reflection pool: what the planner may learn from finished sessions (docs/method.md, section 2). */
import * as z from "zod";
import type { ReflectionChange } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { type Reflection, reflectionSchema } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { exp } from "../math/elementary.ts";
import { type RandomStream, streamStateSchema } from "../math/random.ts";

export type PoolConfig = Experiment["reflections"];

/** What a new reflection brings along; the pool adds the rest. */
export type NewReflection = Pick<Reflection, "text" | "score" | "episode" | "iteration" | "source" | "promptHash">;

/** What a person does to a reflection. */
export type PoolChange = { readonly action: "delete" } | PoolAmendment;
type PoolAmendment =
  | { readonly action: "pin" | "unpin" | "mute" | "unmute" }
  | { readonly action: "rate"; readonly rating: -1 | 0 | 1 }
  | { readonly action: "edit"; readonly text: string };

/** Plain JSON for the checkpoint; `reflections` is what reflections.json holds. */
export const poolStateSchema = z
  .strictObject({ reflections: z.array(reflectionSchema).readonly(), nextId: z.int(), random: streamStateSchema })
  .readonly();
export type PoolState = z.output<typeof poolStateSchema>;

/**
 * First in, first out, up to `capacity`; a pinned reflection leaves only when all are pinned. Sampling shows the pinned
 * ones first (the newest, if there are more than asked for) and never a muted one; the rest are drawn without
 * replacement with P(u) = exp(alpha S_u) / sum_v exp(alpha S_v). A person's rating counts like one unit of reward: the
 * S of a reflection rated up is its score + 1, rated down its score - 1. With `shuffle` scores and ratings are ignored.
 */
export class ReflectionPool {
  /** May be replaced between steps. A smaller capacity takes effect at once. */
  private current: PoolConfig;
  private entries: Reflection[] = [];
  private nextId = 1;
  /** exp(alpha S) by entry; undefined after a change. */
  private knownWeights: Float64Array | undefined;

  constructor(
    config: PoolConfig,
    private readonly random: RandomStream,
  ) {
    this.current = config;
  }

  get config(): PoolConfig {
    return this.current;
  }

  set config(config: PoolConfig) {
    this.current = config;
    this.settle();
  }

  /** Oldest first. */
  get reflections(): readonly Reflection[] {
    return this.entries;
  }

  get size(): number {
    return this.entries.length;
  }

  /** Mean score; 0 when empty. */
  get meanScore(): number {
    if (this.entries.length === 0) return 0;
    return this.entries.reduce((sum, { score }) => sum + score, 0) / this.entries.length;
  }

  /** Takes a reflection in; one without text is not taken. */
  add(written: NewReflection): Reflection | undefined {
    if (written.text.trim() === "") return undefined;
    const { text, score, episode, iteration, source, promptHash } = written;
    // In the schema's order, so that one that was read back writes the same bytes.
    const reflection: Reflection = {
      id: `r${this.nextId++}`,
      text,
      score,
      episode,
      iteration,
      source,
      ...(promptHash !== undefined && { promptHash }),
      pinned: false,
      muted: false,
      rating: 0,
      timesSampled: 0,
      edited: false,
    };
    this.entries.push(reflection);
    this.settle();
    return reflection;
  }

  /** Up to `k` different reflections for one plan; counts them as sampled. An empty pool draws no random number. */
  sample(): readonly Reflection[] {
    const { k } = this.current;
    const chosen = new Set<number>();
    for (let i = this.entries.length - 1; i >= 0 && chosen.size < k; i--) {
      const { pinned, muted } = this.entries[i] as Reflection;
      if (pinned && !muted) chosen.add(i);
    }
    while (chosen.size < k) {
      const next = draw(this.weightsBeside(chosen), chosen, this.random);
      if (next === undefined) break;
      chosen.add(next);
    }
    return [...chosen].map((i) => {
      const entry = this.entries[i] as Reflection;
      const sampled = { ...entry, timesSampled: entry.timesSampled + 1 };
      this.entries[i] = sampled;
      return sampled;
    });
  }

  /**
   * Each reflection's probability of the next place in a sample, by id: what the trees show. While pinned reflections
   * fill a sample's first places, the others' are their probabilities at the first place left; a pinned one's is 1 if
   * it is sure to be shown, and a muted one's is 0.
   */
  probabilities(): ReadonlyMap<string, number> {
    const { k } = this.current;
    const pinned = [...this.entries.keys()].filter((i) => this.entries[i]?.pinned && !this.entries[i]?.muted);
    const shown = new Set(pinned.slice(Math.max(0, pinned.length - k)));
    const weights = this.weightsBeside(shown);
    const total = k > shown.size ? totalBeside(weights, shown) : 0;
    return new Map(
      this.entries.map(({ id }, i) => {
        if (shown.has(i)) return [id, 1];
        return [id, total > 0 ? (weights[i] as number) / total : 0];
      }),
    );
  }

  /** Returns the reflection after the change (as it was, for a deletion); undefined: there is none with this id. */
  change(id: string, change: PoolChange): Reflection | undefined {
    const at = this.entries.findIndex((entry) => entry.id === id);
    const entry = this.entries[at];
    if (!entry) return undefined;
    const changed = change.action === "delete" ? entry : { ...entry, ...amendedFields(change) };
    if (change.action === "delete") this.entries.splice(at, 1);
    else this.entries[at] = changed;
    this.settle();
    return changed;
  }

  state(): PoolState {
    return { reflections: [...this.entries], nextId: this.nextId, random: this.random.state() };
  }

  restore(state: PoolState): void {
    this.entries = [...state.reflections];
    this.nextId = state.nextId;
    this.random.restore(state.random);
    this.settle();
  }

  /** After every change: lets the oldest go and forgets the weights. */
  private settle(): void {
    this.knownWeights = undefined;
    while (this.entries.length > this.current.capacity) {
      const oldest = this.entries.findIndex((entry) => !entry.pinned);
      this.entries.splice(Math.max(0, oldest), 1);
    }
  }

  /** Weights of the reflections not chosen yet. Where all of them vanish beside a chosen one, they are taken anew. */
  private weightsBeside(chosen: ReadonlySet<number>): Float64Array {
    this.knownWeights ??= this.weights(new Set());
    return totalBeside(this.knownWeights, chosen) > 0 ? this.knownWeights : this.weights(chosen);
  }

  /** exp(alpha S), the highest S left subtracted so that nothing overflows; 0 for the muted and the chosen. */
  private weights(chosen: ReadonlySet<number>): Float64Array {
    const { alpha, shuffle } = this.current;
    const merits = this.entries.map(({ score, rating, muted }, i) => {
      if (muted || chosen.has(i)) return Number.NEGATIVE_INFINITY;
      return shuffle ? 0 : alpha * (score + rating);
    });
    const best = Math.max(...merits);
    return Float64Array.from(merits, (merit) => (merit === Number.NEGATIVE_INFINITY ? 0 : exp(merit - best)));
  }
}

function amendedFields(change: PoolAmendment): Partial<Reflection> {
  switch (change.action) {
    case "pin":
      return { pinned: true };
    case "unpin":
      return { pinned: false };
    case "mute":
      return { muted: true };
    case "unmute":
      return { muted: false };
    case "rate":
      return { rating: change.rating };
    case "edit":
      return { text: change.text, edited: true };
  }
}

function totalBeside(weights: Float64Array, chosen: ReadonlySet<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) if (!chosen.has(i)) total += weights[i] as number;
  return total;
}

/** An index not yet chosen, with probability proportional to its weight; undefined when none has any. */
function draw(weights: Float64Array, chosen: ReadonlySet<number>, random: RandomStream): number | undefined {
  const total = totalBeside(weights, chosen);
  if (total === 0) return undefined;
  let left = random.uniform() * total;
  let last: number | undefined;
  for (let i = 0; i < weights.length; i++) {
    if (chosen.has(i) || weights[i] === 0) continue;
    last = i;
    left -= weights[i] as number;
    if (left < 0) return i;
  }
  return last;
}

/**
 * A change as the contract words it.
 * @throws InputError for an edit that leaves no text
 */
export function poolChange({ action, text, rating }: Pick<ReflectionChange, "action" | "text" | "rating">): PoolChange {
  switch (action) {
    case "edit": {
      if (text?.trim()) return { action, text };
      throw new InputError("reflections.empty", "A reflection cannot be empty; delete it instead.");
    }
    case "rate":
      return { action, rating: Math.sign(rating ?? 0) as -1 | 0 | 1 };
    default:
      return { action };
  }
}
