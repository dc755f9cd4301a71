/** The reflection pool: what the planner may learn from finished sessions (docs/method.md, section 2). */
import * as z from "zod";
import type { ReflectionChange } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { meritOf, type Reflection, reflectionSchema, type ShownReflection } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { exp } from "../math/elementary.ts";
import { type RandomStream, streamStateSchema } from "../math/random.ts";
import { expectationStateSchema, SessionExpectation } from "./sessionExpectation.ts";

export type PoolConfig = Experiment["reflections"];

/** What a new reflection brings along; the pool adds the rest. */
export type NewReflection = Pick<
  Reflection,
  "text" | "score" | "expected" | "episode" | "iteration" | "source" | "promptHash" | "user" | "visit"
>;

/** What a planner is shown of a reflection. */
export const shownOf = ({ id, text, score, expected }: Reflection): ShownReflection => ({
  id,
  text,
  score,
  ...(expected !== undefined && { expected }),
});

/** What a person does to a reflection. */
export type PoolChange = { readonly action: "delete" } | PoolAmendment;
type PoolAmendment =
  | { readonly action: "pin" | "unpin" | "mute" | "unmute" }
  | { readonly action: "rate"; readonly rating: -1 | 0 | 1 }
  | { readonly action: "edit"; readonly text: string };

/** Plain JSON for the checkpoint; `reflections` is what reflections.json holds. */
export const poolStateSchema = z
  .strictObject({
    reflections: z.array(reflectionSchema).readonly(),
    nextId: z.int(),
    random: streamStateSchema,
    /** Absent in checkpoints of runs that did not know what a user is expected to give. */
    expectation: expectationStateSchema.exactOptional(),
  })
  .readonly();
export type PoolState = z.output<typeof poolStateSchema>;

/**
 * First in, first out, up to `capacity`; a pinned reflection leaves only when all are pinned. Sampling shows the pinned
 * ones first (the newest, if there are more than asked for) and never a muted one; the rest are drawn without
 * replacement with P(u) = exp(alpha S_u) / sum_v exp(alpha S_v). S is the session's score, less what its user was
 * expected to give where that is known. A person's rating counts like one unit of reward: the S of a reflection
 * rated up is higher by 1, rated down lower by 1. With `sampling: "uniform"`, and with `shuffle`, S is ignored.
 */
export class ReflectionPool {
  /** May be replaced between steps. A smaller capacity takes effect at once. */
  private current: PoolConfig;
  private entries: Reflection[] = [];
  private nextId = 1;
  /** exp(alpha S) by entry; undefined after a change. */
  private knownWeights: Float64Array | undefined;
  /** Of the sessions' scores; kept with the pool. */
  readonly expectation = new SessionExpectation();

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
    const { text, score, expected, episode, iteration, source, promptHash, user, visit } = written;
    // In the schema's order, so that one that was read back writes the same bytes.
    const reflection: Reflection = {
      id: `r${this.nextId++}`,
      text,
      score,
      ...(expected !== undefined && { expected }),
      episode,
      iteration,
      source,
      ...(promptHash !== undefined && { promptHash }),
      ...(user !== undefined && { user }),
      ...(visit !== undefined && { visit }),
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
  sample(): readonly ShownReflection[] {
    const { k } = this.current;
    const chosen = this.pinnedFirst();
    while (chosen.size < k) {
      const next = draw(this.weightsBeside(chosen), this.random);
      if (next === undefined) break;
      chosen.add(next);
    }
    return this.show(chosen);
  }

  /**
   * Up to `k` reflections on the most similar users, the pinned ones first; of equally similar ones the newest. Draws no
   * random number.
   *
   * @param likeness of the user of a reflection to the one who is planned for
   */
  nearest(likeness: (user: string) => number): readonly ShownReflection[] {
    const chosen = this.pinnedFirst();
    const others = this.entries
      .map(({ muted, user }, i) => ({ i, muted, likeness: user === undefined ? 0 : likeness(user) }))
      .filter(({ i, muted }) => !muted && !chosen.has(i))
      .sort((a, b) => b.likeness - a.likeness || b.i - a.i);
    for (const { i } of others.slice(0, Math.max(0, this.current.k - chosen.size))) chosen.add(i);
    return this.show(chosen);
  }

  /** The newest `k` of the pinned reflections that are not muted; counts them as sampled. */
  pinned(): readonly ShownReflection[] {
    return this.show(this.pinnedFirst());
  }

  /**
   * Each reflection's probability of the next place in a sample, by id: what the trees show. While pinned reflections
   * fill a sample's first places, the others' are their probabilities at the first place left; a pinned one's is 1 if
   * it is sure to be shown, and a muted one's is 0. By similarity all of them are as probable: whose lessons are shown
   * depends on the user. Where counts are shown, none of the others is.
   */
  probabilities(): ReadonlyMap<string, number> {
    const { k, show } = this.current;
    const pinned = [...this.entries.keys()].filter((i) => this.entries[i]?.pinned && !this.entries[i]?.muted);
    const shown = new Set(pinned.slice(Math.max(0, pinned.length - k)));
    const weights = this.weightsBeside(shown);
    const total = k > shown.size && show === "lessons" ? totalOf(weights) : 0;
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
    return {
      reflections: [...this.entries],
      nextId: this.nextId,
      random: this.random.state(),
      expectation: this.expectation.state(),
    };
  }

  restore(state: PoolState): void {
    this.entries = [...state.reflections];
    this.nextId = state.nextId;
    this.random.restore(state.random);
    if (state.expectation) this.expectation.restore(state.expectation);
    this.settle();
  }

  private pinnedFirst(): Set<number> {
    const chosen = new Set<number>();
    for (let i = this.entries.length - 1; i >= 0 && chosen.size < this.current.k; i--) {
      const { pinned, muted } = this.entries[i] as Reflection;
      if (pinned && !muted) chosen.add(i);
    }
    return chosen;
  }

  private show(chosen: ReadonlySet<number>): readonly ShownReflection[] {
    return [...chosen].map((i) => {
      const entry = this.entries[i] as Reflection;
      this.entries[i] = { ...entry, timesSampled: entry.timesSampled + 1 };
      return shownOf(entry);
    });
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
    const left = this.knownWeights.slice();
    for (const i of chosen) left[i] = 0;
    return totalOf(left) > 0 ? left : this.weights(chosen);
  }

  /** exp(alpha S), the highest S left subtracted so that nothing overflows; 0 for the muted and the chosen. */
  private weights(chosen: ReadonlySet<number>): Float64Array {
    const { alpha, shuffle, sampling } = this.current;
    const ignored = shuffle || sampling !== "score";
    const merits = this.entries.map((entry, i) => {
      if (entry.muted || chosen.has(i)) return Number.NEGATIVE_INFINITY;
      return ignored ? 0 : alpha * (meritOf(entry) + entry.rating);
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

function totalOf(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}

/** An index with probability proportional to its weight; undefined when none has any. */
function draw(weights: Float64Array, random: RandomStream): number | undefined {
  const total = totalOf(weights);
  if (total === 0) return undefined;
  let left = random.uniform() * total;
  let last: number | undefined;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
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
