/**
 * The constraint that keeps weights from going below zero.
 *
 * @module
 */

import { Constraint } from "../../core/initializer.ts";
import { maximum } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";

/**
 * Sets negative weights to 0.
 *
 * @example
 * ```ts
 * import { constraints, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new constraints.NonNeg().call(tensor([1, -2])).toArray(), [1, 0]);
 * ```
 */
export class NonNeg extends Constraint {
  call(weights: Tensor): Tensor {
    return maximum(weights, 0);
  }
}
