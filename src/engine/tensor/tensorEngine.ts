/** The numeric engine: one linear memory, the kernels on it, and threads that play tapes. */
import type { Kernels } from "./kernels.ts";
import { LinearMemory } from "./memory.ts";
import { positionalKernels } from "./operands.ts";
import { plainKernels } from "./plain.ts";
import { SCRATCH_BYTES } from "./scratch.ts";
import { play, Tape } from "./tape.ts";
import type { Tfjs } from "./tfjs/availability.ts";
import { compileKernels, instantiateKernels, MODULE_BYTES } from "./wasm.ts";
import { WorkerPool } from "./workerPool.ts";

export interface TensorEngineOptions {
  /** `plain` is the readable twin: no build step, one thread, much slower. */
  readonly backend: "wasm" | "plain";
  /** Threads beside the calling one; results do not depend on it. The plain backend has none. */
  readonly workers: number;
  readonly tfjs?: Tfjs | undefined;
}

export class TensorEngine {
  private constructor(
    readonly memory: LinearMemory,
    /** Kernels that run at once, on the calling thread. */
    readonly kernels: Kernels,
    private readonly playAll: (tapes: readonly Tape[]) => void,
    private readonly pool: WorkerPool | undefined,
    /** Where given, TensorFlow.js computes the gradients of a policy's updates; the kernels do the rest. */
    readonly tfjs: Tfjs | undefined,
  ) {}

  /** @throws LerlError `tensor.not-built`, `tensor.worker-failed` */
  static async create({ backend, workers, tfjs }: TensorEngineOptions): Promise<TensorEngine> {
    const memory = new LinearMemory(MODULE_BYTES);
    if (backend === "plain") {
      const kernels = plainKernels(memory);
      const positional = positionalKernels(kernels);
      const playAll = (tapes: readonly Tape[]) => {
        for (const { address, length } of tapes) play(positional, memory, address, length);
      };
      return new TensorEngine(memory, kernels, playAll, undefined, tfjs);
    }
    const module = compileKernels();
    const kernels = instantiateKernels(module, memory.handle, memory.reserve(SCRATCH_BYTES).address);
    if (workers === 0) {
      const playAll = (tapes: readonly Tape[]) => {
        for (const { address, length } of tapes) kernels.execute(address, length);
      };
      return new TensorEngine(memory, kernels, playAll, undefined, tfjs);
    }
    const pool = new WorkerPool(memory, module, kernels.execute);
    try {
      await pool.start(workers);
    } catch (error) {
      await pool.dispose();
      throw error;
    }
    return new TensorEngine(memory, kernels, (tapes) => pool.run(tapes), pool, tfjs);
  }

  /** An empty tape. */
  tape(): Tape {
    return new Tape(this.memory);
  }

  /**
   * Plays tapes on all threads, in any order; returns when all are done. They must not write to the same memory.
   * @throws LerlError `tensor.worker-failed`, `tensor.worker-lost`
   */
  run(tapes: readonly Tape[]): void {
    this.playAll(tapes);
  }

  /** Ends the worker threads. */
  async dispose(): Promise<void> {
    await this.pool?.dispose();
  }
}
