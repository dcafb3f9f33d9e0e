/**
 * Metrics of plain values: Mean and Sum.
 *
 * @module
 */

import { noGrad } from "../../core/autograd.ts";
import { alignWeights } from "../../core/loss.ts";
import { MeanMetric, Metric } from "../../core/metric.ts";
import { add, convertToTensor, multiply, sum, type TensorLike } from "../../core/ops/mod.ts";
import { tidy } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Variable } from "../../core/variable.ts";

/**
 * The mean of values: `Σ weight · value / Σ weight`; 0 before the first.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const mean = new metrics.Mean();
 * mean.updateState([1, 3]);
 * mean.updateState([5], [2]);
 * assertEquals(mean.result().item(), 3.5);
 * ```
 */
export class Mean extends MeanMetric {
  /** Takes values in, with weights that fit their first axes. */
  override updateState(values: TensorLike, sampleWeight: TensorLike | null = null): void {
    noGrad(() => tidy(() => this.accumulate(convertToTensor(values), sampleWeight)));
  }

  /** Takes values in and gives the mean so far. */
  override call(values: TensorLike, sampleWeight: TensorLike | null = null): Tensor {
    this.updateState(values, sampleWeight);
    return this.result();
  }
}

/**
 * The sum of values: `Σ weight · value`.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = new metrics.Sum();
 * sum.updateState([1, 3]);
 * sum.updateState([5], [2]);
 * assertEquals(sum.result().item(), 14);
 * ```
 */
export class Sum extends Metric {
  readonly total: Variable = this.addVariable("total");

  /** Takes values in, with weights that fit their first axes. */
  override updateState(values: TensorLike, sampleWeight: TensorLike | null = null): void {
    noGrad(() =>
      tidy(() => {
        const own = convertToTensor(values, { dtype: this.dtype });
        const weighted = sampleWeight === null
          ? own
          : multiply(own, alignWeights(convertToTensor(sampleWeight, { dtype: this.dtype }), own));
        this.total.assign(add(this.total, sum(weighted).to(this.total.backend)));
      })
    );
  }

  /** Takes values in and gives the sum so far. */
  override call(values: TensorLike, sampleWeight: TensorLike | null = null): Tensor {
    this.updateState(values, sampleWeight);
    return this.result();
  }

  override result(): Tensor {
    return this.total.detach();
  }
}
