/** The tensor engine: matrix products, one optimiser step of the reference policy against TensorFlow.js, dispatch. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { StateEncoderShape, StateSequence } from "../src/engine/encoder/stateEncoder.ts";
import { RandomStream } from "../src/engine/math/random.ts";
import { TensorEngine } from "../src/engine/tensor/tensorEngine.ts";
import { ReferencePolicy } from "./referencePolicy.ts";
import { TfjsPolicy } from "./tfjsPolicy.ts";

/** One measured number. */
export interface KernelRow {
  readonly name: string;
  readonly value: number;
  readonly unit: "GFLOP/s" | "ms" | "us" | "x" | "tokens/s";
  /** What performance.md asks for, at least. */
  readonly target?: number;
}

const SHAPE: StateEncoderShape = {
  items: {
    names: ["a", "b", "c", "d", "e"],
    sizes: [2, 3, 60, 10, 8],
    values: new Int32Array(7551 * 5).map((_, i) => i % 2),
  },
  itemCount: 7551,
  users: { names: ["a", "b"], sizes: [10, 8], values: new Int32Array(1000 * 2).map((_, i) => i % 8) },
  userCount: 1000,
  feedbackTypes: 7,
  idEmbedding: 16,
  encoding: 32,
  heads: 4,
  feedForward: 64,
  layers: 3,
  positions: 256,
};

/** Milliseconds of the fastest of `repeats` calls. */
function fastest(repeats: number, call: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function sequences(count: number, length: number, outputs: readonly number[]): StateSequence[] {
  const stream = new RandomStream(1, "bench", count);
  return Array.from({ length: count }, () => ({
    user: stream.integer(SHAPE.userCount),
    items: Int32Array.from({ length }, () => stream.integer(SHAPE.itemCount)),
    feedback: Float32Array.from({ length: length * SHAPE.feedbackTypes }, () => stream.integer(2)),
    outputs,
  }));
}

function gemmRows(engine: TensorEngine): KernelRow[] {
  const { kernels: k, memory } = engine;
  const region = memory.reserve(3 * 4 * 2 ** 16);
  memory.floats(region.address, 3 * 2 ** 16).fill(0.5);
  const [a, b, c] = [region.address, region.address + 2 ** 18, region.address + 2 ** 19];
  const measured = [
    ["gemmNN 256 x 192 x 64", () => k.gemmNN(256, 192, 64, a, 64, b, 192, c, 192, 0)],
    ["gemmNT 256 x 64 x 192", () => k.gemmNT(256, 64, 192, a, 192, b, 192, c, 64, 0)],
    ["gemmTN 64 x 192 x 256", () => k.gemmTN(64, 192, 256, a, 64, b, 192, c, 192, 0)],
  ] as const;
  const flops = 2 * 256 * 192 * 64 * 100;
  return measured.map(([name, call]) => {
    const milliseconds = fastest(20, () => {
      for (let i = 0; i < 100; i++) call();
    });
    return { name, value: flops / milliseconds / 1e6, unit: "GFLOP/s", target: 30 };
  });
}

/** Time from publishing eight empty tapes to their end. */
function dispatchRow(engine: TensorEngine): KernelRow {
  const tapes = Array.from({ length: 8 }, () => engine.tape());
  for (const tape of tapes) tape.kernels.fill(1, engine.memory.reserve(4).address, 0);
  const milliseconds = fastest(20, () => {
    for (let i = 0; i < 100; i++) engine.run(tapes);
  });
  return { name: "dispatch of 8 tapes", value: milliseconds * 10, unit: "us" };
}

/** One optimiser step on `batch`, ready to be measured. */
function stepOf(policy: ReferencePolicy, batch: readonly StateSequence[]): () => void {
  return () => {
    policy.gradients(batch);
    policy.adamStep();
  };
}

/** Fastest times of calls that take turns, so that all of them meet the same machine. */
function fastestInTurn(rounds: number, calls: readonly (readonly [repeats: number, call: () => void])[]): number[] {
  const best = calls.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    calls.forEach(([repeats, call], i) => {
      best[i] = Math.min(best[i] as number, fastest(repeats, call));
    });
  }
  return best;
}

/** Every row; takes about 20 s, most of it TensorFlow.js. */
export async function kernelRows(): Promise<readonly KernelRow[]> {
  const single = await TensorEngine.create({ backend: "wasm", workers: 0 });
  const pair = await TensorEngine.create({ backend: "wasm", workers: 1 });
  try {
    const wasmFile = createRequire(import.meta.url).resolve(
      "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
    );
    setWasmPaths(`${dirname(wasmFile)}/`);
    await tf.setBackend("wasm");
    const capacity = { tokens: 800, outputs: 100, sequences: 8 };
    const [ours, shared] = [new ReferencePolicy(single, SHAPE, capacity), new ReferencePolicy(pair, SHAPE, capacity)];
    const theirs = new TfjsPolicy(tf, ours.store, SHAPE);
    const windows = sequences(64, 100, [99]);
    const sessions = sequences(
      20,
      160,
      Array.from({ length: 12 }, (_, i) => 6 * i + 93),
    );
    const [one = 0, two = 0, tfjs = 0, onePacked = 0, twoPacked = 0] = fastestInTurn(4, [
      [5, stepOf(ours, windows)],
      [5, stepOf(shared, windows)],
      [1, () => theirs.step(windows)],
      [5, stepOf(ours, sessions)],
      [5, stepOf(shared, sessions)],
    ]);
    return [
      ...gemmRows(single),
      dispatchRow(pair),
      { name: "step, 64 windows of 100, TensorFlow.js wasm", value: tfjs, unit: "ms" },
      { name: "step, 64 windows of 100, 1 thread", value: one, unit: "ms" },
      { name: "step, 64 windows of 100, 2 threads", value: two, unit: "ms" },
      { name: "against TensorFlow.js wasm, 1 thread", value: tfjs / one, unit: "x", target: 12 },
      { name: "against TensorFlow.js wasm, 2 threads", value: tfjs / two, unit: "x", target: 20 },
      { name: "step on 20 sessions of 160, 1 thread", value: 3200 / (onePacked / 1000), unit: "tokens/s" },
      { name: "step on 20 sessions of 160, 2 threads", value: 3200 / (twoPacked / 1000), unit: "tokens/s" },
    ];
  } finally {
    await single.dispose();
    await pair.dispose();
  }
}
