/**
 * Random numbers that are ours and therefore the same everywhere: named sequential streams (sfc32), whose state a
 * checkpoint keeps, and counter-based uniforms, which depend on what they are for and not on what was drawn before.
 */
import * as z from "zod";
import { log } from "./elementary.ts";

/** Mixes one 32-bit word into a hash (the finaliser of MurmurHash3). */
function mix(hash: number, word: number): number {
  let h = (hash ^ word) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit key from numbers and names; equal inputs give equal keys. */
export function deriveKey(...parts: readonly (number | string)[]): number {
  let hash = 0x9e37_79b9;
  for (const part of parts) {
    if (typeof part === "number") {
      hash = mix(hash + 0x6d2b_79f5, part >>> 0);
    } else {
      for (let i = 0; i < part.length; i++) hash = mix(hash + 0x6d2b_79f5, part.charCodeAt(i));
      hash = mix(hash, part.length);
    }
  }
  return hash;
}

/**
 * Uniform in [0, 1) for one place: a session's key, its step and the slate position. Two policies that serve the same
 * session meet the same numbers there, whatever they did before (common random numbers).
 */
export function uniformAt(key: number, step: number, position: number): number {
  const high = deriveKey(key, step, position);
  return (high * 2 ** 21 + (mix(high, 0x5851_f42d) >>> 11)) / 2 ** 53;
}

/** Four words of 32 bits, as a checkpoint keeps them. */
export const streamStateSchema = z.tuple([z.int32(), z.int32(), z.int32(), z.int32()]).readonly();
export type StreamState = z.output<typeof streamStateSchema>;

/** A sequential stream (sfc32). */
export class RandomStream {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** The stream of one use in one run, for example `new RandomStream(seed, "pool")`. */
  constructor(seed: number, ...name: readonly (number | string)[]) {
    this.a = deriveKey(seed, ...name, 1);
    this.b = deriveKey(seed, ...name, 2);
    this.c = deriveKey(seed, ...name, 3);
    for (let i = 0; i < 12; i++) this.word();
  }

  /** 32 random bits. */
  word(): number {
    const t = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /** Uniform integer in [0, n). */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal (Marsaglia's polar method; the second value is dropped so that the state stays four words). */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
    }
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle<T>(values: T[] | (T extends number ? Int32Array : never)): void {
    const array = values as { [index: number]: T; readonly length: number };
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = array[i] as T;
      array[i] = array[j] as T;
      array[j] = kept;
    }
  }

  state(): StreamState {
    return [this.a, this.b, this.c, this.counter];
  }

  restore([a, b, c, counter]: StreamState): void {
    this.a = a;
    this.b = b;
    this.c = c;
    this.counter = counter;
  }
}
