/**
 * The kernels as plain TypeScript: the readable reference, and the fallback where the module has not been built. Sums run
 * in float64 and are stored as float32; results agree with the WebAssembly kernels to about 1e-5.
 */
import type { Kernels } from "./kernels.ts";
import type { LinearMemory } from "./memory.ts";
import { attentionKernels } from "./plain/attention.ts";
import { normalizationKernels } from "./plain/normalization.ts";
import { PlainMemory } from "./plain/plainMemory.ts";
import { productKernels } from "./plain/products.ts";
import { rowKernels } from "./plain/rows.ts";
import { trainingKernels } from "./plain/training.ts";

export function plainKernels(memory: LinearMemory): Kernels {
  const plain = new PlainMemory(memory);
  return {
    ...rowKernels(plain),
    ...productKernels(plain),
    ...normalizationKernels(plain),
    ...attentionKernels(plain),
    ...trainingKernels(plain),
  };
}
