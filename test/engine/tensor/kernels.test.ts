import { beforeAll, describe, expect, it } from "vitest";
import type { Address, Attention, Kernels, Matrix } from "../../../src/engine/tensor/kernels.ts";
import { OPERATION_NAMES } from "../../../src/engine/tensor/tape.ts";
import type { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { difference, normals, plain, run, wasm } from "./support.ts";

interface Case {
  readonly floats: readonly Float32Array[];
  readonly integers?: readonly (readonly number[])[];
  readonly call: (k: Kernels, f: readonly Address[], i: readonly Address[]) => void;
}

const n = (count: number, ...name: (number | string)[]) => normals(count, ...name);
const zeros = (count: number) => new Float32Array(count);
const positive = (count: number, name: string) => n(count, name).map((x) => x * x + 0.1);
/** The address `i` of a case's operands. */
const A = (addresses: readonly Address[], i: number): Address => addresses[i] as Address;

/** The operand `i` of a case as a matrix. */
const M = (addresses: readonly Address[], i: number, ld: number): Matrix => ({ address: A(addresses, i), ld });

// Two packed sequences of 37 and 5 tokens, 2 heads of 12; the second asks for two positions only.
const segments = [0, 37, 0, 37, 37, 5, 37, 2];
const limits = [...Array.from({ length: 37 }, (_, i) => i + 1), 2, 5];
const [tokens, queries, width] = [42, 39, 24];
const attention = (f: readonly Address[], i: readonly Address[]): Attention => ({
  plan: { count: 2, segments: A(i, 0), limits: A(i, 1) },
  heads: 2,
  headDim: 12,
  matrices: { query: M(f, 0, 26), key: M(f, 1, 25), value: M(f, 2, width), output: M(f, 3, width) },
  stats: A(f, 4),
});

const cases: { readonly [name in keyof Kernels]: Case } = {
  fill: { floats: [n(7)], call: (k, f) => k.fill(5, A(f, 0), 2.5) },
  copyRows: { floats: [n(40), n(40)], call: (k, f) => k.copyRows(4, 7, A(f, 0), 9, A(f, 1), 10) },
  addRows: { floats: [n(40), n(40, 2)], call: (k, f) => k.addRows(4, 7, A(f, 0), 9, A(f, 1), 10) },
  gatherRows: {
    floats: [n(40), n(40, 2)],
    integers: [[3, 0, 3]],
    call: (k, f, i) => k.gatherRows(3, 6, A(f, 0), 9, A(i, 0), A(f, 1), 8, 1),
  },
  scatterAddRows: {
    floats: [n(40), n(40, 2)],
    integers: [[3, 9, 0, 9, 3, 9]],
    call: (k, f, i) => k.scatterAddRows(3, 6, A(f, 0), 8, A(i, 0), 2, A(f, 1), 9),
  },
  gemmNN: {
    floats: [n(13 * 20), n(17 * 40, 2), n(13 * 41, 3)],
    call: (k, f) => k.gemmNN(13, 39, 17, A(f, 0), 20, A(f, 1), 40, A(f, 2), 41, 1),
  },
  gemmNT: {
    floats: [n(13 * 20), n(39 * 18, 2), n(13 * 41, 3)],
    call: (k, f) => k.gemmNT(13, 39, 17, A(f, 0), 20, A(f, 1), 18, A(f, 2), 41, 0),
  },
  gemmTN: {
    floats: [n(150 * 13), n(150 * 40, 2), n(13 * 41, 3)],
    call: (k, f) => k.gemmTN(13, 39, 150, A(f, 0), 13, A(f, 1), 40, A(f, 2), 41, 1),
  },
  linear: {
    floats: [n(13 * 20), n(17 * 40, 2), n(39, 3), zeros(13 * 41)],
    call: (k, f) => k.linear(13, 17, 39, A(f, 0), 20, A(f, 1), 40, A(f, 2), A(f, 3), 41, 1),
  },
  columnSums: { floats: [n(11 * 40), n(37, 2)], call: (k, f) => k.columnSums(11, 37, A(f, 0), 40, A(f, 1)) },
  reluBackward: { floats: [n(60), n(60, 2)], call: (k, f) => k.reluBackward(5, 11, A(f, 0), 12, A(f, 1), 11) },
  layerNorm: {
    floats: [n(5 * 40), n(5 * 38, 2), n(38, 3), n(38, 4), zeros(5 * 38), zeros(10)],
    call: (k, f) => k.layerNorm(5, 38, A(f, 0), 40, A(f, 1), 38, A(f, 2), A(f, 3), A(f, 4), 38, A(f, 5)),
  },
  layerNormBackward: {
    floats: [n(5 * 40), n(38, 3), n(5 * 38, 4), zeros(5 * 38), zeros(10), n(38, 5), n(38, 6), n(5 * 38, 7)],
    call: (k, f) => {
      k.layerNorm(5, 38, A(f, 0), 40, 0, 0, A(f, 1), A(f, 1), A(f, 3), 38, A(f, 4));
      k.layerNormBackward({
        rows: 5,
        width: 38,
        x: M(f, 0, 40),
        gamma: A(f, 1),
        stats: A(f, 4),
        dy: M(f, 2, 38),
        dx: M(f, 7, 38),
        accumulate: 1,
        dgamma: A(f, 5),
        dbeta: A(f, 6),
      });
    },
  },
  dropout: { floats: [n(7 * 23)], call: (k, f) => k.dropout(7, 22, A(f, 0), 23, 0.3, -123456789, 1000) },
  exp: { floats: [n(50), zeros(50)], call: (k, f) => k.exp(50, A(f, 0), A(f, 1)) },
  log: { floats: [positive(50, "log"), zeros(50)], call: (k, f) => k.log(50, A(f, 0), A(f, 1)) },
  tanh: { floats: [n(50), zeros(50)], call: (k, f) => k.tanh(50, A(f, 0), A(f, 1)) },
  sigmoid: { floats: [n(50), zeros(50)], call: (k, f) => k.sigmoid(50, A(f, 0), A(f, 1)) },
  embedSum: {
    floats: [n(9 * 14), n(14, 2), n(14, 3), zeros(3 * 16)],
    integers: [
      [2, 0, 1],
      [0, 4, 8, 1, 4, 7, 2, 3, 8],
    ],
    call: (k, f, i) => k.embedSum(3, 3, 14, A(i, 0), A(i, 1), A(f, 0), A(f, 1), A(f, 2), A(f, 3), 16),
  },
  embedSumBackward: {
    floats: [n(9 * 14), n(14, 2), n(3 * 16, 3), n(14, 4), n(14, 5), zeros(9 * 14), zeros(9 * 14)],
    integers: [[2, 0, 1], [0, 4, 8, 1, 4, 7, 2, 3, 8], Array(9).fill(0)],
    call: (k, f, i) => {
      k.embedSumBackward({
        rows: 3,
        perRow: 3,
        width: 14,
        ids: A(i, 0),
        columns: A(i, 1),
        table: A(f, 0),
        gamma: A(f, 1),
        dy: M(f, 2, 16),
        dgamma: A(f, 3),
        dbeta: A(f, 4),
        dvectors: A(f, 5),
        touched: A(i, 2),
      });
      k.scatterAddRows(9, 14, A(f, 5), 14, A(i, 2), 1, A(f, 6), 14);
    },
  },
  attention: {
    floats: [n(queries * 26), n(tokens * 25, 2), n(tokens * width, 3), zeros(queries * width), zeros(queries * 4)],
    integers: [segments, limits],
    call: (k, f, i) => k.attention(attention(f, i)),
  },
  attentionBackward: {
    floats: [
      n(queries * 26),
      n(tokens * 25, 2),
      n(tokens * width, 3),
      zeros(queries * width),
      zeros(queries * 4),
      n(queries * width, 4),
      n(queries * 26, 5),
      n(tokens * 25, 6),
      n(tokens * width, 7),
    ],
    integers: [segments, limits],
    call: (k, f, i) => {
      k.attention(attention(f, i));
      k.attentionBackward(attention(f, i), {
        output: M(f, 5, width),
        query: M(f, 6, 26),
        key: M(f, 7, 25),
        value: M(f, 8, width),
      });
    },
  },
  attentionExtend: {
    floats: [n(width * 40), n(40 * width, 2), n(2 * 26, 3), n(7 * 25, 4), n(7 * width, 5), zeros(2 * width)],
    call: (k, f) =>
      k.attentionExtend({
        cache: { keys: A(f, 0), values: A(f, 1), capacity: 40 },
        position: 21,
        tokens: 7,
        queries: 2,
        heads: 2,
        headDim: 12,
        matrices: { query: M(f, 2, 26), key: M(f, 3, 25), value: M(f, 4, width), output: M(f, 5, width) },
      }),
  },
  groupDots: {
    floats: [n(5 * 43), n(5 * 15, 2), zeros(20)],
    call: (k, f) => k.groupDots(5, 3, 14, A(f, 0), 43, A(f, 1), 15, 0.25, A(f, 2), 4),
  },
  groupDotsBackward: {
    floats: [n(5 * 43), n(5 * 15, 2), n(20, 3), zeros(5 * 43), n(5 * 15, 4)],
    call: (k, f) =>
      k.groupDotsBackward({
        rows: 5,
        groups: 3,
        width: 14,
        a: M(f, 0, 43),
        b: M(f, 1, 15),
        scale: 0.25,
        dout: M(f, 2, 4),
        da: M(f, 3, 43),
        db: M(f, 4, 15),
        accumulate: 0,
      }),
  },
  bceWithLogits: {
    floats: [n(4 * 5).map((x) => 5 * x), positive(3, "weights"), n(4 * 5, 2), zeros(6), positive(4, "rows")],
    integers: [
      [1, 6, 7, 0],
      [7, 7, 5, 3],
    ],
    call: (k, f, i) => k.bceWithLogits(4, 3, A(f, 0), 5, A(i, 0), A(i, 1), A(f, 1), A(f, 4), 0.5, A(f, 2), 5, A(f, 3)),
  },
  sumShards: { floats: [n(3 * 20), zeros(19)], call: (k, f) => k.sumShards(19, 3, A(f, 0), 20, A(f, 1)) },
  sumSquares: { floats: [n(37), zeros(2)], call: (k, f) => k.sumSquares(37, A(f, 0), A(f, 1)) },
  adam: {
    floats: [n(19), n(19, 2), n(19, 3), positive(19, "v")],
    call: (k, f) => k.adam(19, A(f, 0), A(f, 1), A(f, 2), A(f, 3), 0.5, 0.01, 0.9, 0.999, 1e-5, 1.7, 3.1),
  },
  interpolate: { floats: [n(19), n(19, 2)], call: (k, f) => k.interpolate(19, 0.125, A(f, 0), A(f, 1)) },
};

describe("kernels", () => {
  let engines: { readonly wasm: TensorEngine; readonly plain: TensorEngine };
  beforeAll(async () => {
    engines = { wasm: await wasm(), plain: await plain() };
  });

  it.each(OPERATION_NAMES)("%s agrees with its plain twin", (name) => {
    const { floats, integers = [], call } = cases[name];
    const ours = run(engines.wasm, floats, integers, call);
    const twin = run(engines.plain, floats, integers, call);
    ours.forEach((values, b) => {
      if (name === "sumSquares" && b === 1) {
        const [x] = new Float64Array(values.buffer);
        const [y] = new Float64Array((twin[b] as Float32Array).buffer);
        expect(x).toBeCloseTo(y as number, 4);
      } else {
        expect(difference(values, twin[b] as Float32Array), `buffer ${b}`).toBeLessThan(1e-5);
      }
    });
    // The operation did something: at least one buffer changed.
    expect(ours.some((values, b) => difference(values, floats[b] as Float32Array) > 0)).toBe(true);
  });

  it.each(OPERATION_NAMES)("%s played from a tape on the plain twins means the same", (name) => {
    const { floats, integers = [], call } = cases[name];
    const direct = run(engines.plain, floats, integers, call);
    const played = run(engines.plain, floats, integers, (_, f, i) => {
      const tape = engines.plain.tape();
      call(tape.kernels, f, i);
      engines.plain.run([tape]);
    });
    // A tape holds float32.
    played.forEach((values, b) => {
      expect(difference(values, direct[b] as Float32Array), `buffer ${b}`).toBeLessThan(1e-6);
    });
  });

  it.each(OPERATION_NAMES)("%s played from a tape gives the same bits", (name) => {
    const { floats, integers = [], call } = cases[name];
    const direct = run(engines.wasm, floats, integers, call);
    const tape = engines.wasm.tape();
    const played = run(engines.wasm, floats, integers, (_, f, i) => {
      call(tape.kernels, f, i);
      engines.wasm.run([tape]);
    });
    expect(played.map((values) => [...new Int32Array(values.buffer)])).toEqual(
      direct.map((values) => [...new Int32Array(values.buffer)]),
    );
  });
});
