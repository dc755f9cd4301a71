/** Where the states of a minibatch are read: which views are encoded, in which shard, at which output row. */
import type { StateSequence } from "../encoder/stateEncoder.ts";
import { type Views, viewSequence } from "../encoder/views.ts";
import type { Minibatch } from "./minibatches.ts";
import type { Fragment, Transition } from "./rollout.ts";

export interface Place {
  readonly shard: number;
  readonly row: number;
}

export interface PlacedTransition {
  readonly transition: Transition;
  /** Where s_t is read. */
  readonly state: Place;
  /** Where s_t+1 is read; undefined after the user left, or where nobody asks for it. */
  readonly next: Place | undefined;
}

export interface Placement {
  /** By shard; a shard may have nothing to do. */
  readonly sequences: readonly (readonly StateSequence[])[];
  readonly transitions: readonly PlacedTransition[];
}

/** One causal pass: a view of a fragment's session and the token counts after which its state is read. */
interface Pass {
  readonly fragment: Fragment;
  readonly reads: Set<number>;
}

/**
 * Lays a minibatch out over `shards`. Views with one origin share a pass. Long passes are placed first, each in the
 * shard with the fewest tokens so far, which depends on the minibatch only.
 */
export function place(
  minibatch: Minibatch,
  views: Views,
  encoder: { readonly feedbackTypes: number; readonly start: number },
  shards: number,
  withNext: boolean,
): Placement {
  const passes = new Map<Fragment, Map<number, Pass>>();
  const passOf = (fragment: Fragment, tokens: number): Pass => {
    const ofFragment = passes.get(fragment) ?? new Map<number, Pass>();
    passes.set(fragment, ofFragment);
    const key = views.reshaped ? tokens : views.origin(tokens);
    const pass = ofFragment.get(key) ?? { fragment, reads: new Set() };
    ofFragment.set(key, pass);
    pass.reads.add(tokens);
    return pass;
  };
  const read = minibatch.flatMap(({ fragment, transitions }) =>
    transitions.map((transition) => ({
      transition,
      state: { pass: passOf(fragment, transition.tokens), tokens: transition.tokens },
      next:
        withNext && !transition.terminated
          ? { pass: passOf(fragment, transition.nextTokens), tokens: transition.nextTokens }
          : undefined,
    })),
  );

  const places = new Map<Pass, Map<number, Place>>();
  const sequences = Array.from({ length: shards }, (): StateSequence[] => []);
  const load = new Array<number>(shards).fill(0);
  const rows = new Array<number>(shards).fill(0);
  const sized = [...passes.values()].flatMap((ofFragment) =>
    [...ofFragment.values()].map((pass) => ({ pass, tokens: Math.max(...pass.reads) })),
  );
  const length = ({ tokens }: { readonly tokens: number }) => tokens - views.origin(tokens);
  sized.sort((a, b) => length(b) - length(a));
  for (const job of sized) {
    const shard = load.indexOf(Math.min(...load));
    const { fragment } = job.pass;
    const reads = [...job.pass.reads].sort((a, b) => a - b);
    const { feedbackTypes, start } = encoder;
    sequences[shard]?.push(viewSequence(views, fragment.sequence, job.tokens, reads, feedbackTypes, start));
    const first = rows[shard] as number;
    places.set(job.pass, new Map(reads.map((tokens, i) => [tokens, { shard, row: first + i }])));
    rows[shard] = first + reads.length;
    load[shard] = (load[shard] as number) + length(job);
  }
  const placeOf = ({ pass, tokens }: { readonly pass: Pass; readonly tokens: number }): Place => {
    const found = places.get(pass)?.get(tokens);
    if (found === undefined) throw new Error("a state is read that no pass computes");
    return found;
  };
  const transitions = read.map(({ transition, state, next }) => ({
    transition,
    state: placeOf(state),
    next: next && placeOf(next),
  }));
  return { sequences, transitions };
}
