/** A worker thread of the tensor engine: plays tapes of the shared queue until it is stopped. */
import { parentPort, workerData } from "node:worker_threads";
import { instantiateKernels } from "./wasm.ts";
import type { WorkerSetup } from "./workerPool.ts";
import { QUEUE_BYTES, WorkQueue } from "./workQueue.ts";

const { module, memory, queue, scratch } = workerData as WorkerSetup;
const kernels = instantiateKernels(module, memory, scratch);
const words = new Int32Array(memory.buffer, queue, QUEUE_BYTES / 4);
const work = new WorkQueue(words, kernels.execute);
parentPort?.postMessage("ready");
while (work.waitForWork()) work.work();
