/**
 * Layers that disturb their input in training.
 *
 * @module
 */

import type { CallContext } from "../core/module.ts";
import { add, multiply, randn } from "../core/ops/mod.ts";
import { toBackend } from "../core/ops/creation.ts";
import { asFloat } from "../core/ops/operand.ts";
import { numberIn } from "../core/options.ts";
import type { RandomGenerator } from "../core/random.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import { SeededLayer, type SeededLayerOptions } from "./_seeded.ts";

/** Normal numbers of mean 0 and standard deviation 1, shaped as x and beside it. */
function normalBeside(x: Tensor, seed: RandomGenerator | undefined): Tensor {
  return toBackend(randn(x.shape, { dtype: x.dtype, seed }), x.backend);
}

/** Options of {@linkcode GaussianNoise}. */
export interface GaussianNoiseOptions extends SeededLayerOptions {
  /** The standard deviation of the noise, finite and from 0 on. */
  stddev: number;
}

/**
 * In training, adds normal noise of mean 0; in inference, does nothing. Input and output `[batch, …]`.
 *
 * @throws {RangeError} When `stddev` is negative.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * const noise = new layers.GaussianNoise({ stddev: 0.1, seed: 1 });
 * assertEquals(noise.apply(ones([3])).toArray(), [1, 1, 1]);
 * assertNotEquals(noise.apply(ones([3]), { training: true }).toArray(), [1, 1, 1]);
 * ```
 */
export class GaussianNoise extends SeededLayer {
  readonly stddev: number;

  constructor(options: GaussianNoiseOptions) {
    super(options);
    const { stddev } = options;
    this.stddev = numberIn("finite and from 0 on", "make a GaussianNoise layer", "stddev", stddev);
  }

  forward(inputs: Tensor, { training }: CallContext): Tensor {
    if (!training || this.stddev === 0 || inputs.isSymbolic) return inputs;
    const x = asFloat(inputs);
    return add(x, multiply(normalBeside(x, this.generator), this.stddev));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), stddev: this.stddev };
  }
}

/** Options of {@linkcode GaussianDropout}. */
export interface GaussianDropoutOptions extends SeededLayerOptions {
  /** The rate of the dropout that disturbs as much, in [0, 1): the standard deviation is √(rate / (1 − rate)). */
  rate: number;
}

/**
 * In training, multiplies by normal noise of mean 1 and standard deviation `√(rate / (1 − rate))`; in inference, does
 * nothing. Input and output `[batch, …]`.
 *
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
 *
 * @throws {RangeError} When `rate` is not in [0, 1).
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * const dropout = new layers.GaussianDropout({ rate: 0.5, seed: 1 });
 * assertEquals(dropout.apply(ones([3])).toArray(), [1, 1, 1]);
 * assertNotEquals(dropout.apply(ones([3]), { training: true }).toArray(), [1, 1, 1]);
 * ```
 */
export class GaussianDropout extends SeededLayer {
  readonly rate: number;

  constructor(options: GaussianDropoutOptions) {
    super(options);
    const { rate } = options;
    this.rate = numberIn("in [0, 1)", "make a GaussianDropout layer", "rate", rate);
  }

  forward(inputs: Tensor, { training }: CallContext): Tensor {
    if (!training || this.rate === 0 || inputs.isSymbolic) return inputs;
    const x = asFloat(inputs);
    const deviation = Math.sqrt(this.rate / (1 - this.rate));
    return multiply(x, add(multiply(normalBeside(x, this.generator), deviation), 1));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate };
  }
}
