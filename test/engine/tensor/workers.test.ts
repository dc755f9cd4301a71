import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { LerlError } from "../../../src/engine/errors.ts";
import { buildFile } from "../../../src/engine/tensor/buildFiles.ts";
import { place, wasm } from "./support.ts";

/** Worker threads of this process that are alive. */
function threads(): number {
  const { workers } = process.report.getReport() as { readonly workers: readonly unknown[] };
  return workers.length;
}

describe("worker threads", () => {
  it("share many small runs and finish each of them", async () => {
    const engine = await wasm(3);
    const x = place(engine, new Float32Array(64));
    const one = place(engine, [1]).address;
    const tapes = Array.from({ length: 64 }, (_, i) => {
      const tape = engine.tape();
      tape.kernels.addRows(1, 1, one, 1, x.address + i * 4, 1);
      return tape;
    });
    for (let run = 1; run <= 500; run++) {
      engine.run(tapes);
      expect(x.view.every((value) => value === run)).toBe(true);
    }
    await engine.dispose();
  });

  it("are gone after dispose", async () => {
    const before = threads();
    const engine = await wasm(2);
    engine.run([engine.tape()]);
    expect(threads()).toBe(before + 2);
    await engine.dispose();
    expect(threads()).toBe(before);
  });

  it("turn a failing tape into a LerlError, on whichever thread it fails", async () => {
    const engine = await wasm(1);
    const tapes = Array.from({ length: 16 }, () => engine.tape());
    // Three tokens at position 6 do not fit a cache of 8.
    const nowhere = { address: 0, ld: 4 };
    for (const { kernels } of tapes) {
      kernels.attentionExtend({
        cache: { keys: 0, values: 0, capacity: 8 },
        position: 6,
        tokens: 3,
        queries: 1,
        heads: 1,
        headDim: 4,
        matrices: { query: nowhere, key: nowhere, value: nowhere, output: nowhere },
      });
    }
    expect(() => engine.run(tapes)).toThrow(LerlError);
    expect(() => engine.run([engine.tape()])).toThrow(/Resume the run from its last checkpoint/);
    await engine.dispose();
  });

  it("let the process end although nobody disposed of them", () => {
    const script = `const { Worker } = require("node:worker_threads");
      const memory = new WebAssembly.Memory({ initial: 64, maximum: 32768, shared: true });
      const module = new WebAssembly.Module(require("node:fs").readFileSync(process.argv[1]));
      const worker = new Worker(process.argv[2], { workerData: { module, memory, queue: 65536, scratch: 262144 } });
      worker.once("message", () => { worker.unref(); console.log("ready"); });`;
    const output = execFileSync(
      process.execPath,
      ["-e", script, buildFile("kernels.wasm"), buildFile("engineWorker.cjs")],
      {
        timeout: 30_000,
      },
    );
    expect(output.toString().trim()).toBe("ready");
  });
});
