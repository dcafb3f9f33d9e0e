/**
 * A loss: one value an example, from targets and predictions.
 *
 * @module
 */

import { type Config, Loss, type LossOptions, ops, type Tensor } from "@tensaur/tensaur";

/** Options of {@linkcode Charbonnier}. */
export interface CharbonnierOptions extends LossOptions {
  /** Where the parabola becomes a line, above 0. @default 0.1 */
  epsilon?: number;
}

/**
 * The absolute error with a round bottom: the mean of `√((yTrue − yPred)² + epsilon²) − epsilon`.
 *
 * `[batch, …, features]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When epsilon is not above 0.
 *
 * Charbonnier et al., "Two deterministic half-quadratic regularization algorithms for computed imaging", 1994.
 */
export class Charbonnier extends Loss {
  readonly epsilon: number;

  constructor(options: CharbonnierOptions = {}) {
    super(options);
    this.epsilon = this.number("epsilon", options.epsilon ?? 0.1, "finite and above 0");
  }

  compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const { epsilon } = this;
    const error = ops.subtract(ops.cast(yTrue, yPred.dtype), yPred);
    const rounded = ops.sqrt(ops.add(ops.square(error), epsilon * epsilon));
    return ops.subtract(ops.mean(rounded, { axis: -1 }), epsilon);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}
