/**
 * Adagrad.
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

/** Options of {@linkcode Adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** What the sums of squared gradients start from, from 0 on. @default 0.1 */
  initialAccumulatorValue?: number;
  /** Keeps the divisor away from 0. @default 1e-7 */
  epsilon?: number;
}

interface AdagradAttributes {
  learningRate: number;
  epsilon: number;
}

/** `[p, sum, g]`. */
const adagradUpdate = defineUpdate<AdagradAttributes>(
  "adagradUpdate",
  ([p, total, g], { learningRate, epsilon }) => {
    const next = add(total, square(g));
    const step = divide(multiply(g, learningRate), sqrt(add(next, epsilon)));
    return [subtract(p, step), next];
  },
);

/**
 * Adagrad: gradient descent that slows down for each element by the gradients it has had.
 *
 * `s ← s + g²` and `p ← p − learningRate·g / √(s + epsilon)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * const adagrad = new optimizers.Adagrad({ learningRate: 0.1, initialAccumulatorValue: 9 });
 * adagrad.applyGradients([[tensor([4]), w]]);
 * assertAlmostEquals(w.item(), 2 - 0.1 * 4 / 5, 1e-6);
 * ```
 *
 * Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011.
 */
export class Adagrad extends Optimizer {
  readonly initialAccumulatorValue: number;
  readonly epsilon: number;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | AdagradOptions | null,
    optionsAfterParameters?: AdagradOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.001);
    const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = options;
    this.initialAccumulatorValue = this.number(
      "initialAccumulatorValue",
      initialAccumulatorValue,
      "finite and from 0 on",
    );
    this.epsilon = this.number("epsilon", epsilon, "finite and from 0 on");
  }

  protected override makeSlots(parameter: Parameter): Slots {
    const value = this.initialAccumulatorValue;
    return { accumulator: this.makeSlot(parameter, "accumulator", { value }) };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { accumulator }: Slots,
    learningRate: number,
  ): void {
    const attributes = { learningRate, epsilon: this.epsilon };
    update(adagradUpdate, [parameter, accumulator], [gradient], attributes);
  }

  override getConfig(): Config {
    const { initialAccumulatorValue, epsilon } = this;
    return { ...super.getConfig(), initialAccumulatorValue, epsilon };
  }
}
