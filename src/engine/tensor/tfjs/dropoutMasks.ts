/** Dropout's masks for TensorFlow.js, drawn by our kernels so that both backends drop the same activations. */
import { dropped } from "../layers/dropout.ts";
import { matrix } from "../layers/matrix.ts";
import type { Region } from "../memory.ts";
import type { TensorEngine } from "../tensorEngine.ts";

/** Rows that share a key, numbered from 0. */
export interface MaskedRows {
  readonly rows: number;
  readonly key: number;
}

export class DropoutMasks {
  private region: Region | undefined;
  private capacity = 0;

  constructor(private readonly engine: TensorEngine) {}

  /** What dropout multiplies `parts` laid end to end with at one place of the network: [rows, width]. */
  draw(rate: number, parts: readonly MaskedRows[], place: number, width: number): Float32Array {
    const total = parts.reduce((sum, { rows }) => sum + rows, 0);
    const address = this.room(total * width);
    const { memory, kernels } = this.engine;
    const mask = memory.floats(address, total * width);
    mask.fill(1);
    let row = 0;
    for (const { rows, key } of parts) {
      dropped(kernels, { rate, key, firstRow: 0 }, place, rows, width, matrix(address + row * width * 4, width));
      row += rows;
    }
    return mask.slice();
  }

  dispose(): void {
    this.region?.release();
  }

  private room(floats: number): number {
    if (this.region === undefined || floats > this.capacity) {
      this.region?.release();
      this.capacity = floats;
      this.region = this.engine.memory.reserve(floats * 4);
    }
    return this.region.address;
  }
}
