/**
 * Kernel calls written down instead of made. A tape is plain numbers in the linear memory, so any thread can play it;
 * layers write to it through the same `Kernels` interface they would call (operands.ts spells calls by name as numbers).
 */
import type { Address, Kernels } from "./kernels.ts";
import type { LinearMemory, Region } from "./memory.ts";
import { type Call, namedKernels, type PositionalKernels } from "./operands.ts";

/** Parameters of every operation, in order: i an int32 or address, f a float32. The order is the numbering in the kernels' player. */
export const OPERATIONS = {
  fill: "iif",
  copyRows: "iiiiii",
  addRows: "iiiiii",
  gatherRows: "iiiiiiii",
  scatterAddRows: "iiiiiiii",
  gemmNN: "iiiiiiiiii",
  gemmNT: "iiiiiiiiii",
  gemmTN: "iiiiiiiiii",
  linear: "iiiiiiiiiii",
  columnSums: "iiiii",
  reluBackward: "iiiiii",
  layerNorm: "iiiiiiiiiii",
  layerNormBackward: "iiiiiiiiiiiii",
  dropout: "iiiifii",
  exp: "iii",
  log: "iii",
  tanh: "iii",
  sigmoid: "iii",
  embedSum: "iiiiiiiiii",
  embedSumBackward: "iiiiiiiiiiiii",
  attention: "iiiiiiiiiiiiii",
  attentionBackward: "iiiiiiiiiiiiiiiiiiiiii",
  attentionExtend: "iiiiiiiiiiiiiiii",
  groupDots: "iiiiiiifii",
  groupDotsBackward: "iiiiiiifiiiiiii",
  bceWithLogits: "iiiiiiiifiii",
  sumShards: "iiiii",
  sumSquares: "iii",
  adam: "iiiiifffffff",
  interpolate: "ifii",
} as const satisfies { readonly [name in keyof Kernels]: string };

export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly (keyof Kernels)[];

/** Kernels whose calls are kept, to be played by `TensorEngine.run`. */
export class Tape {
  /** Records: every call appends to the tape. */
  readonly kernels: Kernels;
  private region: Region;
  private integers: Int32Array;
  private floats: Float32Array;
  private used = 0;

  constructor(
    private readonly memory: LinearMemory,
    words = 4096,
  ) {
    this.region = memory.reserve(words * 4);
    this.integers = memory.integers(this.region.address, words);
    this.floats = memory.floats(this.region.address, words);
    this.kernels = this.recorder();
  }

  get address(): Address {
    return this.region.address;
  }

  /** Words recorded: per call its number, then its operands. */
  get length(): number {
    return this.used;
  }

  /** Forgets everything recorded, keeping the room. */
  clear(): void {
    this.used = 0;
  }

  dispose(): void {
    this.region.release();
  }

  private recorder(): Kernels {
    const record = (code: number, operands: string): Call => {
      const floating = [...operands].map((kind) => kind === "f");
      return (...values) => {
        if (this.used + 1 + operands.length > this.integers.length) this.enlarge();
        this.integers[this.used++] = code;
        for (let i = 0; i < floating.length; i++) {
          if (floating[i]) this.floats[this.used++] = values[i] as number;
          else this.integers[this.used++] = values[i] as number;
        }
      };
    };
    const calls = OPERATION_NAMES.map((name, code) => [name, record(code, OPERATIONS[name])] as const);
    return namedKernels(Object.fromEntries(calls) as PositionalKernels);
  }

  private enlarge(): void {
    const words = this.integers.length * 2;
    const region = this.memory.reserve(words * 4);
    const integers = this.memory.integers(region.address, words);
    integers.set(this.integers.subarray(0, this.used));
    this.region.release();
    this.region = region;
    this.integers = integers;
    this.floats = this.memory.floats(region.address, words);
  }
}

/** Plays a tape on kernels that are called one by one (the WebAssembly kernels play tapes themselves). */
export function play(kernels: PositionalKernels, memory: LinearMemory, address: Address, length: number): void {
  const integers = memory.integers(address, length);
  const floats = memory.floats(address, length);
  for (let at = 0; at < length; ) {
    const name = OPERATION_NAMES[integers[at++] as number] as keyof Kernels;
    const operands: number[] = [];
    for (const kind of OPERATIONS[name]) {
      operands.push((kind === "f" ? floats[at] : integers[at]) as number);
      at++;
    }
    kernels[name](...operands);
  }
}
