import type { Accumulate, Address, Matrix } from "../kernels.ts";
import type { LinearMemory } from "../memory.ts";

/** The linear memory as typed arrays, and the few steps every plain kernel takes in it. */
export class PlainMemory {
  private floatView: Float32Array;
  private integerView: Int32Array;
  private doubleView: Float64Array;

  constructor(private readonly memory: LinearMemory) {
    this.floatView = new Float32Array(memory.handle.buffer);
    this.integerView = new Int32Array(memory.handle.buffer);
    this.doubleView = new Float64Array(memory.handle.buffer);
  }

  /** All of it as float32; index = address / 4. */
  get floats(): Float32Array {
    this.renew();
    return this.floatView;
  }

  get integers(): Int32Array {
    this.renew();
    return this.integerView;
  }

  /** Index = address / 8. */
  get doubles(): Float64Array {
    this.renew();
    return this.doubleView;
  }

  /** Views of a memory that has grown since are too short. */
  private renew(): void {
    const { buffer } = this.memory.handle;
    if (this.floatView.buffer === buffer) return;
    this.floatView = new Float32Array(buffer);
    this.integerView = new Int32Array(buffer);
    this.doubleView = new Float64Array(buffer);
  }
}

/** Index of element (row, column) of a matrix. */
export function index(matrix: Address, ld: number, row: number, column: number): number {
  return matrix / 4 + row * ld + column;
}

export function indexIn({ address, ld }: Matrix, row: number, column: number): number {
  return index(address, ld, row, column);
}

export function each(rows: number, columns: number, visit: (row: number, column: number) => void): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) visit(r, c);
}

/** values[at] (+)= value. */
export function put(values: Float32Array, at: number, value: number, accumulate: Accumulate): void {
  values[at] = accumulate === 1 ? (values[at] as number) + value : value;
}
