import { RandomStream } from "../../../src/engine/math/random.ts";
import type { Address, Kernels } from "../../../src/engine/tensor/kernels.ts";
import { ParameterLayout } from "../../../src/engine/tensor/parameters.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";

export const wasm = (workers = 0): Promise<TensorEngine> => TensorEngine.create({ backend: "wasm", workers });
export const plain = (): Promise<TensorEngine> => TensorEngine.create({ backend: "plain", workers: 0 });

export function normals(count: number, ...name: (number | string)[]): Float32Array {
  const stream = new RandomStream(1, ...name);
  return Float32Array.from({ length: count }, () => stream.normal());
}

/** A float32 buffer of the engine's, filled with `values`. */
export function place(engine: TensorEngine, values: ArrayLike<number>): { address: Address; view: Float32Array } {
  const { address } = engine.memory.reserve(values.length * 4);
  const view = engine.memory.floats(address, values.length);
  view.set(values);
  return { address, view };
}

export function placeIntegers(engine: TensorEngine, values: ArrayLike<number>): Address {
  const { address } = engine.memory.reserve(values.length * 4);
  engine.memory.integers(address, values.length).set(values);
  return address;
}

/** Runs `call` on copies of the float buffers and returns them all afterwards. */
export function run(
  engine: TensorEngine,
  floats: readonly Float32Array[],
  integers: readonly ArrayLike<number>[],
  call: (k: Kernels, f: readonly Address[], i: readonly Address[]) => void,
): Float32Array[] {
  const buffers = floats.map((values) => place(engine, values));
  const indices = integers.map((values) => placeIntegers(engine, values));
  call(
    engine.kernels,
    buffers.map(({ address }) => address),
    indices,
  );
  return buffers.map(({ view }) => view.slice());
}

/** Largest |a - b| / (1 + |b|). */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const error = Math.abs((a[i] as number) - (b[i] as number)) / (1 + Math.abs(b[i] as number));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/** The parameters of a network with two dense groups, one longer than a range of work, and a table. */
export function parameterLayout(): { layout: ParameterLayout; names: string[] } {
  const none = { kind: "constant", scale: 0 } as const;
  const layout = new ParameterLayout();
  layout.table("table", "encoder", 50, none);
  layout.dense("first", "encoder", 20_011, none);
  layout.dense("second", "value", 37, none);
  return { layout, names: layout.parameters.map(({ name }) => name) };
}
