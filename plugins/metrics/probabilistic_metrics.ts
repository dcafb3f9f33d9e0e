/**
 * Metrics of probabilities: cross entropies, divergence, counts, and likeness of directions.
 *
 * @module
 */

import type { MetricOptions } from "../../core/metric.ts";
import { negative } from "../../core/ops/mod.ts";
import type { Tensor } from "../../core/tensor.ts";
import { LossMetric } from "./_loss_metric.ts";

/** Options of {@linkcode BinaryCrossentropy}. */
export interface BinaryCrossentropyOptions extends MetricOptions {
  /** Whether predictions are logits; else they are probabilities. @default false */
  fromLogits?: boolean;
  /** How far targets are drawn towards 1/2, in [0, 1]. @default 0 */
  labelSmoothing?: number;
}

/**
 * The mean of `−yTrue · log p − (1 − yTrue) · log(1 − p)`.
 *
 * `[batch, …, labels]` and the same.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const crossentropy = new metrics.BinaryCrossentropy();
 * assertAlmostEquals(crossentropy.call([[1], [0]], [[0.5], [0.5]]).item(), Math.LN2, 1e-6);
 * ```
 */
export class BinaryCrossentropy extends LossMetric {
  constructor(options: BinaryCrossentropyOptions = {}) {
    const { fromLogits, labelSmoothing } = options;
    super("BinaryCrossentropy", options, { fromLogits, labelSmoothing });
  }
}

/** Options of {@linkcode CategoricalCrossentropy}. */
export interface CategoricalCrossentropyOptions extends MetricOptions {
  /** Whether predictions are logits; else they are probabilities. @default false */
  fromLogits?: boolean;
  /** How far targets are drawn towards even odds, in [0, 1]. @default 0 */
  labelSmoothing?: number;
  /** The axis of the classes. @default -1 */
  axis?: number;
}

/**
 * The mean of `−Σ yTrue · log p`, for one-hot targets.
 *
 * `[batch, …, classes]` and the same.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const crossentropy = new metrics.CategoricalCrossentropy({ fromLogits: true });
 * assertAlmostEquals(crossentropy.call([[0, 1, 0]], [[0, 0, 0]]).item(), Math.log(3), 1e-6);
 * ```
 */
export class CategoricalCrossentropy extends LossMetric {
  constructor(options: CategoricalCrossentropyOptions = {}) {
    const { fromLogits, labelSmoothing, axis } = options;
    super("CategoricalCrossentropy", options, { fromLogits, labelSmoothing, axis });
  }
}

/** Options of {@linkcode SparseCategoricalCrossentropy}. */
export interface SparseCategoricalCrossentropyOptions extends MetricOptions {
  /** Whether predictions are logits; else they are probabilities. @default false */
  fromLogits?: boolean;
  /** A label that stands for no class: its examples do not count. @default null */
  ignoreClass?: number | null;
  /** The axis of the classes. @default -1 */
  axis?: number;
}

/**
 * The mean of `−log p[yTrue]`, for targets that are class numbers.
 *
 * `[batch, …]`, or `[batch, …, 1]`, and `[batch, …, classes]`.
 *
 * @throws {RangeError} When the shapes do not fit, or a label is no class.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const crossentropy = new metrics.SparseCategoricalCrossentropy({ fromLogits: true });
 * assertAlmostEquals(crossentropy.call([1], [[0, 0, 0]]).item(), Math.log(3), 1e-6);
 * ```
 */
export class SparseCategoricalCrossentropy extends LossMetric {
  constructor(options: SparseCategoricalCrossentropyOptions = {}) {
    const { fromLogits, ignoreClass, axis } = options;
    super("SparseCategoricalCrossentropy", options, { fromLogits, ignoreClass, axis });
  }
}

/**
 * The mean of `Σ yTrue · log(yTrue / yPred)`, for distributions.
 *
 * `[batch, …, classes]` and the same.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const divergence = new metrics.KLDivergence();
 * assertAlmostEquals(divergence.call([[1, 0]], [[0.5, 0.5]]).item(), Math.LN2, 1e-5);
 * ```
 */
export class KLDivergence extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("KLDivergence", options);
  }
}

/**
 * The mean of `yPred − yTrue · log(yPred + 1e-7)`, for counts.
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
 * assertAlmostEquals(new metrics.Poisson().call([[2]], [[1]]).item(), 1, 1e-5);
 * ```
 */
export class Poisson extends LossMetric {
  constructor(options: MetricOptions = {}) {
    super("Poisson", options);
  }
}

/** Options of {@linkcode CosineSimilarity}. */
export interface CosineSimilarityOptions extends MetricOptions {
  /** The axis of the vectors. @default -1 */
  axis?: number;
}

/**
 * The mean cosine of the angle between target and prediction; the loss of that name is its negative.
 *
 * `[batch, …, features]` and the same.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(new metrics.CosineSimilarity().call([[3, 4]], [[6, 8]]).item(), 1, 1e-6);
 * ```
 */
export class CosineSimilarity extends LossMetric {
  constructor(options: CosineSimilarityOptions = {}) {
    super("CosineSimilarity", options, { axis: options.axis });
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return negative(super.compute(yTrue, yPred));
  }
}
