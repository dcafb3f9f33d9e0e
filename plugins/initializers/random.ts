/**
 * Initializers that draw from one distribution, whatever the shape.
 *
 * @module
 */

import type { DType } from "../../core/dtype.ts";
import { errors } from "../../core/errors.ts";
import type { Config } from "../../core/serialization.ts";
import type { Shape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { RandomInitializer, type SeedOptions } from "./_random_initializer.ts";

/** Options of {@linkcode RandomUniform}. */
export interface RandomUniformOptions extends SeedOptions {
  /** The least value. @default -0.05 */
  minval?: number;
  /** The bound above all values; not below `minval`. @default 0.05 */
  maxval?: number;
}

/**
 * Draws evenly from [`minval`, `maxval`).
 *
 * @throws {RangeError} When the bounds are not finite, or `maxval` is below `minval`.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const values = new initializers.RandomUniform({ minval: 2, maxval: 3, seed: 1 }).call([100]);
 * assert(values.dataSync().every((value) => value >= 2 && value < 3));
 * ```
 */
export class RandomUniform extends RandomInitializer {
  readonly minval: number;
  readonly maxval: number;

  constructor({ minval = -0.05, maxval = 0.05, seed }: RandomUniformOptions = {}) {
    super({ seed });
    if (!Number.isFinite(minval) || !Number.isFinite(maxval) || minval > maxval) {
      throw errors.option("make a RandomUniform", "minval and maxval", "finite and in order", [
        minval,
        maxval,
      ]);
    }
    this.minval = minval;
    this.maxval = maxval;
  }

  call(shape: Shape, { dtype }: { dtype?: DType } = {}): Tensor {
    return this.drawUniform(shape, this.minval, this.maxval, dtype);
  }

  override getConfig(): Config {
    return { minval: this.minval, maxval: this.maxval, ...super.getConfig() };
  }
}

/** Options of {@linkcode RandomNormal} and {@linkcode TruncatedNormal}. */
export interface RandomNormalOptions extends SeedOptions {
  /** The centre of the distribution. @default 0 */
  mean?: number;
  /** Its standard deviation, not negative. @default 0.05 */
  stddev?: number;
}

/** What the two normal initializers share. */
abstract class Normal extends RandomInitializer {
  readonly mean: number;
  readonly stddev: number;

  constructor({ mean = 0, stddev = 0.05, seed }: RandomNormalOptions = {}) {
    super({ seed });
    const name = this.constructor.name;
    if (!Number.isFinite(mean)) throw errors.option(`make a ${name}`, "mean", "finite", mean);
    if (!(stddev >= 0 && Number.isFinite(stddev))) {
      throw errors.option(`make a ${name}`, "stddev", "finite and not negative", stddev);
    }
    this.mean = mean;
    this.stddev = stddev;
  }

  override getConfig(): Config {
    return { mean: this.mean, stddev: this.stddev, ...super.getConfig() };
  }
}

/**
 * Draws from a normal distribution.
 *
 * @throws {RangeError} When `stddev` is negative, or a number is not finite.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const normal = new initializers.RandomNormal({ stddev: 1, seed: 7 });
 * assertEquals(normal.call([3]).toArray(), normal.call([3]).toArray()); // a seed repeats
 * ```
 */
export class RandomNormal extends Normal {
  call(shape: Shape, { dtype }: { dtype?: DType } = {}): Tensor {
    return this.drawNormal(shape, this.mean, this.stddev, dtype);
  }
}

/**
 * Draws from a normal distribution whose values beyond two standard deviations are left out; what is left has
 * 0.8796 times the standard deviation that was given.
 *
 * @throws {RangeError} When `stddev` is negative, or a number is not finite.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const values = new initializers.TruncatedNormal({ stddev: 1, seed: 7 }).call([1000]);
 * assert(values.dataSync().every((value) => Math.abs(value) <= 2));
 * ```
 */
export class TruncatedNormal extends Normal {
  call(shape: Shape, { dtype }: { dtype?: DType } = {}): Tensor {
    return this.drawTruncated(shape, this.mean, this.stddev, dtype);
  }
}
