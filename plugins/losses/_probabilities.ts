/**
 * Probabilities as cross entropies take them: of sum 1, and away from 0 and 1.
 *
 * @module
 */

import { clip, divide, maximum, sum } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { EPSILON } from "./_elementwise.ts";

/** Some of the scores along an axis, divided by the sum of all; a row of zeros, which has none, gives the least. */
export function normalized(some: Tensor, all: Tensor, axis: number): Tensor {
  const total = maximum(sum(all, { axis, keepdims: true }), EPSILON);
  return clip(divide(some, total), { xMin: EPSILON, xMax: 1 - EPSILON });
}
