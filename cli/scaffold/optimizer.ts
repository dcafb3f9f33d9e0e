import type { Template } from "./template.ts";

/** An optimizer with state for each parameter. */
export const optimizer: Template = {
  about: "Goes down the gradient, and keeps some of its speed.",
  check: "checkOptimizer",
  code: (name) =>
    `import {
  type Config,
  ops,
  Optimizer,
  type OptimizerOptions,
  type Parameter,
  type Slots,
  splitArguments,
  type Tensor,
} from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options extends OptimizerOptions {
  /** What of its speed stays at a step, in [0, 1]. @default 0.9 */
  momentum?: number;
}

/**
 * Goes down the gradient, and keeps some of its speed.
 *
 * \`v ← momentum·v − learningRate·g\`, then \`p ← p + v\`.
 */
export class ${name} extends Optimizer {
  readonly momentum: number;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | ${name}Options | null,
    optionsAfterParameters?: ${name}Options,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options, 0.01);
    this.momentum = this.number("momentum", options.momentum ?? 0.9, "in [0, 1]");
  }

  protected override makeSlots(parameter: Parameter): Slots {
    return { velocity: this.makeSlot(parameter, "velocity") };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { velocity }: Slots,
    learningRate: number,
  ): void {
    const kept = ops.multiply(velocity, this.momentum);
    velocity.assign(ops.subtract(kept, ops.multiply(gradient, learningRate)));
    parameter.assign(ops.add(parameter, velocity));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), momentum: this.momentum };
  }
}
`,
};
