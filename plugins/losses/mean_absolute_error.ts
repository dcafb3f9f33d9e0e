/**
 * MeanAbsoluteError.
 *
 * @module
 */

import { abs, subtract } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss } from "./_elementwise.ts";

/**
 * The mean of `|yTrue − yPred|`.
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
 * const mae = new losses.MeanAbsoluteError();
 * assertEquals(mae.call([[0, 1], [0, 0]], [[2, 1], [2, 0]]).item(), 1);
 * ```
 */
export class MeanAbsoluteError extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    return abs(subtract(yPred, yTrue));
  }
}
