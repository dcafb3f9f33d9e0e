/**
 * Cross entropies of one class in many, for one-hot targets: CategoricalCrossentropy and its focal form.
 *
 * @module
 */

import { alignTarget, Loss, type LossOptions } from "../../core/loss.ts";
import {
  add,
  log,
  logSoftmax,
  multiply,
  negative,
  power,
  softmax,
  subtract,
  sum,
} from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import { normalizeAxis } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { normalized } from "./_probabilities.ts";

/** Options of {@linkcode CategoricalCrossentropy}. */
export interface CategoricalCrossentropyOptions extends LossOptions {
  /** Whether predictions are logits; else they are probabilities. @default false */
  fromLogits?: boolean;
  /** How far targets are drawn towards even odds, in [0, 1]. @default 0 */
  labelSmoothing?: number;
  /** The axis of the classes. @default -1 */
  axis?: number;
}

/** What both forms have in common. */
export abstract class CategoricalLoss extends Loss {
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: CategoricalCrossentropyOptions = {}) {
    super(options);
    const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
    this.fromLogits = this.switch("fromLogits", fromLogits);
    this.labelSmoothing = this.number("labelSmoothing", labelSmoothing, "in [0, 1]");
    this.axis = this.number("axis", axis, "a whole number");
  }

  /** The value of each example, from smoothed targets. */
  protected abstract examples(yTrue: Tensor, yPred: Tensor): Tensor;

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignTarget(
      this.computing,
      yTrue,
      yPred,
      "targets must be one-hot, in the shape of predictions (class numbers are for SparseCategoricalCrossentropy)",
    );
    return this.examples(smoothLabels(target, this.labelSmoothing, this.axis), prediction);
  }

  override getConfig(): Config {
    const { fromLogits, labelSmoothing, axis } = this;
    return { ...super.getConfig(), fromLogits, labelSmoothing, axis };
  }
}

/** Distributions drawn towards even odds. */
export function smoothLabels(target: Tensor, smoothing: number, axis: number): Tensor {
  if (smoothing === 0) return target;
  const classes = target.shape[normalizeAxis("smooth labels", axis, target.ndim)];
  return add(multiply(target, 1 - smoothing), smoothing / classes);
}

/**
 * The cross entropy of one class in many: `−Σ yTrue · log p` over the classes, for one-hot targets or distributions.
 *
 * `[batch, …, classes]` and the same to `[batch, …]`, then reduced. Probabilities are divided by their sum and kept in
 * [1e-7, 1 − 1e-7]; `fromLogits: true` is faster and exact.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const crossentropy = new losses.CategoricalCrossentropy();
 * assertAlmostEquals(crossentropy.call([[0, 1, 0]], [[0.25, 0.5, 0.25]]).item(), Math.LN2, 1e-6);
 *
 * const fromLogits = new losses.CategoricalCrossentropy({ fromLogits: true });
 * assertAlmostEquals(fromLogits.call([[0, 1, 0]], [[0, 0, 0]]).item(), Math.log(3), 1e-6);
 * ```
 */
export class CategoricalCrossentropy extends CategoricalLoss {
  protected override examples(yTrue: Tensor, yPred: Tensor): Tensor {
    const { axis, fromLogits } = this;
    const logs = fromLogits ? logSoftmax(yPred, { axis }) : log(normalized(yPred, yPred, axis));
    return negative(sum(multiply(yTrue, logs), { axis }));
  }
}

/** Options of {@linkcode CategoricalFocalCrossentropy}. */
export interface CategoricalFocalCrossentropyOptions extends CategoricalCrossentropyOptions {
  /** The weight of all classes, from 0 on. @default 0.25 */
  alpha?: number;
  /** How much less easy examples count, from 0 on. @default 2 */
  gamma?: number;
}

/**
 * A cross entropy in which easy examples count less: `−Σ alpha · (1 − p)^gamma · yTrue · log p`.
 *
 * `[batch, …, classes]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const focal = new losses.CategoricalFocalCrossentropy({ alpha: 1 });
 * assertAlmostEquals(focal.call([[1, 0]], [[0.5, 0.5]]).item(), 0.25 * Math.LN2, 1e-6);
 * ```
 *
 * Lin et al., "Focal Loss for Dense Object Detection", 2017.
 */
export class CategoricalFocalCrossentropy extends CategoricalLoss {
  readonly alpha: number;
  readonly gamma: number;

  constructor(options: CategoricalFocalCrossentropyOptions = {}) {
    super(options);
    const { alpha = 0.25, gamma = 2 } = options;
    this.alpha = this.number("alpha", alpha, "finite and from 0 on");
    this.gamma = this.number("gamma", gamma, "finite and from 0 on");
  }

  protected override examples(yTrue: Tensor, yPred: Tensor): Tensor {
    const { axis, alpha, gamma } = this;
    const given = this.fromLogits ? softmax(yPred, { axis }) : yPred;
    const p = normalized(given, given, axis);
    const weight = multiply(power(subtract(1, p), gamma), alpha);
    return negative(sum(multiply(weight, multiply(yTrue, log(p))), { axis }));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), alpha: this.alpha, gamma: this.gamma };
  }
}
