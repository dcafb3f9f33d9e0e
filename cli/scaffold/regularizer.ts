import type { Template } from "./template.ts";

/** A regularizer with an option. */
export const regularizer: Template = {
  about: "Makes weights cost that are far apart.",
  check: "checkRegularizer",
  code: (name) =>
    `import { type Config, ops, Regularizer, type Tensor } from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options {
  /** What the variance is multiplied by, from 0 on. @default 0.01 */
  factor?: number;
}

/** Makes weights cost that are far apart: \`factor · variance(w)\`. */
export class ${name} extends Regularizer {
  readonly factor: number;

  constructor({ factor = 0.01 }: ${name}Options = {}) {
    super();
    this.factor = factor;
  }

  call(weights: Tensor): Tensor {
    return ops.multiply(ops.variance(weights), this.factor);
  }

  getConfig(): Config {
    return { factor: this.factor };
  }
}
`,
};
