/**
 * MeanSquaredLogarithmicError.
 *
 * @module
 */

import { log1p, maximum, square, subtract } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss, EPSILON } from "./_elementwise.ts";

/**
 * The mean of `(log(1 + yTrue) − log(1 + yPred))²`, for values from 0 on; lesser ones count as 1e-7.
 *
 * `[batch, …, features]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const msle = new losses.MeanSquaredLogarithmicError();
 * assertAlmostEquals(msle.call([[Math.E - 1]], [[0]]).item(), 1, 1e-5);
 * ```
 */
export class MeanSquaredLogarithmicError extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = [yTrue, yPred].map((y) => log1p(maximum(y, EPSILON)));
    return square(subtract(prediction, target));
  }
}
