/**
 * Plays a tape: an operation's number, then its operands, 4 bytes each. The numbers follow OPERATIONS in tape.ts.
 */
import { attention, attentionBackward, attentionExtend } from "./attention";
import { exp, log, tanh, sigmoid } from "./elementary";
import { gemmNN, gemmNT, gemmTN, linear } from "./gemm";
import { layerNorm, layerNormBackward, embedSum, embedSumBackward } from "./layerNorm";
import { sumShards, sumSquares, adam, interpolate } from "./optimizer";
import { groupDots, groupDotsBackward, bceWithLogits } from "./response";
import { fill, copyRows, addRows, gatherRows, scatterAddRows, columnSums, reluBackward, dropout } from "./rows";

/** Operand `index` of the call at `at`. */
// @ts-ignore: decorator
@inline
function i(at: usize, index: usize): i32 {
  return load<i32>(at + (index << 2));
}

// @ts-ignore: decorator
@inline
function f(at: usize, index: usize): f32 {
  return load<f32>(at + (index << 2));
}

export function execute(tape: usize, length: i32): void {
  const end = tape + ((<usize>length) << 2);
  while (tape < end) {
    const code = load<i32>(tape);
    const a = tape + 4;
    switch (code) {
      case 0:
        fill(i(a, 0), i(a, 1), f(a, 2));
        tape = a + 12;
        break;
      case 1:
        copyRows(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5));
        tape = a + 24;
        break;
      case 2:
        addRows(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5));
        tape = a + 24;
        break;
      case 3:
        gatherRows(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7));
        tape = a + 32;
        break;
      case 4:
        scatterAddRows(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7));
        tape = a + 32;
        break;
      case 5:
        gemmNN(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9));
        tape = a + 40;
        break;
      case 6:
        gemmNT(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9));
        tape = a + 40;
        break;
      case 7:
        gemmTN(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9));
        tape = a + 40;
        break;
      case 8:
        linear(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10));
        tape = a + 44;
        break;
      case 9:
        columnSums(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4));
        tape = a + 20;
        break;
      case 10:
        reluBackward(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5));
        tape = a + 24;
        break;
      case 11:
        layerNorm(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10));
        tape = a + 44;
        break;
      case 12:
        layerNormBackward(
          i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9),
          i(a, 10), i(a, 11), i(a, 12),
        );
        tape = a + 52;
        break;
      case 13:
        dropout(i(a, 0), i(a, 1), i(a, 2), i(a, 3), f(a, 4), i(a, 5), i(a, 6));
        tape = a + 28;
        break;
      case 14:
        exp(i(a, 0), i(a, 1), i(a, 2));
        tape = a + 12;
        break;
      case 15:
        log(i(a, 0), i(a, 1), i(a, 2));
        tape = a + 12;
        break;
      case 16:
        tanh(i(a, 0), i(a, 1), i(a, 2));
        tape = a + 12;
        break;
      case 17:
        sigmoid(i(a, 0), i(a, 1), i(a, 2));
        tape = a + 12;
        break;
      case 18:
        embedSum(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9));
        tape = a + 40;
        break;
      case 19:
        embedSumBackward(
          i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9),
          i(a, 10), i(a, 11), i(a, 12),
        );
        tape = a + 52;
        break;
      case 20:
        attention(
          i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9),
          i(a, 10), i(a, 11), i(a, 12), i(a, 13),
        );
        tape = a + 56;
        break;
      case 21:
        attentionBackward(
          i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9),
          i(a, 10), i(a, 11), i(a, 12), i(a, 13), i(a, 14), i(a, 15), i(a, 16), i(a, 17), i(a, 18), i(a, 19),
          i(a, 20), i(a, 21),
        );
        tape = a + 88;
        break;
      case 22:
        attentionExtend(
          i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9),
          i(a, 10), i(a, 11), i(a, 12), i(a, 13), i(a, 14), i(a, 15),
        );
        tape = a + 64;
        break;
      case 23:
        groupDots(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), f(a, 7), i(a, 8), i(a, 9));
        tape = a + 40;
        break;
      case 24:
        groupDotsBackward(
          i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), f(a, 7), i(a, 8), i(a, 9),
          i(a, 10), i(a, 11), i(a, 12), i(a, 13), i(a, 14),
        );
        tape = a + 60;
        break;
      case 25:
        bceWithLogits(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), f(a, 8), i(a, 9), i(a, 10), i(a, 11));
        tape = a + 48;
        break;
      case 26:
        sumShards(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4));
        tape = a + 20;
        break;
      case 27:
        sumSquares(i(a, 0), i(a, 1), i(a, 2));
        tape = a + 12;
        break;
      case 28:
        adam(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), f(a, 5), f(a, 6), f(a, 7), f(a, 8), f(a, 9), f(a, 10), f(a, 11));
        tape = a + 48;
        break;
      case 29:
        interpolate(i(a, 0), f(a, 1), i(a, 2), i(a, 3));
        tape = a + 16;
        break;
      default:
        unreachable();
    }
  }
}
