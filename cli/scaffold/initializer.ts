import type { Template } from "./template.ts";

/** An initializer that draws random numbers. */
export const initializer: Template = {
  about: "Draws weights of one size and either sign.",
  check: "checkInitializer",
  code: (name) =>
    `import {
  type Config,
  type DType,
  Initializer,
  ops,
  rand,
  type Shape,
  type Tensor,
} from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options {
  /** How large each weight is. @default 0.1 */
  scale?: number;
}

/** Draws weights of one size and either sign: \`±scale\`. */
export class ${name} extends Initializer {
  readonly scale: number;

  constructor({ scale = 0.1 }: ${name}Options = {}) {
    super();
    this.scale = scale;
  }

  call(shape: Shape, { dtype }: { dtype?: DType } = {}): Tensor {
    const sign = ops.sign(ops.subtract(rand(shape, { dtype }), 0.5));
    return ops.multiply(sign, this.scale);
  }

  override getConfig(): Config {
    return { scale: this.scale };
  }
}
`,
};
