/**
 * Accuracies: how often predictions are right.
 *
 * @module
 */

import { errors } from "../../core/errors.ts";
import { alignTarget } from "../../core/loss.ts";
import { MeanOverExamples, type MetricOptions, type OutputShapes } from "../../core/metric.ts";
import { argmax, equal, greater, squeeze } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import { sameShape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";

/**
 * How often predictions equal targets.
 *
 * `[batch, …]` and the same. Named by a string in `compile`, `"accuracy"` becomes
 * {@linkcode BinaryAccuracy}, {@linkcode SparseCategoricalAccuracy} or {@linkcode CategoricalAccuracy}, whichever suits
 * the shapes.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new metrics.Accuracy().call([1, 2, 3, 4], [0, 2, 3, 4]).item(), 0.75);
 * ```
 */
export class Accuracy extends MeanOverExamples {
  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return equal(...alignTarget(this.computing, yTrue, yPred));
  }

  /** The accuracy that suits targets and predictions of these shapes, batch axes included. */
  static specialize({ yTrue, yPred }: OutputShapes): string {
    const [target, prediction] = [yTrue.at(-1), yPred.at(-1)];
    if (prediction === 1) return "BinaryAccuracy";
    const isColumn = target === 1 && (prediction ?? 0) > 1;
    const isSparse = yTrue.length < yPred.length || isColumn;
    return isSparse ? "SparseCategoricalAccuracy" : "CategoricalAccuracy";
  }
}

/** Options of {@linkcode BinaryAccuracy}. */
export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above it count as 1. For logits, give 0. @default 0.5 */
  threshold?: number;
}

/**
 * How often predictions are on the target's side of a threshold.
 *
 * `[batch, …, labels]` and the same; targets are 0 and 1.
 *
 * @throws {RangeError} When the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const accuracy = new metrics.BinaryAccuracy();
 * assertEquals(accuracy.call([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]).item(), 0.75);
 * ```
 */
export class BinaryAccuracy extends MeanOverExamples {
  readonly threshold: number;

  constructor(options: BinaryAccuracyOptions = {}) {
    super(options);
    const { threshold = 0.5 } = options;
    this.threshold = this.number("threshold", threshold, "finite");
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred);
    return equal(target, greater(prediction, this.threshold));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), threshold: this.threshold };
  }
}

/**
 * How often the greatest prediction is the target's class, for one-hot targets.
 *
 * `[batch, …, classes]` and the same; predictions may be probabilities or logits.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const accuracy = new metrics.CategoricalAccuracy();
 * assertEquals(accuracy.call([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]).item(), 0.5);
 * ```
 */
export class CategoricalAccuracy extends MeanOverExamples {
  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred);
    return equal(argmax(target, { axis: -1 }), argmax(prediction, { axis: -1 }));
  }
}

/**
 * How often the greatest prediction is the target's class, for targets that are class numbers.
 *
 * `[batch, …]`, or `[batch, …, 1]`, and `[batch, …, classes]`; predictions may be probabilities or logits.
 *
 * @throws {RangeError} When the shapes do not fit.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const accuracy = new metrics.SparseCategoricalAccuracy();
 * assertEquals(accuracy.call([2, 1], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]]).item(), 0.5);
 * ```
 */
export class SparseCategoricalAccuracy extends MeanOverExamples {
  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const labels = classNumbers(this.computing, yTrue, yPred);
    return equal(labels, argmax(yPred, { axis: -1 }));
  }
}

/**
 * Targets as class numbers, one for each row of predictions; a last axis of 1 goes.
 *
 * @throws {RangeError} When the shapes do not fit.
 */
export function classNumbers(operation: string, yTrue: Tensor, yPred: Tensor): Tensor {
  const isColumn = yTrue.ndim === yPred.ndim && yTrue.dims[yTrue.ndim - 1] === 1;
  const labels = isColumn ? squeeze(yTrue, -1) : yTrue;
  if (sameShape(labels.dims, yPred.dims.slice(0, -1))) return labels;
  throw errors.shapes(
    operation,
    "targets must be class numbers, one for each row of predictions",
    yTrue.dims,
    yPred.dims,
  );
}
