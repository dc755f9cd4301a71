import { describe, expect, it } from "vitest";
import { OPERATION_NAMES, OPERATIONS } from "../../../src/engine/tensor/tape.ts";
import { wasm } from "./support.ts";

/** An operand of every kind, 0 as a number, so that a call has no rows to work on: matrices have such addresses too. */
const nothing: object = new Proxy({}, { get: (_, property) => (property === Symbol.toPrimitive ? () => 0 : nothing) });

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

  it.each(OPERATION_NAMES)("go on behind %s where its operands end", async (name) => {
    const engine = await wasm();
    const tape = engine.tape();
    const sum = engine.memory.floats(engine.memory.reserve(8).address, 2);
    sum[1] = 1;
    (tape.kernels[name] as (...operands: object[]) => void)(...[...OPERATIONS[name]].map(() => nothing));
    tape.kernels.addRows(1, 1, sum.byteOffset + 4, 1, sum.byteOffset, 1);
    engine.run([tape]);
    expect(sum[0]).toBe(1);
    tape.dispose();
  });
});
