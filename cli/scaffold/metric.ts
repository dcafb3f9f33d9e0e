import type { Template } from "./template.ts";

/** A metric with an option. */
export const metric: Template = {
  about: "How many predictions are near their targets.",
  check: "checkMetric",
  code: (name) =>
    `import {
  type Config,
  MeanOverExamples,
  type MetricOptions,
  ops,
  type Tensor,
} from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options extends MetricOptions {
  /** How far from its target a prediction may be, from 0 on. @default 0.25 */
  tolerance?: number;
}

/** How many predictions are near their targets: the share where \`|yTrue − yPred| ≤ tolerance\`. */
export class ${name} extends MeanOverExamples {
  readonly tolerance: number;

  constructor(options: ${name}Options = {}) {
    super(options);
    this.tolerance = this.number("tolerance", options.tolerance ?? 0.25, "finite and from 0 on");
  }

  compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const error = ops.abs(ops.subtract(ops.cast(yTrue, yPred.dtype), yPred));
    return ops.lessEqual(error, this.tolerance);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), tolerance: this.tolerance };
  }
}
`,
};
