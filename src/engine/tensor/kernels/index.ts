/** The module: every kernel by name, and the player that runs a tape of them (tape.ts). */
export { setScratch } from "./scratch";
export { attention, attentionBackward, attentionExtend } from "./attention";
export { exp, log, tanh, sigmoid } from "./elementary";
export { gemmNN, gemmNT, gemmTN, linear } from "./gemm";
export { layerNorm, layerNormBackward, embedSum, embedSumBackward } from "./layerNorm";
export { sumShards, sumSquares, adam, interpolate } from "./optimizer";
export { groupDots, groupDotsBackward, bceWithLogits } from "./response";
export { fill, copyRows, addRows, gatherRows, scatterAddRows, columnSums, reluBackward, dropout } from "./rows";
export { execute } from "./player";
