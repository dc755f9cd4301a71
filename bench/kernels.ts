/**
 * The kernels of an update beside the matrix products (gemm) of their sizes, on one thread: GFLOP/s, and the share of what
 * gemm reaches in the same moments.
 */
import { TensorEngine } from "../src/engine/tensor/tensorEngine.ts";
import type { Figure } from "./figure.ts";
import { attention } from "./kernelCases/attention.ts";
import type { KernelCase } from "./kernelCases/case.ts";
import { layerNorm } from "./kernelCases/layerNorm.ts";
import { linear, products } from "./kernelCases/linear.ts";

/** Milliseconds that one sample takes at least, and samples of each. */
const [SAMPLE, SAMPLES] = [1.5, 40];
const TARGET = 32;

/** Every figure of one process; about 3 s. */
export async function kernelFigures(): Promise<readonly Figure[]> {
  const engine = await TensorEngine.create({ backend: "wasm", workers: 0 });
  try {
    const cases = [products, linear, attention, layerNorm].flatMap((make) => make(engine));
    return cases.flatMap((one) => figuresOf(engine, one));
  } finally {
    await engine.dispose();
  }
}

function figuresOf({ memory }: TensorEngine, { name, flops, call, results, gemm }: KernelCase): Figure[] {
  call();
  const check = results.map(([address, floats]) => fingerprint(memory.floats(address, floats))).join(" ");
  const [kernel, products] = fastestInTurn([call, gemm?.call ?? call]);
  const rate = flops / kernel / 1e6;
  const own = { name, value: rate, unit: "GFLOP/s", check };
  if (gemm === undefined) return [{ ...own, target: TARGET }];
  return [own, { name, value: rate / (gemm.flops / products / 1e6), unit: "of gemm", check }];
}

/** Milliseconds of the fastest sample of both, which take turns so that they meet the same machine. */
function fastestInTurn(calls: readonly [() => void, () => void]): [number, number] {
  const sample = (call: () => void, repeats: number): number => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) call();
    return (performance.now() - start) / repeats;
  };
  const repeatsOf = (call: () => void): number => {
    const once = Math.min(...Array.from({ length: 20 }, () => sample(call, 5)));
    return Math.ceil(SAMPLE / once);
  };
  const [first, second] = calls;
  const repeats = [repeatsOf(first), repeatsOf(second)] as const;
  const best: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < SAMPLES; i++) {
    best[0] = Math.min(best[0], sample(first, repeats[0]));
    best[1] = Math.min(best[1], sample(second, repeats[1]));
  }
  return best;
}

/** FNV-1a over the bits. */
function fingerprint(values: Float32Array): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
