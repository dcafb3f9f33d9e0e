/**
 * Gradient descent, plain and with momentum.
 *
 * @module
 */

import type { Update } from "../../core/dispatch.ts";
import { add, multiply, subtract } from "../../core/ops/mod.ts";
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

/** Options of {@linkcode SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** From 0 on, or a schedule. @default 0.01 */
  learningRate?: OptimizerOptions["learningRate"];
  /** What of the last step is made again, in [0, 1]. @default 0 */
  momentum?: number;
  /** Whether the gradient counts as if the step had been made already. @default false */
  nesterov?: boolean;
}

/** `[p, g]`. */
const sgdUpdate = defineUpdate<{ learningRate: number }>(
  "sgdUpdate",
  ([p, g], { learningRate }) => [subtract(p, multiply(g, learningRate))],
);

interface MomentumAttributes {
  learningRate: number;
  momentum: number;
  nesterov: boolean;
}

/** `[p, m, g]`. */
const sgdMomentumUpdate = defineUpdate<MomentumAttributes>(
  "sgdMomentumUpdate",
  ([p, m, g], { learningRate, momentum, nesterov }) => {
    const step = multiply(g, learningRate);
    const next = subtract(multiply(m, momentum), step);
    return [add(p, nesterov ? subtract(multiply(next, momentum), step) : next), next];
  },
);

/**
 * Gradient descent, with momentum where one is given.
 *
 * `m ← momentum·m − learningRate·g` and `p ← p + m`; with `nesterov`, `p ← p + momentum·m − learningRate·g`; without
 * momentum, `p ← p − learningRate·g`. PyTorch's momentum leaves the learning rate out of `m`: the same steps, as
 * long as the rate stays.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * const sgd = new optimizers.SGD([w], { learningRate: 0.1, momentum: 0.9 });
 * w.mul(w).sum().backward(); // its gradient is 2w
 * sgd.step();
 * assertAlmostEquals(w.item(), 2 - 0.1 * 4, 1e-6);
 * ```
 *
 * Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
 */
export class SGD extends Optimizer {
  readonly momentum: number;
  readonly nesterov: boolean;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | SGDOptions | null,
    optionsAfterParameters?: SGDOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.01);
    const { momentum = 0, nesterov = false } = options;
    this.momentum = this.number("momentum", momentum, "in [0, 1]");
    this.nesterov = this.switch("nesterov", nesterov);
  }

  protected override makeSlots(parameter: Parameter): Slots {
    return this.momentum === 0 ? {} : { momentum: this.makeSlot(parameter, "momentum") };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    slots: Slots,
    learningRate: number,
  ): Update {
    const { momentum, nesterov } = this;
    if (momentum === 0) {
      return {
        rule: sgdUpdate,
        variables: [parameter],
        inputs: [gradient],
        attributes: { learningRate },
      };
    }
    return {
      rule: sgdMomentumUpdate,
      variables: [parameter, slots.momentum],
      inputs: [gradient],
      attributes: { learningRate, momentum, nesterov },
    };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov };
  }
}
