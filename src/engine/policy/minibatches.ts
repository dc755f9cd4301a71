/** How an epoch cuts a rollout into gradient steps (docs/method.md, section 6; section 10, `updateSamples`). */
import type { RandomStream } from "../math/random.ts";
import type { Fragment, Transition } from "./rollout.ts";
import type { UpdateRule } from "./updateRule.ts";

/** The transitions of one fragment that one gradient step learns from. */
export interface Sample {
  readonly fragment: Fragment;
  readonly transitions: readonly Transition[];
}

export type Minibatch = readonly Sample[];

/** The authors' updates take this many contiguous blocks and never reach the rest. */
const BLOCKS = 3;

/**
 * One epoch's gradient steps.
 *
 * @param whole keep the transitions of a fragment together: one causal pass then serves all of them
 */
export function minibatches(
  fragments: readonly Fragment[],
  { samples, minibatch }: Pick<UpdateRule, "samples" | "minibatch">,
  whole: boolean,
  random: RandomStream,
): Minibatch[] {
  if (samples === "three-blocks") return contiguousBlocks(fragments, minibatch);
  return whole ? wholeFragments(fragments, minibatch, random) : shuffledTransitions(fragments, minibatch, random);
}

/** Shuffled fragments in steps of about `size` transitions; the number of steps is that of an exact cut. */
function wholeFragments(fragments: readonly Fragment[], size: number, random: RandomStream): Minibatch[] {
  const shuffled: Sample[] = fragments.map((fragment) => ({ fragment, transitions: fragment.transitions }));
  random.shuffle(shuffled);
  const total = shuffled.reduce((sum, { transitions }) => sum + transitions.length, 0);
  const steps = Math.max(1, Math.min(shuffled.length, Math.round(total / size)));
  const batches: Sample[][] = Array.from({ length: steps }, () => []);
  let before = 0;
  for (const sample of shuffled) {
    // A fragment belongs to the step its middle falls into.
    const middle = before + sample.transitions.length / 2;
    batches[Math.min(steps - 1, Math.floor((middle * steps) / total))]?.push(sample);
    before += sample.transitions.length;
  }
  return batches.filter((batch) => batch.length > 0);
}

function shuffledTransitions(fragments: readonly Fragment[], size: number, random: RandomStream): Minibatch[] {
  const shuffled = fragments.flatMap((fragment) =>
    fragment.transitions.map((transition): Sample => ({ fragment, transitions: [transition] })),
  );
  random.shuffle(shuffled);
  const batches: Minibatch[] = [];
  for (let start = 0; start < shuffled.length; start += size) batches.push(shuffled.slice(start, start + size));
  return batches;
}

/** The first three blocks of `size` transitions in the order of acting; the rest is never used. */
function contiguousBlocks(fragments: readonly Fragment[], size: number): Minibatch[] {
  const blocks: Minibatch[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const within = ({ order }: Transition) => order >= block * size && order < (block + 1) * size;
    const batch = fragments
      .map((fragment) => ({ fragment, transitions: fragment.transitions.filter(within) }))
      .filter(({ transitions }) => transitions.length > 0);
    if (batch.length > 0) blocks.push(batch);
  }
  return blocks;
}
