/**
 * Losses of overlap, for images of probabilities: Dice and Tversky.
 *
 * @module
 */

import { alignTarget, Loss, type LossOptions } from "../../core/loss.ts";
import { add, divide, multiply, subtract, sum } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Axis } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { EPSILON } from "./_elementwise.ts";

/** Options of {@linkcode Dice}. */
export interface DiceOptions extends LossOptions {
  /** The axes over which overlap is taken. @default null (all) */
  axis?: Axis;
}

/**
 * `1 − 2 Σ yTrue·yPred / (Σ yTrue + Σ yPred + 1e-7)`: 0 where two masks are the same, 1 where they have nothing in common.
 *
 * `[batch, …]` and the same to the axes that are left, then reduced.
 *
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(new losses.Dice().call([[1, 1, 0]], [[1, 0, 1]]).item(), 0.5, 1e-6);
 * ```
 *
 * Milletari, Navab and Ahmadi, "V-Net", 2016.
 */
export class Dice extends Loss {
  readonly axis: Axis;

  constructor(options: DiceOptions = {}) {
    super(options);
    this.axis = options.axis ?? null;
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const { axis } = this;
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred);
    const common = sum(multiply(target, prediction), { axis });
    const total = add(sum(target, { axis }), sum(prediction, { axis }));
    return subtract(1, divide(multiply(common, 2), add(total, EPSILON)));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

/** Options of {@linkcode Tversky}. */
export interface TverskyOptions extends DiceOptions {
  /** The cost of what the target has and the prediction lacks, from 0 on. @default 0.5 */
  alpha?: number;
  /** The cost of what the prediction has and the target lacks, from 0 on. @default 0.5 */
  beta?: number;
}

/**
 * `1 − common / (common + alpha·missed + beta·invented + 1e-7)`: {@linkcode Dice} with two costs.
 *
 * `[batch, …]` and the same to the axes that are left, then reduced.
 *
 * @throws {RangeError} When the shapes differ, or a cost is negative.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const tversky = new losses.Tversky({ alpha: 0.75, beta: 0.25 });
 * assertAlmostEquals(tversky.call([[1, 1, 0]], [[1, 0, 0]]).item(), 0.75 / 1.75, 1e-6);
 * ```
 *
 * Salehi, Erdogmus and Gholipour, "Tversky loss function for image segmentation", 2017.
 */
export class Tversky extends Loss {
  readonly alpha: number;
  readonly beta: number;
  readonly axis: Axis;

  constructor(options: TverskyOptions = {}) {
    super(options);
    const { alpha = 0.5, beta = 0.5, axis = null } = options;
    this.alpha = this.number("alpha", alpha, "finite and from 0 on");
    this.beta = this.number("beta", beta, "finite and from 0 on");
    this.axis = axis;
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const { axis } = this;
    const [target, prediction] = alignTarget(this.computing, yTrue, yPred);
    const common = sum(multiply(target, prediction), { axis });
    const missed = sum(multiply(target, subtract(1, prediction)), { axis });
    const invented = sum(multiply(subtract(1, target), prediction), { axis });
    const costs = add(multiply(missed, this.alpha), multiply(invented, this.beta));
    return subtract(1, divide(common, add(add(common, costs), EPSILON)));
  }

  override getConfig(): Config {
    const { alpha, beta, axis } = this;
    return { ...super.getConfig(), alpha, beta, axis };
  }
}
