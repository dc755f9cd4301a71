/** Worker threads that share the linear memory and play tapes with the calling thread. */
import { Worker } from "node:worker_threads";
import { LerlError, messageOf } from "../errors.ts";
import { buildFile } from "./buildFiles.ts";
import type { Address } from "./kernels.ts";
import type { LinearMemory } from "./memory.ts";
import { SCRATCH_BYTES } from "./scratch.ts";
import { QUEUE_BYTES, WorkQueue } from "./workQueue.ts";

/** What a worker thread is started with. */
export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly queue: Address;
  readonly scratch: Address;
}

/** No tape takes a fraction of this; a thread that does not finish one in time is gone. */
const LOST_MILLISECONDS = 60_000;

export class WorkerPool {
  private readonly queue: WorkQueue;
  private readonly queueAddress: Address;
  private readonly workers: Worker[] = [];
  private crash: LerlError | undefined;
  private stopped = false;

  constructor(
    private readonly memory: LinearMemory,
    private readonly module: WebAssembly.Module,
    execute: (tape: Address, length: number) => void,
  ) {
    this.queueAddress = memory.reserve(QUEUE_BYTES).address;
    this.queue = WorkQueue.in(memory, this.queueAddress, execute);
  }

  /**
   * Starts `count` threads and waits until they run.
   * @throws LerlError `tensor.not-built`, `tensor.worker-failed`
   */
  async start(count: number): Promise<void> {
    const path = buildFile("engineWorker.cjs");
    await Promise.all(Array.from({ length: count }, () => this.startOne(path)));
  }

  /**
   * Plays the tapes, in any order and on any thread; returns when all are done.
   * @throws LerlError `tensor.worker-failed`, `tensor.worker-lost`
   */
  run(tapes: readonly { readonly address: Address; readonly length: number }[]): void {
    if (this.crash !== undefined) throw this.crash;
    this.queue.publish(tapes);
    try {
      this.queue.work();
    } catch (cause) {
      throw this.failure(cause);
    }
    if (!this.queue.waitForFinish(LOST_MILLISECONDS)) {
      this.crash = new LerlError(
        "tensor.worker-lost",
        `A worker thread of the numeric engine has not answered for ${LOST_MILLISECONDS / 1000} s. Resume the run from its last checkpoint.`,
      );
      throw this.crash;
    }
    if (this.queue.failed) throw this.failure(new Error("a tape could not be played"));
  }

  /** Stops every thread and waits until it is gone. */
  async dispose(): Promise<void> {
    this.stopped = true;
    this.queue.stop();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private startOne(path: string): Promise<void> {
    const scratch = this.memory.reserve(SCRATCH_BYTES).address;
    const setup: WorkerSetup = { module: this.module, memory: this.memory.handle, queue: this.queueAddress, scratch };
    // It plays tapes: the process's environment, which may hold keys, is nothing to it.
    const worker = new Worker(path, { workerData: setup, env: {} });
    this.workers.push(worker);
    return new Promise((resolve, reject) => {
      worker.once("message", () => {
        // The process may end although its workers wait for work.
        worker.unref();
        resolve();
      });
      worker.once("error", (error) => reject(this.failure(error)));
      worker.once("exit", (code) => {
        if (!this.stopped) reject(this.failure(new Error(`it exited with code ${code}`)));
      });
    });
  }

  private failure(cause: unknown): LerlError {
    this.crash ??= new LerlError(
      "tensor.worker-failed",
      `A worker thread of the numeric engine failed: ${messageOf(cause)}. Resume the run from its last checkpoint.`,
      { cause },
    );
    return this.crash;
  }
}
