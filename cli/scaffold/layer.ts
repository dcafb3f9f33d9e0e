import type { Template } from "./template.ts";

/** A layer with a weight and an option. */
export const layer: Template = {
  about: "Multiplies each feature by a trained factor.",
  check: "checkLayer",
  code: (name) =>
    `import {
  type Config,
  Layer,
  type LayerOptions,
  ops,
  type Parameter,
  type Tensor,
} from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options extends LayerOptions {
  /** What each factor is at first. @default 1 */
  start?: number;
}

/**
 * Multiplies each feature by a trained factor: \`y = factor · x\`.
 *
 * \`[batch, …, features]\` to the same.
 */
export class ${name} extends Layer {
  readonly start: number;
  factor!: Parameter;

  constructor(options: ${name}Options = {}) {
    super(options);
    this.start = options.start ?? 1;
  }

  override build(inputShape: number[]): void {
    const initializer = { className: "Constant", config: { value: this.start } };
    this.factor = this.addWeight({ name: "factor", shape: [inputShape.at(-1)!], initializer });
  }

  forward(x: Tensor): Tensor {
    return ops.multiply(x, this.factor);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), start: this.start };
  }
}
`,
};
