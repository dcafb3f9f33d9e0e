/**
 * Random choices that can be repeated.
 *
 * @module
 */

import { RandomGenerator } from "../../core/random.ts";

/** Makes random choices, the same for the same seed. */
export class Dice {
  readonly #generator: RandomGenerator;

  /** Takes a seed. */
  constructor(seed: number) {
    this.#generator = new RandomGenerator(seed);
  }

  /** A whole number from 0 up to and including `most`. */
  upTo(most: number): number {
    return this.#generator.nextSeed() % (most + 1);
  }

  /** True or false. */
  flip(): boolean {
    return this.upTo(1) === 1;
  }

  /** One of the items. */
  oneOf<const T>(...items: readonly T[]): T {
    return items[this.upTo(items.length - 1)];
  }

  /** Some of the items, in order. */
  some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.flip());
  }

  /** All items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    return items.map(() => left.splice(this.upTo(left.length - 1), 1)[0]);
  }

  /** A list of at least `fewest` and at most `most` items. */
  list<T>(fewest: number, most: number, item: () => T): T[] {
    return Array.from({ length: fewest + this.upTo(most - fewest) }, item);
  }
}
