import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LerlError } from "../../../src/engine/errors.ts";
import { LinearMemory, plan, type Region } from "../../../src/engine/tensor/memory.ts";

describe("linear memory", () => {
  it("hands out aligned, zero, disjoint regions through any sequence of reserves and releases", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 300_000 }), fc.boolean(), fc.nat()), { maxLength: 60 }),
        (steps) => {
          const memory = new LinearMemory(100);
          const live: Region[] = [];
          for (const [bytes, release, which] of steps) {
            if (release && live.length > 0) {
              const [region] = live.splice(which % live.length, 1);
              region?.release();
              region?.release();
              continue;
            }
            const region = memory.reserve(bytes);
            expect(region.address % 64).toBe(0);
            expect(region.address).toBeGreaterThanOrEqual(100);
            for (const other of live) {
              expect(
                region.address + region.bytes <= other.address || other.address + other.bytes <= region.address,
              ).toBe(true);
            }
            const contents = new Uint8Array(memory.handle.buffer, region.address, region.bytes);
            expect(contents.every((byte) => byte === 0)).toBe(true);
            contents.fill(255);
            live.push(region);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("uses released room again", () => {
    const memory = new LinearMemory(0);
    const [a, b] = [memory.reserve(1000), memory.reserve(1000)];
    a.release();
    b.release();
    expect(memory.reserve(2000).address).toBe(a.address);
  });

  it("keeps what was written and the views on it while it grows", () => {
    const memory = new LinearMemory(0);
    const view = memory.floats(memory.reserve(400).address, 100).fill(7);
    memory.reserve(50_000_000);
    view[3] = 9;
    expect([view[2], view[3]]).toEqual([7, 9]);
    expect(memory.floats(view.byteOffset, 4)[3]).toBe(9);
  });

  it("says what to do when 2 GiB are not enough", () => {
    const memory = new LinearMemory(64);
    expect(() => memory.reserve(2 ** 31)).toThrow(LerlError);
    expect(() => memory.reserve(2 ** 31)).toThrow(/Use fewer users/);
    expect(memory.reserve(64).bytes).toBe(64);
  });

  it("plans exactly what is bound", () => {
    const memory = new LinearMemory(0);
    const { value, region } = plan(
      memory,
      (arena) => [arena.floats(3), arena.doubles(5), arena.integers(100)] as const,
    );
    expect(value).toEqual([region.address, region.address + 64, region.address + 128]);
    expect(region.bytes).toBe(128 + 448);
  });
});
