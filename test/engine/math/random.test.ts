import { describe, expect, it } from "vitest";
import { deriveKey, RandomStream, uniformAt } from "../../../src/engine/math/random.ts";

const draw = <T>(n: number, next: () => T): T[] => Array.from({ length: n }, next);

describe("random streams", () => {
  it("give the same numbers for a seed and a name on every machine", () => {
    const stream = new RandomStream(1, "pool");
    expect(draw(4, () => stream.word())).toEqual([2720365409, 596293993, 2724931009, 3095625766]);
  });

  it("differ between names and seeds", () => {
    const first = (seed: number, name: string) => new RandomStream(seed, name).word();
    expect(new Set([first(1, "pool"), first(2, "pool"), first(1, "policy"), first(1, "poo")]).size).toBe(4);
  });

  it("continue from a saved state", () => {
    const stream = new RandomStream(7, "environment", 3);
    draw(10, () => stream.normal());
    const state = stream.state();
    const expected = draw(5, () => stream.normal());
    const restored = new RandomStream(0, "other");
    restored.restore(JSON.parse(JSON.stringify(state)));
    expect(draw(5, () => restored.normal())).toEqual(expected);
  });

  it("are uniform and normal", () => {
    const stream = new RandomStream(3, "moments");
    const n = 100_000;
    const uniforms = draw(n, () => stream.uniform());
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(uniforms)).toBeCloseTo(0.5, 2);
    expect(mean(uniforms.map((u) => (u - 0.5) ** 2))).toBeCloseTo(1 / 12, 3);
    const normals = draw(n, () => stream.normal());
    expect(mean(normals)).toBeCloseTo(0, 1);
    expect(mean(normals.map((z) => z * z))).toBeCloseTo(1, 1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < n; i++) {
      const k = stream.integer(10);
      counts[k] = (counts[k] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, c) => sum + (c - n / 10) ** 2 / (n / 10), 0);
    expect(chiSquare).toBeLessThan(27.9); // 9 degrees of freedom, p = .001
  });

  it("shuffle every order equally often", () => {
    const stream = new RandomStream(5, "shuffle");
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = [0, 1, 2];
      stream.shuffle(order);
      seen.set(order.join(""), (seen.get(order.join("")) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

describe("counter-based uniforms", () => {
  it("depend on their place only, and are uniform over keys, steps and positions", () => {
    expect(uniformAt(1, 2, 3)).toBe(uniformAt(1, 2, 3));
    const along = (place: (i: number) => number) => {
      const values = Array.from({ length: 20_000 }, (_, i) => place(i));
      expect(values.every((u) => u >= 0 && u < 1)).toBe(true);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
      const lagged =
        values.slice(1).reduce((sum, u, i) => sum + (u - 0.5) * ((values[i] ?? 0) - 0.5), 0) / values.length;
      expect(Math.abs(lagged)).toBeLessThan(0.003);
    };
    along((i) => uniformAt(i, 0, 0));
    along((i) => uniformAt(9, i, 0));
    along((i) => uniformAt(9, 0, i));
    along((i) => uniformAt(deriveKey(1, "session", i), i % 20, i % 6));
  });
});
