/**
 * The dropout layer.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import type { CallContext } from "../core/module.ts";
import { dropout } from "../core/ops/mod.ts";
import { RandomGenerator } from "../core/random.ts";
import type { Config } from "../core/serialization.ts";
import type { Dims } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** Options of {@linkcode Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** The part of the elements that is dropped, in [0, 1). */
  rate: number;
  /**
   * The shape of the mask, the batch included; along axes of size 1 all elements share one fate, `null` stands for
   * the input's dimension. @default null (the input's shape)
   */
  noiseShape?: Dims | null;
  /** Draws of its own, from this whole number; without it, from the generator that `setSeed` seeds. @default null */
  seed?: number | null;
}

/**
 * In training, sets elements to 0 with probability `rate` and divides the others by `1 − rate`, so that the mean
 * stays; in inference, does nothing. Input and output `[batch, …]`.
 *
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
 *
 * @throws {RangeError} When `rate` is not in [0, 1), or `noiseShape` does not broadcast to an input.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const dropout = new layers.Dropout({ rate: 0.5, seed: 1 });
 * assertEquals(dropout.apply(ones([4])).toArray(), [1, 1, 1, 1]);
 * const trained = dropout.apply(ones([4]), { training: true });
 * assert(trained.dataSync().every((value) => value === 0 || value === 2));
 * ```
 */
export class Dropout extends Layer {
  readonly rate: number;
  readonly noiseShape: Dims | null;
  readonly seed: number | null;
  readonly #generator: RandomGenerator | undefined;

  constructor(options: DropoutOptions) {
    super(options);
    const { rate, noiseShape = null, seed = null } = options;
    if (!(rate >= 0 && rate < 1)) {
      throw errors.option("make a Dropout layer", "rate", "in [0, 1)", rate);
    }
    if (noiseShape?.some((d) => d !== null && !(Number.isInteger(d) && d > 0))) {
      throw errors.option(
        "make a Dropout layer",
        "noiseShape",
        "a list of whole numbers from 1 on, or null for the input's dimension",
        noiseShape,
      );
    }
    this.rate = rate;
    this.noiseShape = noiseShape;
    this.seed = seed;
    this.#generator = seed === null ? undefined : new RandomGenerator(seed);
  }

  forward(inputs: Tensor, { training }: CallContext): Tensor {
    if (!training) return inputs;
    return dropout(inputs, this.rate, { noiseShape: this.noiseShape, seed: this.#generator });
  }

  override getConfig(): Config {
    const { rate, noiseShape, seed } = this;
    return { ...super.getConfig(), rate, noiseShape, seed };
  }
}
