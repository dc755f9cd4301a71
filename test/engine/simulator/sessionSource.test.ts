import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/engine/errors.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { UserSampler } from "../../../src/engine/simulator/sessionSource.ts";
import { toyDataset } from "./toy.ts";

describe("drawing users", () => {
  const dataset = toyDataset(
    [[0], [1]],
    [
      [[0, 1]],
      [],
      [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    ],
  );
  const shares = (draw: "log-rows" | "users"): number[] => {
    const random = new RandomStream(2);
    const sampler = new UserSampler(dataset, draw);
    const counts = [0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const user = sampler.sample(random);
      counts[user] = (counts[user] ?? 0) + 1;
    }
    return counts.map((count) => count / 4000);
  };

  it("weighs by logged rows, or not, and never draws a user without any", () => {
    const [light, none, heavy] = shares("log-rows");
    expect(light).toBeCloseTo(0.25, 1);
    expect(heavy).toBeCloseTo(0.75, 1);
    expect(none).toBe(0);
    const even = shares("users");
    expect(even[0]).toBeCloseTo(0.5, 1);
    expect(even[1]).toBe(0);
  });

  it("draws those it is told to only, weighed as before", () => {
    const some = toyDataset(
      [[0]],
      [
        [[0, 1]],
        [
          [0, 1],
          [0, 1],
          [0, 1],
        ],
        [],
        [[0, 0]],
      ],
    );
    const sampler = new UserSampler(some, "log-rows", (user) => user !== 0);
    const random = new RandomStream(3);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const user = sampler.sample(random);
      counts[user] = (counts[user] ?? 0) + 1;
    }
    expect([counts[0], counts[2]]).toEqual([0, 0]);
    expect((counts[1] ?? 0) / 4000).toBeCloseTo(0.75, 1);
  });

  it("says so when there is nobody to draw", () => {
    expect(() => new UserSampler(toyDataset([[0]], [[]]), "users")).toThrow(InputError);
  });
});
