/** The WebAssembly kernels: compiled once, instantiated once per thread on the same memory. */
import { readFileSync } from "node:fs";
import { buildFile } from "./buildFiles.ts";
import type { Address, Kernels } from "./kernels.ts";
import { namedKernels, type PositionalKernels } from "./operands.ts";
import { SCRATCH_BYTES } from "./scratch.ts";

/** Bytes at address 0 that belong to the module itself. */
export const MODULE_BYTES = 65_536;

export interface WasmKernels extends Kernels {
  /** Plays a tape of `length` words. */
  execute(address: Address, length: number): void;
}

/** What the module exports. */
interface Exports extends PositionalKernels {
  /** Gives this thread's kernels their scratch memory. */
  readonly setScratch: (address: Address, bytes: number) => void;
  readonly execute: (address: Address, length: number) => void;
}

let compiled: WebAssembly.Module | undefined;

/** @throws LerlError `tensor.not-built` */
export function compileKernels(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(buildFile("kernels.wasm")));
  return compiled;
}

/** Kernels of the calling thread, with `scratch` bytes of their own at that address. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scratch: Address,
): WasmKernels {
  const abort = (): never => {
    throw new Error("a numeric kernel was called with operands it does not accept");
  };
  const instance = new WebAssembly.Instance(module, { env: { memory, abort } });
  const { setScratch, execute, ...positional } = instance.exports as unknown as Exports;
  setScratch(scratch, SCRATCH_BYTES);
  return { ...namedKernels(positional), execute };
}
