/**
 * RMSprop.
 *
 * @module
 */

import type { Update } from "../../core/dispatch.ts";
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

/** Options of {@linkcode RMSprop}. */
export interface RMSpropOptions extends OptimizerOptions {
  /** What of the mean squared gradient stays at a step, in [0, 1). @default 0.9 */
  rho?: number;
  /** What of the last step is made again, in [0, 1]. @default 0 */
  momentum?: number;
  /** Keeps the divisor away from 0. @default 1e-7 */
  epsilon?: number;
  /** Whether it divides by the deviation from the mean gradient instead. @default false */
  centered?: boolean;
}

interface RMSpropAttributes {
  learningRate: number;
  rho: number;
  epsilon: number;
}

/** rho·mean + (1 − rho)·value. */
function averaged(mean: Tensor, value: Tensor, rho: number): Tensor {
  return add(multiply(mean, rho), multiply(value, 1 - rho));
}

/** `[p, v, g]`. */
const rmspropUpdate = defineUpdate<RMSpropAttributes>(
  "rmspropUpdate",
  ([p, v, g], { learningRate, rho, epsilon }) => {
    const vNext = averaged(v, square(g), rho);
    const step = divide(multiply(g, learningRate), sqrt(add(vNext, epsilon)));
    return [subtract(p, step), vNext];
  },
);

interface VariantAttributes extends RMSpropAttributes {
  momentum: number;
  centered: boolean;
}

/** `[p, v, m, mean gradient, g]`; m and the mean are there where momentum and centering ask for them. */
const rmspropVariantUpdate = defineUpdate<VariantAttributes>(
  "rmspropVariantUpdate",
  ([p, v, ...others], { learningRate, rho, epsilon, momentum, centered }) => {
    const g = others[others.length - 1];
    const vNext = averaged(v, square(g), rho);
    const meanNext = centered ? averaged(others[others.length - 2], g, rho) : null;
    const spread = meanNext === null ? vNext : subtract(vNext, square(meanNext));
    const step = divide(multiply(g, learningRate), sqrt(add(spread, epsilon)));
    const mNext = momentum > 0 ? add(multiply(others[0], momentum), step) : null;
    const next = [subtract(p, mNext ?? step), vNext, mNext, meanNext];
    return next.filter((tensor) => tensor !== null);
  },
);

/**
 * RMSprop: gradient descent, the gradient divided by the root of a running mean of its square.
 *
 * `v ← rho·v + (1 − rho)·g²` and `p ← p − learningRate·g / √(v + epsilon)`. `centered` subtracts the square of the
 * running mean gradient from v; with `momentum`, `m ← momentum·m + step` and `p ← p − m`. Like Keras, and unlike
 * PyTorch, it adds `epsilon` under the root.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * const rmsprop = new optimizers.RMSprop({ learningRate: 0.1, rho: 0.75 });
 * rmsprop.applyGradients([[tensor([4]), w]]);
 * assertAlmostEquals(w.item(), 1.8, 1e-6); // v = 4, √v = 2
 * ```
 *
 * Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012.
 */
export class RMSprop extends Optimizer {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | RMSpropOptions | null,
    optionsAfterParameters?: RMSpropOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    const { name = "rmsprop", rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
    super(parameters, { ...options, name }, 0.001);
    this.rho = this.number("rho", rho, "in [0, 1)");
    this.momentum = this.number("momentum", momentum, "in [0, 1]");
    this.epsilon = this.number("epsilon", epsilon, "finite and from 0 on");
    this.centered = this.switch("centered", centered);
  }

  protected override makeSlots(parameter: Parameter): Slots {
    const names = [
      "velocity",
      ...this.momentum > 0 ? ["momentum"] : [],
      ...this.centered ? ["averageGradient"] : [],
    ];
    return Object.fromEntries(names.map((name) => [name, this.makeSlot(parameter, name)]));
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    slots: Slots,
    learningRate: number,
  ): Update {
    const { rho, epsilon, momentum, centered } = this;
    const [variables, inputs] = [[parameter, slots.velocity], [gradient]];
    if (momentum === 0 && !centered) {
      return {
        rule: rmspropUpdate,
        variables,
        inputs,
        attributes: { learningRate, rho, epsilon },
      };
    }
    if (momentum > 0) variables.push(slots.momentum);
    if (centered) variables.push(slots.averageGradient);
    const attributes = { learningRate, rho, epsilon, momentum, centered };
    return { rule: rmspropVariantUpdate, variables, inputs, attributes };
  }

  override getConfig(): Config {
    const { rho, momentum, epsilon, centered } = this;
    return { ...super.getConfig(), rho, momentum, epsilon, centered };
  }
}
