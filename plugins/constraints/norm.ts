/**
 * Constraints that keep the lengths of weight vectors in bounds.
 *
 * @module
 */

import { errors } from "../../core/errors.ts";
import { Constraint } from "../../core/initializer.ts";
import { add, clip, divide, multiply, sqrt, square, sum } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Axis } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";

/** Added to lengths that something is divided by, as in Keras. */
const EPSILON = 1e-7;

/** What all of these constraints take. */
export interface NormOptions {
  /**
   * The axes along which one vector lies. In the kernel of a dense layer `[features, units]`, axis 0 makes one
   * vector a unit; in that of a convolution, axes `[0, 1, 2]` make one a filter. @default 0
   */
  axis?: Axis;
}

/** The length of each vector, along axes that stay. */
function lengths(weights: Tensor, axis: Axis): Tensor {
  return sqrt(sum(square(weights), { axis, keepdims: true }));
}

/** The vectors stretched or shrunk to other lengths. */
function withLengths(weights: Tensor, current: Tensor, wanted: Tensor): Tensor {
  return multiply(weights, divide(wanted, add(current, EPSILON)));
}

/** Options of {@linkcode MaxNorm}. */
export interface MaxNormOptions extends NormOptions {
  /** The greatest length, from 0 on. @default 2 */
  maxValue?: number;
}

/**
 * Shrinks weight vectors that are longer than `maxValue` to that length.
 *
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
 *
 * @throws {RangeError} When `maxValue` is negative.
 *
 * @example
 * ```ts
 * import { constraints, ops, tensor } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const shrunk = new constraints.MaxNorm({ maxValue: 1 }).call(tensor([[3, 0.5], [4, 0]]));
 * assert(ops.allclose(shrunk, [[0.6, 0.5], [0.8, 0]], { rtol: 1e-6 }).toArray());
 * ```
 */
export class MaxNorm extends Constraint {
  readonly maxValue: number;
  readonly axis: Axis;

  constructor({ maxValue = 2, axis = 0 }: MaxNormOptions = {}) {
    super();
    if (!(maxValue >= 0)) {
      throw errors.option("make a MaxNorm", "maxValue", "not negative", maxValue);
    }
    this.maxValue = maxValue;
    this.axis = axis;
  }

  call(weights: Tensor): Tensor {
    const current = lengths(weights, this.axis);
    return withLengths(weights, current, clip(current, { xMin: 0, xMax: this.maxValue }));
  }

  override getConfig(): Config {
    return { maxValue: this.maxValue, axis: this.axis };
  }
}

/** Options of {@linkcode MinMaxNorm}. */
export interface MinMaxNormOptions extends NormOptions {
  /** The least length, from 0 on. @default 0 */
  minValue?: number;
  /** The greatest length, not below `minValue`. @default 1 */
  maxValue?: number;
  /** Which part of the way to the bounds an update goes, in [0, 1]. @default 1 (all of it) */
  rate?: number;
}

/**
 * Brings the lengths of weight vectors between two bounds, at once or step by step.
 *
 * @throws {RangeError} When the bounds are not in order, or `rate` is not in [0, 1].
 *
 * @example
 * ```ts
 * import { constraints, ops, tensor } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const bounded = new constraints.MinMaxNorm({ minValue: 0.5 }).call(tensor([[3, 0.1], [4, 0]]));
 * assert(ops.allclose(bounded, [[0.6, 0.5], [0.8, 0]], { rtol: 1e-5 }).toArray());
 * ```
 */
export class MinMaxNorm extends Constraint {
  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: Axis;

  constructor({ minValue = 0, maxValue = 1, rate = 1, axis = 0 }: MinMaxNormOptions = {}) {
    super();
    if (!(minValue >= 0 && minValue <= maxValue)) {
      throw errors.option("make a MinMaxNorm", "minValue and maxValue", "from 0 on, in order", [
        minValue,
        maxValue,
      ]);
    }
    if (!(rate >= 0 && rate <= 1)) {
      throw errors.option("make a MinMaxNorm", "rate", "in [0, 1]", rate);
    }
    this.minValue = minValue;
    this.maxValue = maxValue;
    this.rate = rate;
    this.axis = axis;
  }

  call(weights: Tensor): Tensor {
    const current = lengths(weights, this.axis);
    const bounded = clip(current, { xMin: this.minValue, xMax: this.maxValue });
    const wanted = add(multiply(bounded, this.rate), multiply(current, 1 - this.rate));
    return withLengths(weights, current, wanted);
  }

  override getConfig(): Config {
    const { minValue, maxValue, rate, axis } = this;
    return { minValue, maxValue, rate, axis };
  }
}

/**
 * Brings weight vectors to length 1.
 *
 * @example
 * ```ts
 * import { constraints, ops, tensor } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const unit = new constraints.UnitNorm().call(tensor([[3], [4]]));
 * assert(ops.allclose(unit, [[0.6], [0.8]], { rtol: 1e-6 }).toArray());
 * ```
 */
export class UnitNorm extends Constraint {
  readonly axis: Axis;

  constructor({ axis = 0 }: NormOptions = {}) {
    super();
    this.axis = axis;
  }

  call(weights: Tensor): Tensor {
    return divide(weights, add(lengths(weights, this.axis), EPSILON));
  }

  override getConfig(): Config {
    return { axis: this.axis };
  }
}
