/**
 * Poisson.
 *
 * @module
 */

import { add, log, multiply, subtract } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss, EPSILON } from "./_elementwise.ts";

/**
 * The mean of `yPred − yTrue · log(yPred + 1e-7)`: for counts, and predictions of their mean, from 0 on.
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
 * assertAlmostEquals(new losses.Poisson().call([[2]], [[1]]).item(), 1, 1e-5);
 * ```
 */
export class Poisson extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    return subtract(yPred, multiply(yTrue, log(add(yPred, EPSILON))));
  }
}
