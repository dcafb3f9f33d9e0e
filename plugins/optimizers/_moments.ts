/**
 * What Adam and its relatives have in common: running means of the gradient and of its size.
 *
 * @module
 */

import { Optimizer, type OptimizerOptions, splitArguments } from "../../core/optimizer.ts";
import type { Config } from "../../core/serialization.ts";
import type { Parameter } from "../../core/variable.ts";

/** Options of optimizers with two running means. */
export interface MomentOptions extends OptimizerOptions {
  /** What of the mean gradient stays at a step, in [0, 1). @default 0.9 */
  beta1?: number;
  /** What of the mean size of the gradient stays at a step, in [0, 1). @default 0.999 */
  beta2?: number;
  /** Keeps the divisor away from 0. @default 1e-7 */
  epsilon?: number;
}

/** The base of optimizers with two running means. */
export abstract class MomentOptimizer extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | MomentOptions | null,
    optionsAfterParameters?: MomentOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.001);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
    this.beta1 = this.number("beta1", beta1, "in [0, 1)");
    this.beta2 = this.number("beta2", beta2, "in [0, 1)");
    this.epsilon = this.number("epsilon", epsilon, "finite and from 0 on");
  }

  override getConfig(): Config {
    const { beta1, beta2, epsilon } = this;
    return { ...super.getConfig(), beta1, beta2, epsilon };
  }
}
