import { describe, expect, it } from "vitest";
import { wasm } from "./support.ts";

describe("tapes", () => {
  it("grow while they are recorded and keep what they hold", async () => {
    const engine = await wasm();
    const tape = engine.tape();
    const sum = engine.memory.floats(engine.memory.reserve(8).address, 2);
    sum[1] = 1;
    for (let i = 0; i < 3000; i++) tape.kernels.addRows(1, 1, sum.byteOffset + 4, 1, sum.byteOffset, 1);
    engine.run([tape]);
    expect(sum[0]).toBe(3000);
    tape.clear();
    engine.run([tape]);
    expect(sum[0]).toBe(3000);
    tape.dispose();
  });
});
