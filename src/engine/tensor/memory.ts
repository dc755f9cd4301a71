/** The linear memory all tensors live in, and the two ways to hand it out: regions (long-lived) and arenas (planned). */
import { LerlError } from "../errors.ts";
import type { Address } from "./kernels.ts";

const PAGE = 65_536;
const ALIGNMENT = 64;
/** 2 GiB: addresses stay non-negative as 32-bit integers. */
export const MAXIMUM_PAGES = 32_768;

/** A block of memory that belongs to one owner until `release`. Fresh regions are zero. */
export interface Region {
  readonly address: Address;
  readonly bytes: number;
  release(): void;
}

interface Block {
  readonly address: Address;
  readonly bytes: number;
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** A shared, growing memory. Growing never moves what is there: views made before stay good for what they covered. */
export class LinearMemory {
  readonly handle: WebAssembly.Memory;
  private top: Address;
  /** Released blocks, by address. */
  private free: Block[] = [];

  /** @param reserved bytes at address 0 that belong to the kernels and the worker threads */
  constructor(reserved: number) {
    this.top = aligned(reserved);
    const initial = Math.ceil(this.top / PAGE) + 16;
    this.handle = new WebAssembly.Memory({ initial, maximum: MAXIMUM_PAGES, shared: true });
  }

  /**
   * Sets a block of `bytes` aside.
   * @throws LerlError `tensor.out-of-memory` beyond 2 GiB
   */
  reserve(bytes: number): Region {
    const size = Math.max(ALIGNMENT, aligned(bytes));
    const address = this.fromFree(size) ?? this.fromTop(size);
    let released = false;
    return {
      address,
      bytes: size,
      release: () => {
        if (!released) this.giveBack({ address, bytes: size });
        released = true;
      },
    };
  }

  /** `count` float32 at `address`. */
  floats(address: Address, count: number): Float32Array {
    return new Float32Array(this.handle.buffer, address, count);
  }

  /** `count` int32 at `address`. */
  integers(address: Address, count: number): Int32Array {
    return new Int32Array(this.handle.buffer, address, count);
  }

  /** `count` float64 at `address`. */
  doubles(address: Address, count: number): Float64Array {
    return new Float64Array(this.handle.buffer, address, count);
  }

  private fromFree(size: number): Address | undefined {
    const index = this.free.findIndex((block) => block.bytes >= size);
    const block = this.free[index];
    if (block === undefined) return undefined;
    const rest = { address: block.address + size, bytes: block.bytes - size };
    this.free.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []));
    new Uint8Array(this.handle.buffer, block.address, size).fill(0);
    return block.address;
  }

  private fromTop(size: number): Address {
    const address = this.top;
    const missing = Math.ceil((address + size) / PAGE) - this.handle.buffer.byteLength / PAGE;
    if (missing > 0) {
      try {
        this.handle.grow(missing);
      } catch (cause) {
        const megabytes = Math.ceil((address + size) / 2 ** 20);
        throw new LerlError(
          "tensor.out-of-memory",
          `The networks need ${megabytes} MiB, more than the numeric memory can grow to (${MAXIMUM_PAGES / 16} MiB at most). Use fewer users, shorter histories or smaller networks.`,
          { cause },
        );
      }
    }
    this.top += size;
    return address;
  }

  private giveBack(block: Block): void {
    const blocks = [...this.free, block].sort((a, b) => a.address - b.address);
    this.free = [];
    for (const next of blocks) {
      const last = this.free.at(-1);
      if (last !== undefined && last.address + last.bytes === next.address) {
        this.free[this.free.length - 1] = { address: last.address, bytes: last.bytes + next.bytes };
      } else {
        this.free.push(next);
      }
    }
  }
}

/**
 * Buffers laid end to end. A network plans its arena once, from its shape, then binds it to a region: nothing is
 * allocated while it runs. Planning and binding are one pass each over the same code:
 * `plan(memory, (arena) => new Workspace(arena))`.
 */
export class Arena {
  private offset = 0;

  constructor(private readonly base: Address) {}

  /** Bytes handed out so far. */
  get bytes(): number {
    return this.offset;
  }

  floats(count: number): Address {
    return this.take(count * 4);
  }

  integers(count: number): Address {
    return this.take(count * 4);
  }

  doubles(count: number): Address {
    return this.take(count * 8);
  }

  private take(bytes: number): Address {
    const address = this.base + this.offset;
    this.offset += aligned(bytes);
    return address;
  }
}

/** What `build` takes from an arena, in a region of exactly that size. `build` runs twice and must only take addresses. */
export function plan<T>(
  memory: LinearMemory,
  build: (arena: Arena) => T,
): { readonly value: T; readonly region: Region } {
  const measure = new Arena(0);
  build(measure);
  const region = memory.reserve(measure.bytes);
  return { value: build(new Arena(region.address)), region };
}
