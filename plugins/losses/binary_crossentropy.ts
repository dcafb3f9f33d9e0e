/**
 * Cross entropies of yes or no: BinaryCrossentropy and its focal form.
 *
 * @module
 */

import { Loss, type LossOptions } from "../../core/loss.ts";
import {
  add,
  binaryCrossentropy,
  mean,
  multiply,
  power,
  sigmoid,
  subtract,
} from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { alignExamples } from "./_elementwise.ts";

/** Options of {@linkcode BinaryCrossentropy}. */
export interface BinaryCrossentropyOptions extends LossOptions {
  /** Whether predictions are logits; else they are probabilities. @default false */
  fromLogits?: boolean;
  /** How far targets are drawn towards 1/2, in [0, 1]. @default 0 */
  labelSmoothing?: number;
  /** The axis that the mean is taken over first. @default -1 */
  axis?: number;
}

/** What both forms have in common. */
export abstract class BinaryLoss extends Loss {
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;

  constructor(options: BinaryCrossentropyOptions = {}) {
    super(options);
    const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
    this.fromLogits = this.switch("fromLogits", fromLogits);
    this.labelSmoothing = this.number("labelSmoothing", labelSmoothing, "in [0, 1]");
    this.axis = this.number("axis", axis, "a whole number");
  }

  /** The value of each element, from smoothed targets. */
  protected abstract elementwise(yTrue: Tensor, yPred: Tensor): Tensor;

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const [target, prediction] = alignExamples(this.computing, yTrue, yPred);
    const { labelSmoothing: smoothing } = this;
    const smoothed = smoothing === 0 ? target : add(multiply(target, 1 - smoothing), smoothing / 2);
    return mean(this.elementwise(smoothed, prediction), { axis: this.axis });
  }

  override getConfig(): Config {
    const { fromLogits, labelSmoothing, axis } = this;
    return { ...super.getConfig(), fromLogits, labelSmoothing, axis };
  }
}

/**
 * The cross entropy of independent yes-or-no targets: `−yTrue · log p − (1 − yTrue) · log(1 − p)`.
 *
 * `[batch, …, labels]` and the same to `[batch, …]`, then reduced. Probabilities are kept in [1e-7, 1 − 1e-7];
 * `fromLogits: true` is more exact, as it needs no such bounds.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const bce = new losses.BinaryCrossentropy();
 * assertAlmostEquals(bce.call([[1], [0]], [[0.5], [0.5]]).item(), Math.LN2, 1e-6);
 *
 * const fromLogits = new losses.BinaryCrossentropy({ fromLogits: true });
 * assertAlmostEquals(fromLogits.call([[1], [0]], [[-1000], [-1000]]).item(), 500);
 * ```
 */
export class BinaryCrossentropy extends BinaryLoss {
  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    return binaryCrossentropy(yTrue, yPred, { fromLogits: this.fromLogits });
  }
}

/** Options of {@linkcode BinaryFocalCrossentropy}. */
export interface BinaryFocalCrossentropyOptions extends BinaryCrossentropyOptions {
  /** Whether `alpha` weighs the two answers. @default false */
  applyClassBalancing?: boolean;
  /** The weight of targets 1, in [0, 1]; targets 0 weigh the rest. @default 0.25 */
  alpha?: number;
  /** How much less easy examples count, from 0 on. @default 2 */
  gamma?: number;
}

/**
 * A binary cross entropy in which easy examples count less: `(1 − p')^gamma` times it, `p'` being the probability of the
 * right answer.
 *
 * `[batch, …, labels]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When an option is out of range, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const focal = new losses.BinaryFocalCrossentropy();
 * assertAlmostEquals(focal.call([[1]], [[0.5]]).item(), 0.25 * Math.LN2, 1e-6);
 * ```
 *
 * Lin et al., "Focal Loss for Dense Object Detection", 2017.
 */
export class BinaryFocalCrossentropy extends BinaryLoss {
  readonly applyClassBalancing: boolean;
  readonly alpha: number;
  readonly gamma: number;

  constructor(options: BinaryFocalCrossentropyOptions = {}) {
    super(options);
    const { applyClassBalancing = false, alpha = 0.25, gamma = 2 } = options;
    this.applyClassBalancing = this.switch("applyClassBalancing", applyClassBalancing);
    this.alpha = this.number("alpha", alpha, "in [0, 1]");
    this.gamma = this.number("gamma", gamma, "finite and from 0 on");
  }

  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    const { alpha, gamma } = this;
    const p = this.fromLogits ? sigmoid(yPred) : yPred;
    // The probability of the wrong answer: t(1 − p) + (1 − t)p.
    const wrong = add(yTrue, multiply(p, subtract(1, multiply(yTrue, 2))));
    const entropy = binaryCrossentropy(yTrue, yPred, { fromLogits: this.fromLogits });
    const focal = multiply(power(wrong, gamma), entropy);
    if (!this.applyClassBalancing) return focal;
    return multiply(focal, add(multiply(yTrue, 2 * alpha - 1), 1 - alpha));
  }

  override getConfig(): Config {
    const { applyClassBalancing, alpha, gamma } = this;
    return { ...super.getConfig(), applyClassBalancing, alpha, gamma };
  }
}
