/**
 * FTRL.
 *
 * @module
 */

import { update } from "../../core/dispatch.ts";
import { add, clip, divide, multiply, power, square, subtract } from "../../core/ops/mod.ts";
import {
  Optimizer,
  type OptimizerOptions,
  type Slots,
  splitArguments,
} from "../../core/optimizer.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { defineUpdate } from "../../core/update_rules.ts";
import type { Parameter } from "../../core/variable.ts";

/** Options of {@linkcode Ftrl}. */
export interface FtrlOptions extends OptimizerOptions {
  /** How the rate falls with the sum of squares: its power, not above 0. @default -0.5 */
  learningRatePower?: number;
  /** What the sums of squared gradients start from, from 0 on. @default 0.1 */
  initialAccumulatorValue?: number;
  /** The cost of magnitude, which sets small parameters to 0. @default 0 */
  l1RegularizationStrength?: number;
  /** The cost of squares. @default 0 */
  l2RegularizationStrength?: number;
  /** The cost of squares as part of the gradient. @default 0 */
  l2ShrinkageRegularizationStrength?: number;
  /** The paper's β, from 0 on. @default 0 */
  beta?: number;
}

interface FtrlAttributes {
  learningRate: number;
  power: number;
  l1: number;
  l2: number;
  shrinkage: number;
}

/** `[p, accumulator, linear, g]`. */
const ftrlUpdate = defineUpdate<FtrlAttributes>(
  "ftrlUpdate",
  ([p, accumulator, linear, g], { learningRate, power: exponent, l1, l2, shrinkage }) => {
    const next = add(accumulator, square(g));
    const [before, after] = [power(accumulator, -exponent), power(next, -exponent)];
    const pull = multiply(divide(subtract(after, before), learningRate), p);
    const slope = add(g, multiply(p, 2 * shrinkage));
    const linearNext = add(linear, subtract(slope, pull));
    const quadratic = add(divide(after, learningRate), 2 * l2);
    const excess = subtract(clip(linearNext, { xMin: -l1, xMax: l1 }), linearNext);
    return [divide(excess, quadratic), next, linearNext];
  },
);

/**
 * FTRL, "follow the regularized leader": for wide, sparse, shallow models, many parameters of which shall be 0.
 *
 * With `n' = n + g²` and `σ = (n'^−k − n^−k) / learningRate`, k the power: `z ← z + g − σ·p`, then
 * `p ← (clip(z, −l1, l1) − z) / (n'^−k / learningRate + 2·l2 + beta / learningRate)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example A parameter that the gradient hardly moves becomes 0
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const w = new Parameter([0, 0]);
 * const ftrl = new optimizers.Ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.5 });
 * ftrl.applyGradients([[tensor([-4, 0.01]), w]]);
 * assert(w.get(0).item() > 0);
 * assertEquals(w.get(1).item(), 0);
 * ```
 *
 * McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013.
 */
export class Ftrl extends Optimizer {
  readonly learningRatePower: number;
  readonly initialAccumulatorValue: number;
  readonly l1RegularizationStrength: number;
  readonly l2RegularizationStrength: number;
  readonly l2ShrinkageRegularizationStrength: number;
  readonly beta: number;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | FtrlOptions | null,
    optionsAfterParameters?: FtrlOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.001);
    const strength = (option: keyof FtrlOptions, fallback: number): number =>
      this.number(option, options[option] ?? fallback, "finite and from 0 on");
    const { learningRatePower = -0.5 } = options;
    this.learningRatePower = this.number(
      "learningRatePower",
      learningRatePower,
      "finite and not above 0",
    );
    this.initialAccumulatorValue = strength("initialAccumulatorValue", 0.1);
    this.l1RegularizationStrength = strength("l1RegularizationStrength", 0);
    this.l2RegularizationStrength = strength("l2RegularizationStrength", 0);
    this.l2ShrinkageRegularizationStrength = strength("l2ShrinkageRegularizationStrength", 0);
    this.beta = strength("beta", 0);
  }

  protected override makeSlots(parameter: Parameter): Slots {
    const value = this.initialAccumulatorValue;
    return {
      accumulator: this.makeSlot(parameter, "accumulator", { value }),
      linear: this.makeSlot(parameter, "linear"),
    };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { accumulator, linear }: Slots,
    learningRate: number,
  ): void {
    if (learningRate === 0) return; // the formulas divide by it; schedules end at 0
    update(ftrlUpdate, [parameter, accumulator, linear], [gradient], {
      learningRate,
      power: this.learningRatePower,
      l1: this.l1RegularizationStrength,
      l2: this.l2RegularizationStrength + this.beta / (2 * learningRate),
      shrinkage: this.l2ShrinkageRegularizationStrength,
    });
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      learningRatePower: this.learningRatePower,
      initialAccumulatorValue: this.initialAccumulatorValue,
      l1RegularizationStrength: this.l1RegularizationStrength,
      l2RegularizationStrength: this.l2RegularizationStrength,
      l2ShrinkageRegularizationStrength: this.l2ShrinkageRegularizationStrength,
      beta: this.beta,
    };
  }
}
