/**
 * Layers that drop random elements in training.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import type { CallContext } from "../core/module.ts";
import { add, dropout, greater, multiply, onesLike, where } from "../core/ops/mod.ts";
import { asFloat } from "../core/ops/operand.ts";
import { numberIn } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import type { Dims } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { SeededLayer, type SeededLayerOptions } from "./_seeded.ts";

function checkNoiseShape(layer: string, noiseShape: Dims | null): Dims | null {
  if (noiseShape?.some((d) => d !== null && !(Number.isInteger(d) && d > 0))) {
    throw errors.option(
      `make a ${layer} layer`,
      "noiseShape",
      "a list of whole numbers from 1 on, or null for the input's dimension",
      noiseShape,
    );
  }
  return noiseShape;
}

/** Options of {@linkcode Dropout}. */
export interface DropoutOptions extends SeededLayerOptions {
  /** The part of the elements that is dropped, in [0, 1). */
  rate: number;
  /**
   * The shape of the mask, the batch included; along axes of size 1 all elements share one fate, `null` stands for
   * the input's dimension. @default null (the input's shape)
   */
  noiseShape?: Dims | null;
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
export class Dropout extends SeededLayer {
  readonly rate: number;
  readonly noiseShape: Dims | null;

  constructor(options: DropoutOptions) {
    super(options);
    const { rate, noiseShape = null } = options;
    if (!(rate >= 0 && rate < 1)) {
      throw errors.option("make a Dropout layer", "rate", "in [0, 1)", rate);
    }
    this.rate = rate;
    this.noiseShape = checkNoiseShape("Dropout", noiseShape);
  }

  forward(inputs: Tensor, { training }: CallContext): Tensor {
    if (!training) return inputs;
    return dropout(inputs, this.rate, { noiseShape: this.noiseShape, seed: this.generator });
  }

  override getConfig(): Config {
    const { rate, noiseShape } = this;
    return { ...super.getConfig(), rate, noiseShape };
  }
}

/** Options of {@linkcode AlphaDropout}. */
export interface AlphaDropoutOptions extends SeededLayerOptions {
  /** The part of the elements that is dropped, in [0, 1). */
  rate: number;
  /**
   * The shape of the mask, the batch included; along axes of size 1 all elements share one fate, `null` stands for
   * the input's dimension. @default null (the input's shape)
   */
  noiseShape?: Dims | null;
}

/** What the scaled exponential linear unit tends to on its left. */
const SELU_LIMIT = -1.6732632423543772 * 1.0507009873554805;

/**
 * In training, sets elements to the value that SELU tends to on its left, with probability `rate`, and scales and moves
 * all so that mean 0 and variance 1 stay; in inference, does nothing. Input and output `[batch, …]`.
 *
 * Klambauer et al., "Self-normalizing neural networks", 2017.
 *
 * @throws {RangeError} When `rate` is not in [0, 1), or `noiseShape` does not broadcast to an input.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const dropout = new layers.AlphaDropout({ rate: 0.5, seed: 1 });
 * assertEquals(dropout.apply(ones([2])).toArray(), [1, 1]);
 * const trained = dropout.apply(ones([100]), { training: true });
 * assertEquals(new Set(trained.dataSync()).size, 2);
 * ```
 */
export class AlphaDropout extends SeededLayer {
  readonly rate: number;
  readonly noiseShape: Dims | null;

  constructor(options: AlphaDropoutOptions) {
    super(options);
    const { rate, noiseShape = null } = options;
    this.rate = numberIn("in [0, 1)", "make an AlphaDropout layer", "rate", rate);
    this.noiseShape = checkNoiseShape("AlphaDropout", noiseShape);
  }

  forward(inputs: Tensor, { training }: CallContext): Tensor {
    const { rate, noiseShape } = this;
    if (!training || rate === 0 || inputs.isSymbolic) return inputs;
    const x = asFloat(inputs);
    const isKept = greater(dropout(onesLike(x), rate, { noiseShape, seed: this.generator }), 0);
    const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * SELU_LIMIT ** 2));
    return add(multiply(where(isKept, x, SELU_LIMIT), scale), -scale * SELU_LIMIT * rate);
  }

  override getConfig(): Config {
    const { rate, noiseShape } = this;
    return { ...super.getConfig(), rate, noiseShape };
  }
}
