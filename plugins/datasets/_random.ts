/**
 * The random numbers of the built-in sets.
 *
 * @module
 */

import { philox } from "../../core/random.ts";

const twoTo32 = 2 ** 32;

/**
 * One stream of random numbers. Streams of another seed or number have nothing in common with it.
 *
 * The core's counter-based generator chooses where the stream begins, and Chris Doty-Humphrey's
 * sfc32 goes on from there: an image takes three hundred numbers one by one, and costs half as much
 * with it.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /**
   * @param seed A whole number from 0 to 2^53 - 1
   * @param stream A whole number from 0 to 2^32 - 1
   */
  constructor(seed: number, stream: number) {
    const start = new Uint32Array(4);
    philox(start, seed >>> 0, Math.floor(seed / twoTo32), stream, 0, 0, 0);
    [this.#a, this.#b, this.#c] = start;
  }

  /** A whole number in [0, 2^32). */
  word(): number {
    const out = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + out) | 0;
    return out >>> 0;
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.word() / twoTo32;
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /**
   * About normal, with deviation 0.58 and nothing beyond 2: a sum of four, as a logarithm's last
   * bit differs from engine to engine.
   */
  spread(): number {
    return this.unit() + this.unit() + this.unit() + this.unit() - 2;
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }
}
