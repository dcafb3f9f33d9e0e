import type {
  ActivationFunction,
  Constraint,
  Initializer,
  Regularizer,
} from "../core/initializer.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { divideNoNan, type FusedActivation } from "../core/ops/mod.ts";
import {
  type Config,
  type Identifier,
  resolve,
  resolveOptional,
  serialize,
  serializeOptional,
} from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import { fusedActivation } from "./_fused_activation.ts";

/** Options of layers of weighted sums: what follows the sums. */
export interface BiasedLayerOptions extends LayerOptions {
  /** What the sums pass through. @default null (nothing) */
  activation?: Identifier<ActivationFunction> | null;
  /** Whether a bias is added. @default true */
  useBias?: boolean;
  /** @default "zeros" */
  biasInitializer?: Identifier<Initializer>;
  /** What the bias costs. @default null */
  biasRegularizer?: Identifier<Regularizer> | null;
  /** What the output costs, for one example. @default null */
  activityRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the bias in bounds. @default null */
  biasConstraint?: Identifier<Constraint> | null;
}

/** What kernels can fuse with the sums. */
export interface Epilogue {
  bias: Tensor | null;
  activation: FusedActivation;
}

/** The base of layers of weighted sums: `activation(sums + bias)`, and what the output costs. */
export abstract class BiasedLayer extends Layer {
  readonly activation: ActivationFunction | null;
  readonly useBias: boolean;
  readonly biasInitializer: Initializer;
  readonly biasRegularizer: Regularizer | null;
  readonly activityRegularizer: Regularizer | null;
  readonly biasConstraint: Constraint | null;
  /** Declared by each layer behind its kernels, as weights stand in the order of their fields. */
  abstract bias: Parameter | null;

  constructor(options: BiasedLayerOptions) {
    super(options);
    this.useBias = options.useBias ?? true;
    this.activation = resolveOptional("activation", options.activation);
    this.biasInitializer = resolve("initializer", options.biasInitializer ?? "zeros");
    this.biasRegularizer = resolveOptional("regularizer", options.biasRegularizer);
    this.activityRegularizer = resolveOptional("regularizer", options.activityRegularizer);
    this.biasConstraint = resolveOptional("constraint", options.biasConstraint);
  }

  /** A bias of that length, where one is wanted. */
  protected makeBias(length: number): Parameter | null {
    if (!this.useBias) return null;
    return this.addWeight({
      name: "bias",
      shape: [length],
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  /** Runs what sums up with the bias and, where kernels can fuse it, the activation. */
  protected activated(sum: (epilogue: Epilogue) => Tensor): Tensor {
    const fused = fusedActivation(this.activation);
    const sums = sum({ bias: this.bias, activation: fused ?? "linear" });
    const output = fused === null ? this.activation!(sums) : sums;
    if (this.activityRegularizer !== null && !output.isSymbolic) {
      this.addLoss(divideNoNan(this.activityRegularizer.call(output), output.shape[0]));
    }
    return output;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      activation: serializeOptional("activation", this.activation),
      useBias: this.useBias,
      biasInitializer: serialize("initializer", this.biasInitializer),
      biasRegularizer: serializeOptional("regularizer", this.biasRegularizer),
      activityRegularizer: serializeOptional("regularizer", this.activityRegularizer),
      biasConstraint: serializeOptional("constraint", this.biasConstraint),
    };
  }
}
