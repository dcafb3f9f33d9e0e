/**
 * Right and wrong answers to yes-or-no questions: their counts, precision and recall.
 *
 * @module
 */

import { add, divideNoNan } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ConfusionMetric, type PositiveOptions } from "./_confusion.ts";

/**
 * How many positive answers are right.
 *
 * `[batch, …]` and the same; targets are 0 and 1. With several thresholds the result is a vector.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.TruePositives().call([0, 1, 1, 1], [1, 0, 1, 1]).item(), 2);
 * ```
 */
export class TruePositives extends ConfusionMetric {
  constructor(options: PositiveOptions = {}) {
    super(["truePositives"], options);
  }

  override result(): Tensor {
    return this.countOf("truePositives");
  }
}

/**
 * How many positive answers are wrong.
 *
 * `[batch, …]` and the same; targets are 0 and 1. With several thresholds the result is a vector.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.FalsePositives().call([0, 1, 0, 0], [1, 0, 1, 0]).item(), 2);
 * ```
 */
export class FalsePositives extends ConfusionMetric {
  constructor(options: PositiveOptions = {}) {
    super(["falsePositives"], options);
  }

  override result(): Tensor {
    return this.countOf("falsePositives");
  }
}

/**
 * How many negative answers are right.
 *
 * `[batch, …]` and the same; targets are 0 and 1. With several thresholds the result is a vector.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.TrueNegatives().call([0, 1, 0, 0], [1, 1, 0, 0]).item(), 2);
 * ```
 */
export class TrueNegatives extends ConfusionMetric {
  constructor(options: PositiveOptions = {}) {
    super(["trueNegatives"], options);
  }

  override result(): Tensor {
    return this.countOf("trueNegatives");
  }
}

/**
 * How many negative answers are wrong.
 *
 * `[batch, …]` and the same; targets are 0 and 1. With several thresholds the result is a vector.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.FalseNegatives().call([0, 1, 1, 1], [0, 1, 0, 0]).item(), 2);
 * ```
 */
export class FalseNegatives extends ConfusionMetric {
  constructor(options: PositiveOptions = {}) {
    super(["falseNegatives"], options);
  }

  override result(): Tensor {
    return this.countOf("falseNegatives");
  }
}

/**
 * How many of the positive answers are right: `TP / (TP + FP)`; 0 where there are none.
 *
 * `[batch, …]` and the same; targets are 0 and 1. With several thresholds the result is a vector.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const precision = new metrics.Precision();
 * assertEquals(precision.call([0, 1, 1, 0], [0.7, 0.2, 0.9, 0.1]).item(), 0.5);
 *
 * const several = new metrics.Precision({ thresholds: [0.5, 0.8] });
 * assertEquals(several.call([0, 1, 1, 0], [0.7, 0.2, 0.9, 0.1]).toArray(), [0.5, 1]);
 * ```
 */
export class Precision extends ConfusionMetric {
  constructor(options: PositiveOptions = {}) {
    super(["truePositives", "falsePositives"], options);
  }

  override result(): Tensor {
    const right = this.countOf("truePositives");
    return divideNoNan(right, add(right, this.countOf("falsePositives")));
  }
}

/**
 * How many of the positive targets are found: `TP / (TP + FN)`; 0 where there are none.
 *
 * `[batch, …]` and the same; targets are 0 and 1. With several thresholds the result is a vector.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.Recall().call([1, 1, 1, 1], [0.7, 0.2, 0.9, 0.8]).item(), 0.75);
 * ```
 */
export class Recall extends ConfusionMetric {
  constructor(options: PositiveOptions = {}) {
    super(["truePositives", "falseNegatives"], options);
  }

  override result(): Tensor {
    const right = this.countOf("truePositives");
    return divideNoNan(right, add(right, this.countOf("falseNegatives")));
  }
}
