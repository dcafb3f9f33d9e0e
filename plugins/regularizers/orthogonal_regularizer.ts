/**
 * The regularizer that makes alike directions cost.
 *
 * @module
 */

import { errors } from "../../core/errors.ts";
import { Regularizer } from "../../core/initializer.ts";
import { abs, matmul, multiply, normalize, subtract, sum, trace } from "../../core/ops/mod.ts";
import { oneOf } from "../../core/options.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { checkFactor } from "./_check_factor.ts";

const MODES = ["rows", "columns"] as const;

/** Options of {@linkcode OrthogonalRegularizer}. */
export interface OrthogonalRegularizerOptions {
  /** What the mean is multiplied by, from 0 on. @default 0.01 */
  factor?: number;
  /** Which vectors of the matrix are to be orthogonal. @default "rows" */
  mode?: typeof MODES[number];
}

/**
 * Makes vectors of a matrix cost that are not orthogonal: `factor` times the mean of |cos| over all pairs of its
 * rows, or of its columns.
 *
 * @throws {RangeError} When `factor` is negative or not finite, or the weight is no matrix.
 *
 * @example
 * ```ts
 * import { regularizers, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const regularizer = new regularizers.OrthogonalRegularizer({ factor: 1 });
 * assertEquals(regularizer.call(tensor([[1, 0], [0, 2]])).item(), 0);
 * assertAlmostEquals(regularizer.call(tensor([[1, 1], [2, 2]])).item(), 1, 1e-6);
 * ```
 */
export class OrthogonalRegularizer extends Regularizer {
  readonly factor: number;
  readonly mode: typeof MODES[number];

  constructor({ factor = 0.01, mode = "rows" }: OrthogonalRegularizerOptions = {}) {
    super();
    this.factor = checkFactor("OrthogonalRegularizer", "factor", factor);
    this.mode = oneOf("make an OrthogonalRegularizer", "mode", mode, MODES);
  }

  call(weights: Tensor): Tensor {
    if (weights.ndim !== 2) {
      throw errors.rank("compare the directions of a weight", "two axes", weights.dims);
    }
    const byRows = this.mode === "rows";
    const unit = normalize(weights, { axis: byRows ? 1 : 0 });
    const cosines = abs(matmul(unit, unit, { transposeA: !byRows, transposeB: byRows }));
    const count = weights.shape[byRows ? 0 : 1];
    const others = subtract(sum(cosines), trace(cosines));
    return multiply(others, this.factor / (count * (count - 1)));
  }

  getConfig(): Config {
    return { factor: this.factor, mode: this.mode };
  }
}
