/**
 * Examples that take a while to make, as decoding and augmentation do; loaded by `pipeline.ts` and its workers.
 *
 * @module
 */

import type { data } from "@tensaur/tensaur";

/** What the examples are like. */
export interface SlowOptions {
  readonly length: number;
  /** How much computing each takes: how often its pixels are gone over. */
  readonly work: number;
}

/** Makes them. */
export default function slowExamples({ length, work }: SlowOptions): data.ExampleSource {
  return {
    length,
    get(index, { seed }) {
      const image = new Float32Array(784);
      for (let turn = 0; turn < work; turn++) {
        for (let i = 0; i < 784; i++) image[i] = (image[i] + seed * (i + 1)) % 1009 / 1009;
      }
      return [image, index % 10];
    },
  };
}
