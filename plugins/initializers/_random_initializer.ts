/**
 * The base of initializers that draw: where the numbers come from, and the distributions.
 *
 * @module
 */

import type { DType } from "../../core/dtype.ts";
import { Initializer } from "../../core/initializer.ts";
import { add, clip, erfinv, multiply, rand, randn, subtract } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Shape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";

/** Options of initializers that draw. */
export interface SeedOptions {
  /**
   * A whole number from 0 to 2^53 − 1: every call gives the same values. Without one, each call draws new values
   * from the generator that `setSeed` seeds. @default null
   */
  seed?: number | null;
}

/** erf(2 / √2): how much of a normal distribution lies within two standard deviations. */
const WITHIN_TWO = 0.9544997361036416;

/** The base of initializers that draw. */
export abstract class RandomInitializer extends Initializer {
  readonly seed: number | null;

  constructor({ seed = null }: SeedOptions = {}) {
    super();
    this.seed = seed;
  }

  /** Numbers spread evenly over [`low`, `high`). */
  protected drawUniform(shape: Shape, low: number, high: number, dtype?: DType): Tensor {
    return add(multiply(rand(shape, { dtype, seed: this.seed ?? undefined }), high - low), low);
  }

  /** Normal numbers. */
  protected drawNormal(shape: Shape, mean: number, stddev: number, dtype?: DType): Tensor {
    return add(multiply(randn(shape, { dtype, seed: this.seed ?? undefined }), stddev), mean);
  }

  /** Normal numbers without those beyond two standard deviations, by the inverse of the distribution. */
  protected drawTruncated(shape: Shape, mean: number, stddev: number, dtype?: DType): Tensor {
    const unit = rand(shape, { dtype, seed: this.seed ?? undefined });
    const quantile = multiply(subtract(multiply(unit, 2), 1), WITHIN_TWO);
    const normal = clip(multiply(erfinv(quantile), Math.SQRT2), { xMin: -2, xMax: 2 });
    return add(multiply(normal, stddev), mean);
  }

  override getConfig(): Config {
    return { seed: this.seed };
  }
}
