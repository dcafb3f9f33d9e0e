/**
 * Errors of numbers: the mean of a difference, in one sense or another.
 *
 * @module
 */

import type { MetricOptions } from "../../core/metric.ts";
import { sqrt } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { LossMetric } from "./_loss_metric.ts";

/**
 * The mean of `(yTrue − yPred)²`.
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
 * assertEquals(new metrics.MeanSquaredError().call([[0, 1], [0, 0]], [[2, 1], [0, 0]]).item(), 1);
 * ```
 */
export class MeanSquaredError extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("MeanSquaredError", options);
  }
}

/**
 * The square root of the mean of `(yTrue − yPred)²`.
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
 * assertEquals(new metrics.RootMeanSquaredError().call([[0, 1], [0, 0]], [[4, 1], [0, 0]]).item(), 2);
 * ```
 */
export class RootMeanSquaredError extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("MeanSquaredError", options);
  }

  override result(): Tensor {
    return sqrt(super.result());
  }
}

/**
 * The mean of `|yTrue − yPred|`.
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
 * assertEquals(new metrics.MeanAbsoluteError().call([[0, 1], [0, 0]], [[2, 1], [0, 0]]).item(), 0.5);
 * ```
 */
export class MeanAbsoluteError extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("MeanAbsoluteError", options);
  }
}

/**
 * The mean of `100 · |yTrue − yPred| / max(|yTrue|, 1e-7)`.
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
 * assertEquals(new metrics.MeanAbsolutePercentageError().call([[2]], [[3]]).item(), 50);
 * ```
 */
export class MeanAbsolutePercentageError extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("MeanAbsolutePercentageError", options);
  }
}

/**
 * The mean of `(log(1 + yTrue) − log(1 + yPred))²`.
 *
 * `[batch, …, features]` and the same.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const msle = new metrics.MeanSquaredLogarithmicError();
 * assertAlmostEquals(msle.call([[Math.E - 1]], [[0]]).item(), 1, 1e-5);
 * ```
 */
export class MeanSquaredLogarithmicError extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("MeanSquaredLogarithmicError", options);
  }
}

/**
 * The mean of `log(cosh(yPred − yTrue))`.
 *
 * `[batch, …, features]` and the same.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logCosh = new metrics.LogCoshError();
 * assertAlmostEquals(logCosh.call([[0]], [[100]]).item(), 100 - Math.LN2, 1e-4);
 * ```
 */
export class LogCoshError extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("LogCosh", options);
  }
}
