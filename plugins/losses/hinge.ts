/**
 * Hinge losses, for predictions that are to be on the right side of a margin.
 *
 * @module
 */

import { alignTarget, Loss } from "../../core/loss.ts";
import {
  add,
  all,
  equal,
  logicalOr,
  max,
  maximum,
  multiply,
  square,
  subtract,
  sum,
  where,
} from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss } from "./_elementwise.ts";

/** How far predictions are on the wrong side of the margin; targets 0 and 1 stand for −1 and 1. */
function overshoot(yTrue: Tensor, yPred: Tensor): Tensor {
  const isBinary = all(logicalOr(equal(yTrue, 0), equal(yTrue, 1)));
  const signs = where(isBinary, subtract(multiply(yTrue, 2), 1), yTrue);
  return maximum(subtract(1, multiply(signs, yPred)), 0);
}

/**
 * The mean of `max(1 − yTrue · yPred, 0)`, for targets −1 and 1. A batch whose targets are all 0 and 1 is taken for one of
 * −1 and 1.
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
 * assertEquals(new losses.Hinge().call([[1], [-1]], [[0.5], [-3]]).item(), 0.25);
 * ```
 */
export class Hinge extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    return overshoot(yTrue, yPred);
  }
}

/**
 * The mean of `max(1 − yTrue · yPred, 0)²`; targets as for {@linkcode Hinge}.
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
 * assertEquals(new losses.SquaredHinge().call([[1], [-1]], [[0.5], [-3]]).item(), 0.125);
 * ```
 */
export class SquaredHinge extends ElementwiseLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    return square(overshoot(yTrue, yPred));
  }
}

/**
 * `max(1 + max((1 − yTrue) · yPred) − Σ yTrue · yPred, 0)` over the classes, for targets that are one-hot rows.
 *
 * `[batch, …, classes]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new losses.CategoricalHinge().call([[0, 1, 0]], [[1, 3, 2.5]]).item(), 0.5);
 * ```
 */
export class CategoricalHinge extends Loss {
  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred);
    const right = sum(multiply(target, prediction), { axis: -1 });
    const wrong = max(multiply(subtract(1, target), prediction), { axis: -1 });
    return maximum(add(subtract(wrong, right), 1), 0);
  }
}
