/**
 * Metrics of a margin.
 *
 * @module
 */

import type { MetricOptions } from "../../core/metric.ts";
import { LossMetric } from "./_loss_metric.ts";

/**
 * The mean of `max(1 − yTrue · yPred, 0)`, for targets −1 and 1 (or 0 and 1).
 *
 * `[batch, …, features]` and the same.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.Hinge().call([[1], [-1]], [[0.5], [-3]]).item(), 0.25);
 * ```
 */
export class Hinge extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("Hinge", options);
  }
}

/**
 * The mean of `max(1 − yTrue · yPred, 0)²`, for targets −1 and 1 (or 0 and 1).
 *
 * `[batch, …, features]` and the same.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.SquaredHinge().call([[1], [-1]], [[0.5], [-3]]).item(), 0.125);
 * ```
 */
export class SquaredHinge extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("SquaredHinge", options);
  }
}

/**
 * The mean of `max(1 + max((1 − yTrue) · yPred) − Σ yTrue · yPred, 0)`, for one-hot targets.
 *
 * `[batch, …, classes]` and the same.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.CategoricalHinge().call([[0, 1, 0]], [[1, 3, 2.5]]).item(), 0.5);
 * ```
 */
export class CategoricalHinge extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("CategoricalHinge", options);
  }
}
