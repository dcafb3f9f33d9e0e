/**
 * MeanSquaredError.
 *
 * @module
 */

import { square, subtract } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss } from "./_elementwise.ts";

/**
 * The mean of `(yTrue − yPred)²`.
 *
 * `[batch, …, features]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const mse = new losses.MeanSquaredError();
 * assertEquals(mse.call([[0, 1], [0, 0]], [[1, 1], [1, 0]]).item(), 0.5);
 * ```
 */
export class MeanSquaredError extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    return square(subtract(yPred, yTrue));
  }
}
