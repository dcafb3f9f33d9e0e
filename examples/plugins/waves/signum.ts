/**
 * An optimizer: state for each parameter, and how one is updated.
 *
 * @module
 */

import {
  type Config,
  ops,
  Optimizer,
  type OptimizerOptions,
  type Parameter,
  type Slots,
  splitArguments,
  type Tensor,
} from "@tensaur/tensaur";

/** Options of {@linkcode Signum}. */
export interface SignumOptions extends OptimizerOptions {
  /** What of the running mean stays at a step, in [0, 1]. @default 0.9 */
  momentum?: number;
}

/**
 * Steps of one length, by the sign of the gradient's running mean.
 *
 * `m ← momentum·m + (1 − momentum)·g`, then `p ← p − learningRate·sign(m)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", 2018.
 */
export class Signum extends Optimizer {
  readonly momentum: number;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | SignumOptions | null,
    optionsAfterParameters?: SignumOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.001);
    this.momentum = this.number("momentum", options.momentum ?? 0.9, "in [0, 1]");
  }

  protected override makeSlots(parameter: Parameter): Slots {
    return { mean: this.makeSlot(parameter, "mean") };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { mean }: Slots,
    learningRate: number,
  ): void {
    const { momentum } = this;
    mean.assign(ops.add(ops.multiply(mean, momentum), ops.multiply(gradient, 1 - momentum)));
    parameter.assign(ops.subtract(parameter, ops.multiply(ops.sign(mean), learningRate)));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), momentum: this.momentum };
  }
}
