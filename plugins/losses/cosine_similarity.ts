/**
 * CosineSimilarity.
 *
 * @module
 */

import { alignTarget, Loss, type LossOptions } from "../../core/loss.ts";
import { multiply, negative, normalize, sum } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";

/** Options of {@linkcode CosineSimilarity}. */
export interface CosineSimilarityOptions extends LossOptions {
  /** The axis of the vectors. @default -1 */
  axis?: number;
}

/**
 * Minus the cosine of the angle between target and prediction: −1 for vectors of one direction, 0 for orthogonal ones.
 *
 * `[batch, …, features]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(new losses.CosineSimilarity().call([[3, 4]], [[6, 8]]).item(), -1, 1e-6);
 * ```
 */
export class CosineSimilarity extends Loss {
  readonly axis: number;

  constructor(options: CosineSimilarityOptions = {}) {
    super(options);
    const { axis = -1 } = options;
    this.axis = this.number("axis", axis, "a whole number");
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const { axis } = this;
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred)
      .map((y) => normalize(y, { axis }));
    return negative(sum(multiply(target, prediction), { axis }));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}
