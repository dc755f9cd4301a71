/**
 * Where the states of a minibatch are read: which views are encoded, in which shard, at which output row.
 *
 * A state is what the encoder gives after a number of tokens. Views of one session that begin at the same token share a
 * causal pass, which is read wherever a state is wanted. Six transitions of three fragments, t7 being the state after 7
 * tokens:
 *
 *        packed                             windowed, 10 tokens at most
 *     A  |-----t7---t13---t19               |-----t7
 *                                              |-------t13
 *                                                    |-------t19
 *     B  |-t3----t9                         |-t3----t9
 *     C  |----------------------t25                        |-------t25
 *
 * Long passes are placed first, each in the shard with the fewest tokens so far. The packed ones over two shards:
 *
 *                 sequences [tokens]     output rows [rows, state width]
 *     shard 0     C 25                   0: C t25
 *     shard 1     A 19, B 9              0: A t7   1: A t13   2: A t19   3: B t3   4: B t9
 *
 * All of this depends on the minibatch only, never on the number of threads.
 */
import type { StateSequence } from "../encoder/stateEncoder.ts";
import type { TokenSequence } from "../encoder/tokenSequence.ts";
import { type Views, viewSequence } from "../encoder/views.ts";
import type { Minibatch } from "./minibatches.ts";
import type { Fragment, Transition } from "./rollout.ts";

export interface Place {
  readonly shard: number;
  /** Among the shard's outputs. */
  readonly row: number;
}

export interface PlacedTransition {
  readonly transition: Transition;
  /** What its session was shown and answered. */
  readonly sequence: TokenSequence;
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

export interface PlacementOptions {
  readonly views: Views;
  /** The encoder that will read the views. */
  readonly encoder: { readonly start: number; readonly shape: { readonly feedbackWidth: number } };
  readonly shards: number;
  /** Next states are read, too. */
  readonly withNext: boolean;
  /** The served items are encoded, too, in the shard where s_t is read. */
  readonly withSlates?: boolean;
}

/** One causal pass over a fragment's session, and the token counts after which it is read. */
interface Pass {
  readonly fragment: Fragment;
  readonly reads: Set<number>;
  /** Items served at its states. */
  readonly served: number[];
}

/** The state after `tokens` tokens, read from a pass. */
interface Reading {
  readonly pass: Pass;
  readonly tokens: number;
}

export function place(minibatch: Minibatch, options: PlacementOptions): Placement {
  const passes = new Passes(options.views);
  const readings = minibatch.flatMap(({ fragment, transitions }) =>
    transitions.map((transition) => ({
      transition,
      sequence: fragment.sequence,
      state: passes.read(fragment, transition.tokens, options.withSlates ? transition.nextTokens : undefined),
      next: options.withNext && !transition.terminated ? passes.read(fragment, transition.nextTokens) : undefined,
    })),
  );
  const { sequences, placeOf } = distribute(passes.all, options);
  const transitions = readings.map(({ transition, sequence, state, next }) => ({
    transition,
    sequence,
    state: placeOf(state),
    next: next && placeOf(next),
  }));
  return { sequences, transitions };
}

/** The passes a minibatch needs. */
class Passes {
  private readonly byFragment = new Map<Fragment, Map<number, Pass>>();

  constructor(private readonly views: Views) {}

  get all(): readonly Pass[] {
    return [...this.byFragment.values()].flatMap((passes) => [...passes.values()]);
  }

  /** Reads the state of `fragment` after `tokens` tokens; what was served there ends at token `servedUntil`, if asked for. */
  read(fragment: Fragment, tokens: number, servedUntil = tokens): Reading {
    const passes = this.byFragment.get(fragment) ?? new Map<number, Pass>();
    this.byFragment.set(fragment, passes);
    // A reshaped view differs from a longer one in all its tokens, wherever both begin (section 10, `feedbackHistory`).
    const begins = this.views.reshaped ? tokens : this.views.origin(tokens);
    const pass = passes.get(begins) ?? { fragment, reads: new Set(), served: [] };
    passes.set(begins, pass);
    pass.reads.add(tokens);
    pass.served.push(...fragment.sequence.items.subarray(tokens, servedUntil));
    return { pass, tokens };
  }
}

/** Deals passes out to shards; output rows follow the order of dealing and, within a pass, that of the tokens. */
function distribute(
  passes: readonly Pass[],
  { views, encoder, shards }: PlacementOptions,
): { readonly sequences: Placement["sequences"]; readonly placeOf: (reading: Reading) => Place } {
  const dealt = Array.from({ length: shards }, () => ({ sequences: [] as StateSequence[], tokens: 0, rows: 0 }));
  const places = new Map<Pass, ReadonlyMap<number, Place>>();
  for (const { pass, last, length } of longestFirst(passes, views)) {
    const index = fewestTokens(dealt);
    const shard = dealt[index] as (typeof dealt)[number];
    const { sequence } = pass.fragment;
    const reads = [...pass.reads].sort((a, b) => a - b);
    places.set(pass, new Map(reads.map((tokens, i) => [tokens, { shard: index, row: shard.rows + i }])));
    const view = viewSequence(views, sequence, last, reads, encoder.shape.feedbackWidth, encoder.start);
    shard.sequences.push(pass.served.length === 0 ? view : { ...view, beside: Int32Array.from(pass.served) });
    shard.tokens += length;
    shard.rows += reads.length;
  }
  const placeOf = ({ pass, tokens }: Reading): Place => {
    const found = places.get(pass)?.get(tokens);
    if (found === undefined) throw new Error("a state is read that no pass computes");
    return found;
  };
  return { sequences: dealt.map(({ sequences }) => sequences), placeOf };
}

/** Passes with the token count of their last reading and their length, in tokens; equally long ones stay in order. */
function longestFirst(passes: readonly Pass[], views: Views) {
  return passes
    .map((pass) => {
      const last = Math.max(...pass.reads);
      return { pass, last, length: last - views.origin(last) };
    })
    .sort((a, b) => b.length - a.length);
}

/** The first of the shards that hold the fewest tokens. */
function fewestTokens(shards: readonly { readonly tokens: number }[]): number {
  const tokens = shards.map((shard) => shard.tokens);
  return tokens.indexOf(Math.min(...tokens));
}
