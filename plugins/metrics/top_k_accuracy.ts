/**
 * Accuracies that are content with a place among the first k.
 *
 * @module
 */

import { alignTarget } from "../../core/loss.ts";
import { MeanOverExamples, type MetricOptions } from "../../core/metric.ts";
import { any, argmax, equal, expandDims, inTopK } from "../../core/ops/mod.ts";
import { sliceAxis } from "../../core/ops/movement.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { classNumbers } from "./accuracy.ts";

/** Options of {@linkcode TopKCategoricalAccuracy}. */
export interface TopKOptions extends MetricOptions {
  /** How many predictions count as right, from 1 to the number of classes. @default 5 */
  k?: number;
}

/**
 * How often the target's class is among the k greatest predictions, for one-hot targets.
 *
 * `[batch, …, classes]` and the same.
 *
 * @throws {RangeError} When the shapes differ, or there are less than k classes.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const accuracy = new metrics.TopKCategoricalAccuracy({ k: 2 });
 * assertEquals(accuracy.call([[0, 0, 1], [1, 0, 0]], [[0.1, 0.9, 0.8], [0.05, 0.9, 0.1]]).item(), 0.5);
 * ```
 */
export class TopKCategoricalAccuracy extends MeanOverExamples {
  readonly k: number;

  constructor(options: TopKOptions = {}) {
    super(options);
    const { k = 5 } = options;
    this.k = this.number("k", k, "a whole number from 1 on");
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred);
    return inTopK(argmax(target, { axis: -1 }), prediction, { k: this.k });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k };
  }
}

/** Options of {@linkcode SparseTopKCategoricalAccuracy}. */
export interface SparseTopKOptions extends TopKOptions {
  /** Whether predictions are class numbers, the likeliest first, instead of scores. @default false */
  fromSortedIds?: boolean;
}

/**
 * How often the target's class is among the k greatest predictions, for targets that are class numbers.
 *
 * `[batch, …]`, or `[batch, …, 1]`, and `[batch, …, classes]`.
 *
 * @throws {RangeError} When the shapes do not fit, or there are less than k classes.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const accuracy = new metrics.SparseTopKCategoricalAccuracy({ k: 2 });
 * assertEquals(accuracy.call([2, 0], [[0.1, 0.9, 0.8], [0.05, 0.9, 0.1]]).item(), 0.5);
 * ```
 */
export class SparseTopKCategoricalAccuracy extends MeanOverExamples {
  readonly k: number;
  readonly fromSortedIds: boolean;

  constructor(options: SparseTopKOptions = {}) {
    super(options);
    const { k = 5, fromSortedIds = false } = options;
    this.k = this.number("k", k, "a whole number from 1 on");
    this.fromSortedIds = this.switch("fromSortedIds", fromSortedIds);
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const labels = classNumbers(this.computing, yTrue, yPred);
    if (!this.fromSortedIds) return inTopK(labels, yPred, { k: this.k });
    const axis = yPred.ndim - 1;
    const first = sliceAxis(yPred, axis, 0, Math.min(this.k, yPred.shape[axis]));
    return any(equal(expandDims(labels, -1), first), { axis: -1 });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k, fromSortedIds: this.fromSortedIds };
  }
}
