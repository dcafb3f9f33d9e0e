/**
 * KLDivergence.
 *
 * @module
 */

import { alignTarget, Loss } from "../../core/loss.ts";
import { clip, divide, log, multiply, sum } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { EPSILON } from "./_elementwise.ts";

/**
 * The Kullback-Leibler divergence of two distributions: `Σ yTrue · log(yTrue / yPred)`, both kept in [1e-7, 1].
 *
 * `[batch, …, classes]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const divergence = new losses.KLDivergence();
 * assertAlmostEquals(divergence.call([[1, 0]], [[0.5, 0.5]]).item(), Math.LN2, 1e-5);
 * ```
 */
export class KLDivergence extends Loss {
  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred)
      .map((y) => clip(y, { xMin: EPSILON, xMax: 1 }));
    return sum(multiply(target, log(divide(target, prediction))), { axis: -1 });
  }
}
