/**
 * What losses have in common that compare targets and predictions element by element.
 *
 * @module
 */

import { alignTarget, Loss } from "../../core/loss.ts";
import { expandDims, mean } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";

/**
 * The base of losses that are the mean of a value for each element: of `[batch, …, features]`, taken over the last
 * axis; of `[batch]`, for each example.
 */
export abstract class ElementwiseLoss extends Loss {
  /** The value of each element, from targets and predictions of one shape and dtype. */
  protected abstract elementwise(yTrue: Tensor, yPred: Tensor): Tensor;

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignExamples(this.computing, yTrue, yPred);
    return mean(this.elementwise(target, prediction), { axis: -1 });
  }
}

/** Targets and predictions in one shape and dtype; vectors are examples of one feature each. */
export function alignExamples(
  operation: string,
  yTrue: Tensor,
  yPred: Tensor,
): [Tensor, Tensor] {
  const [target, prediction] = alignTarget(operation, yTrue, yPred);
  if (prediction.ndim !== 1) return [target, prediction];
  return [expandDims(target, -1), expandDims(prediction, -1)];
}

/** What keeps divisors and logarithms away from 0, as in Keras. */
export const EPSILON = 1e-7;
