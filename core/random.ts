/**
 * Random numbers from a counter: element `i` of a draw depends on the seed, the stream and `i` alone, so
 * every backend, at any number of threads, gives the same numbers.
 *
 * The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
 * 1, 2, 3", SC11). The key is the seed; the counter is the block number and the stream.
 *
 * @module
 */

import type { TypedArray } from "./dtype.ts";
import { errors } from "./errors.ts";
import type { Distribution } from "./primitives.ts";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The upper 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh] = [a & 0xffff, a >>> 16];
  const [bLow, bHigh] = [b & 0xffff, b >>> 16];
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/**
 * One block of Philox4x32-10: four unsigned 32-bit words for a 64-bit key and a 128-bit counter, written into
 * `out`.
 */
export function philox(
  out: Uint32Array,
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
): void {
  let [c0, c1, c2, c3, k0, k1] = [counter0, counter1, counter2, counter3, key0, key1];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper and lower half of a seed that is a safe integer. */
function splitSeed(seed: number): [low: number, high: number] {
  return [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
}

/** Calls `use` with each block of four words that `length` elements of `wordsEach` words need. */
function forEachBlock(
  seed: number,
  stream: number,
  blocks: number,
  use: (block: number, words: Uint32Array) => void,
): void {
  const words = new Uint32Array(4);
  const [key0, key1] = splitSeed(seed);
  const [stream0, stream1] = splitSeed(stream);
  for (let block = 0; block < blocks; block++) {
    philox(words, key0, key1, block >>> 0, Math.floor(block / 0x100000000), stream0, stream1);
    use(block, words);
  }
}

/** A word as a float in [0, 1) with 24 bits, which float32 holds exactly. */
function unit24(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** Two words as a double in [0, 1) with 53 bits. */
function unit53(high: number, low: number): number {
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
}

/** Box-Muller: two independent normal numbers from two uniform ones in (0, 1] and [0, 1). */
function normalPair(u: number, v: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - u));
  return [radius * Math.cos(2 * Math.PI * v), radius * Math.sin(2 * Math.PI * v)];
}

/**
 * Fills an array with draws. `bits`: whole 32-bit integers. `uniform`: [0, 1), 24 bits in float32, 53 bits in
 * float64. `normal`: mean 0, standard deviation 1 (Box and Muller).
 */
export function fillRandom(
  distribution: Distribution,
  seed: number,
  stream: number,
  out: TypedArray,
): void {
  const length = out.length;
  const wide = out instanceof Float64Array;
  const each = distribution === "bits" || !wide ? 4 : 2;
  forEachBlock(seed, stream, Math.ceil(length / each), (block, words) => {
    const start = block * each;
    const count = Math.min(each, length - start);
    if (distribution === "bits") {
      for (let i = 0; i < count; i++) out[start + i] = words[i] | 0;
    } else if (distribution === "uniform") {
      for (let i = 0; i < count; i++) {
        out[start + i] = wide ? unit53(words[2 * i], words[2 * i + 1]) : unit24(words[i]);
      }
    } else if (wide) {
      const pair = normalPair(unit53(words[0], words[1]), unit53(words[2], words[3]));
      for (let i = 0; i < count; i++) out[start + i] = pair[i];
    } else {
      for (let i = 0; i < count; i += 2) {
        const pair = normalPair(unit24(words[i]), unit24(words[i + 1]));
        out[start + i] = pair[0];
        if (i + 1 < count) out[start + i + 1] = pair[1];
      }
    }
  });
}

/**
 * A source of streams: a seed, and a count of the draws made from it. Two generators with one seed give the
 * same draws in the same order.
 */
export class RandomGenerator {
  #stream = 0;

  /**
   * Begins at the first stream.
   *
   * @param seed A whole number from 0 to 2^53 − 1.
   * @throws {RangeError} When the seed is no such number.
   */
  constructor(
    /** The seed. */
    readonly seed: number,
  ) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw errors.option("seed", "the seed", "a whole number from 0 to 2^53 - 1", seed);
    }
  }

  /** The number of the next stream. */
  nextStream(): number {
    return this.#stream++;
  }

  /** How many streams were drawn. */
  get position(): number {
    return this.#stream;
  }
  /** Goes to where a generator of the same seed was. */
  set position(position: number) {
    if (!Number.isSafeInteger(position) || position < 0) {
      throw errors.option("draw on", "position", "a whole number from 0 on", position);
    }
    this.#stream = position;
  }

  /** A whole number in [0, 2^32), for seeding another generator. */
  nextSeed(): number {
    const word = new Uint32Array(1);
    const signed = new Int32Array(word.buffer);
    fillRandom("bits", this.seed, this.nextStream(), signed);
    return word[0];
  }
}

/** A random order of `0 … length − 1` (Fisher and Yates), the same for the same seed and stream. */
export function permutation(length: number, seed: number, stream: number): Int32Array {
  const draws = new Float64Array(length);
  fillRandom("uniform", seed, stream, draws);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(draws[i] * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
