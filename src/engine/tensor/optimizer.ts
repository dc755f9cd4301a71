/** Adam with a global gradient clip, over a network's flat parameter buffer, cut into fixed ranges for all threads. */
import type { Address, Kernels } from "./kernels.ts";
import type { Region } from "./memory.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";
import type { Tape } from "./tape.ts";
import type { TensorEngine } from "./tensorEngine.ts";

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest global gradient norm; Infinity for none. */
  readonly clipNorm: number;
}

/** Floats per range: one thread's share of a step. */
const RANGE = 16_384;

interface Range {
  readonly group: string;
  readonly kind: Parameter["kind"];
  /** In floats from the start of the flat buffer. */
  readonly offset: number;
  readonly length: number;
}

/** Ranges of one group and kind each, none longer than RANGE; they depend on the layout only. */
function rangesOf(store: ParameterStore): readonly Range[] {
  const runs: { group: string; kind: Parameter["kind"]; offset: number; end: number }[] = [];
  for (const { group, kind, offset, length } of store.layout.parameters) {
    const run = runs.at(-1);
    if (run?.group === group && run.kind === kind) run.end = offset + length;
    else runs.push({ group, kind, offset, end: offset + length });
  }
  return runs.flatMap(({ group, kind, offset, end }) =>
    Array.from({ length: Math.ceil((end - offset) / RANGE) }, (_, i) => {
      const start = offset + i * RANGE;
      return { group, kind, offset: start, length: Math.min(RANGE, end - start) };
    }),
  );
}

export class Adam {
  /** Steps taken: the t of the bias correction. */
  steps = 0;
  private readonly ranges: readonly Range[];
  private readonly tapes: readonly Tape[];
  private readonly partials: Region;

  constructor(
    private readonly engine: TensorEngine,
    private readonly store: ParameterStore,
    private readonly options: AdamOptions,
  ) {
    this.ranges = rangesOf(store);
    this.tapes = this.ranges.map(() => engine.tape());
    this.partials = engine.memory.reserve(this.ranges.length * 8);
  }

  /**
   * Sums the shards' dense gradients in shard order, clips by the global norm and takes one step. All gradients are zero
   * afterwards.
   * @param rates learning rate of each parameter group; a group without one rests
   * @param scatters tapes that add the shards' table gradients to `store.gradient`, each to rows of its own
   * @returns the global gradient norm before clipping
   */
  step(rates: Readonly<Record<string, number>>, scatters: readonly Tape[] = []): number {
    const { engine, store } = this;
    const dense = this.ranges.filter(({ kind }) => kind === "dense");
    engine.run([...this.record(dense, (k, range) => this.sum(k, range)), ...scatters]);
    engine.run(
      this.record(this.ranges, (k, { offset, length }, i) =>
        k.sumSquares(length, store.gradient + offset * 4, this.partials.address + i * 8),
      ),
    );
    let squares = 0;
    for (const partial of engine.memory.doubles(this.partials.address, this.ranges.length)) squares += partial;
    const norm = Math.sqrt(squares);
    this.update(rates, norm > this.options.clipNorm ? this.options.clipNorm / norm : 1);
    return norm;
  }

  /** Begins anew, without moments. */
  restart(): void {
    this.steps = 0;
    for (const moment of this.store.moments) moment.fill(0);
  }

  dispose(): void {
    for (const tape of this.tapes) tape.dispose();
    this.partials.release();
  }

  private update(rates: Readonly<Record<string, number>>, gradScale: number): void {
    const { weights, gradient, moment1, moment2 } = this.store;
    const { beta1, beta2, epsilon } = this.options;
    this.steps += 1;
    const correction1 = 1 / (1 - power(beta1, this.steps));
    const correction2 = 1 / (1 - power(beta2, this.steps));
    const record = (k: Kernels, { group, offset, length }: Range) => {
      const at = (buffer: Address) => buffer + offset * 4;
      const rate = rates[group];
      if (rate === undefined) {
        k.fill(length, at(gradient), 0);
        return;
      }
      k.adam(
        length,
        at(weights),
        at(gradient),
        at(moment1),
        at(moment2),
        gradScale,
        rate,
        beta1,
        beta2,
        epsilon,
        correction1,
        correction2,
      );
    };
    this.engine.run(this.record(this.ranges, record));
  }

  /** Sums a dense range over the shards and clears what it read. */
  private sum(k: Kernels, { offset, length }: Range): void {
    const { store } = this;
    const { denseLength } = store.layout;
    k.sumShards(length, store.shards, store.shardGradient(0) + offset * 4, denseLength, store.gradient + offset * 4);
    for (let s = 0; s < store.shards; s++) k.fill(length, store.shardGradient(s) + offset * 4, 0);
  }

  private record(ranges: readonly Range[], call: (k: Kernels, range: Range, index: number) => void): readonly Tape[] {
    return ranges.map((range, i) => {
      const tape = this.tapes[i] as Tape;
      tape.clear();
      call(tape.kernels, range, i);
      return tape;
    });
  }
}

/** base^n by multiplication, the same on every machine. */
function power(base: number, n: number): number {
  let result = 1;
  for (let square = base, rest = n; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}
