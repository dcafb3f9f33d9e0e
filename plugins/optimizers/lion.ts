/**
 * Lion.
 *
 * @module
 */

import { update } from "../../core/dispatch.ts";
import { add, multiply, sign, subtract } from "../../core/ops/mod.ts";
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

/** Options of {@linkcode Lion}. */
export interface LionOptions extends OptimizerOptions {
  /** The share of the mean gradient in the direction, in (0, 1]. @default 0.9 */
  beta1?: number;
  /** What of the mean gradient stays at a step, in [0, 1]. @default 0.99 */
  beta2?: number;
}

interface LionAttributes {
  learningRate: number;
  beta1: number;
  beta2: number;
}

/** `[p, m, g]`. */
const lionUpdate = defineUpdate<LionAttributes>(
  "lionUpdate",
  ([p, m, g], { learningRate, beta1, beta2 }) => {
    const direction = sign(add(multiply(m, beta1), multiply(g, 1 - beta1)));
    return [
      subtract(p, multiply(direction, learningRate)),
      add(multiply(m, beta2), multiply(g, 1 - beta2)),
    ];
  },
);

/**
 * Lion: steps of one length, by the sign of a running mean of the gradient. Good rates are 3 to 10 times smaller than
 * Adam's, and weight decays as much larger.
 *
 * `p ← p − learningRate·sign(beta1·m + (1 − beta1)·g)`, then `m ← beta2·m + (1 − beta2)·g`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2, 2]);
 * new optimizers.Lion({ learningRate: 0.1 }).applyGradients([[tensor([4, -0.01]), w]]);
 * assertAlmostEquals(w.get(0).item(), 1.9, 1e-6);
 * assertAlmostEquals(w.get(1).item(), 2.1, 1e-6);
 * ```
 *
 * Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023.
 */
export class Lion extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | LionOptions | null,
    optionsAfterParameters?: LionOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.001);
    const { beta1 = 0.9, beta2 = 0.99 } = options;
    this.beta1 = this.number("beta1", beta1, "in (0, 1]");
    this.beta2 = this.number("beta2", beta2, "in [0, 1]");
  }

  protected override makeSlots(parameter: Parameter): Slots {
    return { momentum: this.makeSlot(parameter, "momentum") };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { momentum }: Slots,
    learningRate: number,
  ): void {
    const { beta1, beta2 } = this;
    update(lionUpdate, [parameter, momentum], [gradient], { learningRate, beta1, beta2 });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta1: this.beta1, beta2: this.beta2 };
  }
}
