import type { Template } from "./template.ts";

/** A constraint with an option. */
export const constraint: Template = {
  about: "Keeps each weight within a limit.",
  check: "checkConstraint",
  code: (name) =>
    `import { type Config, Constraint, ops, type Tensor } from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options {
  /** The most that a weight may be, in magnitude. @default 1 */
  limit?: number;
}

/** Keeps each weight within a limit: in \`[−limit, limit]\`. */
export class ${name} extends Constraint {
  readonly limit: number;

  constructor({ limit = 1 }: ${name}Options = {}) {
    super();
    this.limit = limit;
  }

  call(weights: Tensor): Tensor {
    return ops.clip(weights, { xMin: -this.limit, xMax: this.limit });
  }

  override getConfig(): Config {
    return { limit: this.limit };
  }
}
`,
};
