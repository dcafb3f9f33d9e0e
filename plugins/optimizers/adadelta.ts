/**
 * Adadelta.
 *
 * @module
 */

import { update } from "../../core/dispatch.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../../core/ops/mod.ts";
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

/** Options of {@linkcode Adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** From 0 on, or a schedule; the paper has none, which is 1. @default 0.001 */
  learningRate?: OptimizerOptions["learningRate"];
  /** What of the running means stays at a step, in [0, 1). @default 0.95 */
  rho?: number;
  /** Keeps the divisor away from 0, and the first steps too. @default 1e-7 */
  epsilon?: number;
}

interface AdadeltaAttributes {
  learningRate: number;
  rho: number;
  epsilon: number;
}

/** `[p, mean squared gradient, mean squared step, g]`. */
const adadeltaUpdate = defineUpdate<AdadeltaAttributes>(
  "adadeltaUpdate",
  ([p, gradients, steps, g], { learningRate, rho, epsilon }) => {
    const averaged = (mean: Tensor, value: Tensor): Tensor =>
      add(multiply(mean, rho), multiply(square(value), 1 - rho));
    const root = (x: Tensor): Tensor => sqrt(add(x, epsilon));
    const gradientsNext = averaged(gradients, g);
    const step = divide(multiply(root(steps), g), root(gradientsNext));
    return [subtract(p, multiply(step, learningRate)), gradientsNext, averaged(steps, step)];
  },
);

/**
 * Adadelta: steps in the unit of the parameter, from running means of squared gradients and squared steps.
 *
 * `v ← rho·v + (1 − rho)·g²`, `Δ = g·√(d + epsilon) / √(v + epsilon)`, `d ← rho·d + (1 − rho)·Δ²`,
 * `p ← p − learningRate·Δ`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * const adadelta = new optimizers.Adadelta({ learningRate: 1, rho: 0.75, epsilon: 0.01 });
 * adadelta.applyGradients([[tensor([4]), w]]);
 * assertAlmostEquals(w.item(), 2 - 4 * 0.1 / Math.sqrt(4.01), 1e-6);
 * ```
 *
 * Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012.
 */
export class Adadelta extends Optimizer {
  readonly rho: number;
  readonly epsilon: number;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | AdadeltaOptions | null,
    optionsAfterParameters?: AdadeltaOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.001);
    const { rho = 0.95, epsilon = 1e-7 } = options;
    this.rho = this.number("rho", rho, "in [0, 1)");
    this.epsilon = this.number("epsilon", epsilon, "finite and from 0 on");
  }

  protected override makeSlots(parameter: Parameter): Slots {
    return {
      accumulatedGradient: this.makeSlot(parameter, "accumulatedGradient"),
      accumulatedDelta: this.makeSlot(parameter, "accumulatedDelta"),
    };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { accumulatedGradient, accumulatedDelta }: Slots,
    learningRate: number,
  ): void {
    const variables = [parameter, accumulatedGradient, accumulatedDelta];
    const { rho, epsilon } = this;
    update(adadeltaUpdate, variables, [gradient], { learningRate, rho, epsilon });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rho: this.rho, epsilon: this.epsilon };
  }
}
