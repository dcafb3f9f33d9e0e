/**
 * MeanAbsolutePercentageError.
 *
 * @module
 */

import { abs, divide, maximum, multiply, subtract } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss, EPSILON } from "./_elementwise.ts";

/**
 * The mean of `100 · |yTrue − yPred| / max(|yTrue|, 1e-7)`.
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
 * const mape = new losses.MeanAbsolutePercentageError();
 * assertAlmostEquals(mape.call([[2, 4]], [[3, 5]]).item(), 37.5, 1e-4);
 * ```
 */
export class MeanAbsolutePercentageError extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    const error = divide(subtract(yTrue, yPred), maximum(abs(yTrue), EPSILON));
    return multiply(abs(error), 100);
  }
}
