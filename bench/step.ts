/** One optimiser step of the reference policy, ours and TensorFlow.js', and what it takes to call the threads. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { StateEncoderShape, StateSequence } from "../src/engine/encoder/stateEncoder.ts";
import { RandomStream } from "../src/engine/math/random.ts";
import { TensorEngine } from "../src/engine/tensor/tensorEngine.ts";
import type { Figure } from "./figure.ts";
import { ReferencePolicy } from "./referencePolicy.ts";
import { TfjsPolicy } from "./tfjsPolicy.ts";

const SHAPE: StateEncoderShape = {
  items: {
    names: ["a", "b", "c", "d", "e"],
    sizes: [2, 3, 60, 10, 8],
    values: new Int32Array(7551 * 5).map((_, i) => i % 2),
  },
  itemCount: 7551,
  users: { names: ["a", "b"], sizes: [10, 8], values: new Int32Array(1000 * 2).map((_, i) => i % 8) },
  userCount: 1000,
  feedbackWidth: 7,
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
    feedback: Float32Array.from({ length: length * SHAPE.feedbackWidth }, () => stream.integer(2)),
    outputs,
  }));
}

/** Time from publishing eight empty tapes to their end. */
function dispatchRow(engine: TensorEngine): Figure {
  const tapes = Array.from({ length: 8 }, () => engine.tape());
  for (const tape of tapes) tape.kernels.fill(1, engine.memory.reserve(4).address, 0);
  const milliseconds = fastest(20, () => {
    for (let i = 0; i < 100; i++) engine.run(tapes);
  });
  return { name: "dispatch of 8 tapes", value: milliseconds * 10, unit: "us", lessIsBetter: true };
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

/** Every figure; takes about 20 s, most of it TensorFlow.js. */
export async function stepFigures(): Promise<readonly Figure[]> {
  // Loaded where it is needed: it takes a second.
  const tf = await import("@tensorflow/tfjs");
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
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
      dispatchRow(pair),
      { name: "step, 64 windows of 100, TensorFlow.js wasm", value: tfjs, unit: "ms", lessIsBetter: true },
      { name: "step, 64 windows of 100, 1 thread", value: one, unit: "ms", lessIsBetter: true },
      { name: "step, 64 windows of 100, 2 threads", value: two, unit: "ms", lessIsBetter: true },
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
