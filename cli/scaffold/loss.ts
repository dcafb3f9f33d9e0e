import type { Template } from "./template.ts";

/** A loss with an option. */
export const loss: Template = {
  about: "The mean of a power of the error.",
  check: "checkLoss",
  sample: { best: "yTrue" },
  code: (name) =>
    `import { type Config, Loss, type LossOptions, ops, type Tensor } from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options extends LossOptions {
  /** The power, above 0. @default 1.5 */
  power?: number;
}

/**
 * The mean of a power of the error: \`|yTrue − yPred|^power\`.
 *
 * \`[batch, …, features]\` and the same to \`[batch, …]\`, then reduced.
 */
export class ${name} extends Loss {
  readonly power: number;

  constructor(options: ${name}Options = {}) {
    super(options);
    this.power = this.number("power", options.power ?? 1.5, "finite and above 0");
  }

  compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const error = ops.abs(ops.subtract(ops.cast(yTrue, yPred.dtype), yPred));
    return ops.mean(ops.power(error, this.power), { axis: -1 });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), power: this.power };
  }
}
`,
};
