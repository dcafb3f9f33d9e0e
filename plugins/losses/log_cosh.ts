/**
 * LogCosh.
 *
 * @module
 */

import { add, multiply, softplus, subtract } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss } from "./_elementwise.ts";

/**
 * The mean of `log(cosh(yPred − yTrue))`, without overflow: about half the square of small errors, and the magnitude
 * of large ones less log 2.
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
 * assertAlmostEquals(new losses.LogCosh().call([[0]], [[100]]).item(), 100 - Math.LN2, 1e-4);
 * ```
 */
export class LogCosh extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    const error = subtract(yPred, yTrue);
    return subtract(add(error, softplus(multiply(error, -2))), Math.LN2);
  }
}
