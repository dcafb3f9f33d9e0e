/**
 * The dense layer.
 *
 * @module
 */

import { errors, rangeError } from "../core/errors.ts";
import type {
  ActivationFunction,
  Constraint,
  Initializer,
  Regularizer,
} from "../core/initializer.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { asDType, divideNoNan, linear } from "../core/ops/mod.ts";
import {
  type Config,
  type Identifier,
  resolve,
  resolveOptional,
  serialize,
  serializeOptional,
} from "../core/serialization.ts";
import { type Dims, formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import { fusedActivation } from "./_fused_activation.ts";

/** Options of {@linkcode Dense}. */
export interface DenseOptions extends LayerOptions {
  /** The size of the output's last axis, from 1 on. */
  units: number;
  /** What the sums pass through. @default null (nothing) */
  activation?: Identifier<ActivationFunction> | null;
  /** Whether a bias is added. @default true */
  useBias?: boolean;
  /** @default "glorotUniform" */
  kernelInitializer?: Identifier<Initializer>;
  /** @default "zeros" */
  biasInitializer?: Identifier<Initializer>;
  /** What the kernel costs. @default null */
  kernelRegularizer?: Identifier<Regularizer> | null;
  /** What the bias costs. @default null */
  biasRegularizer?: Identifier<Regularizer> | null;
  /** What the output costs, for one example. @default null */
  activityRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the kernel in bounds. @default null */
  kernelConstraint?: Identifier<Constraint> | null;
  /** Keeps the bias in bounds. @default null */
  biasConstraint?: Identifier<Constraint> | null;
}

/**
 * Weighted sums of all inputs: `activation(x · kernel + bias)`.
 *
 * Input `[batch, …, features]`, output `[batch, …, units]`; `kernel` is `[features, units]`, `bias` is `[units]`.
 *
 * @throws {RangeError} When `units` is no whole number from 1 on, when the last axis is unknown at building, or when
 * an input has another number of features than the first.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const dense = new layers.Dense({ units: 2, activation: "relu", kernelInitializer: "ones" });
 * assertEquals(dense.apply(ones([1, 3])).toArray(), [[3, 3]]);
 * assertEquals(dense.namedParameters().map(([name]) => name), ["kernel", "bias"]);
 * ```
 */
export class Dense extends Layer {
  readonly units: number;
  readonly activation: ActivationFunction | null;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly activityRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  kernel!: Parameter;
  bias: Parameter | null = null;

  constructor(options: DenseOptions) {
    super(options);
    const { units, useBias = true } = options;
    if (!Number.isInteger(units) || units < 1) {
      throw errors.option("make a Dense layer", "units", "a whole number from 1 on", units);
    }
    this.units = units;
    this.useBias = useBias;
    this.activation = resolveOptional("activation", options.activation);
    this.kernelInitializer = resolve("initializer", options.kernelInitializer ?? "glorotUniform");
    this.biasInitializer = resolve("initializer", options.biasInitializer ?? "zeros");
    this.kernelRegularizer = resolveOptional("regularizer", options.kernelRegularizer);
    this.biasRegularizer = resolveOptional("regularizer", options.biasRegularizer);
    this.activityRegularizer = resolveOptional("regularizer", options.activityRegularizer);
    this.kernelConstraint = resolveOptional("constraint", options.kernelConstraint);
    this.biasConstraint = resolveOptional("constraint", options.biasConstraint);
  }

  override build(inputShape: Dims): void {
    const features = inputShape.at(-1);
    if (inputShape.length < 2) {
      throw errors.rank(`build ${this.name}`, "two axes or more, [batch, …, features]", inputShape);
    }
    if (features === null || features === undefined) {
      throw rangeError(
        "layer.features",
        `Cannot build ${this.name} as the last axis of its input must be known: current input shape is ${
          formatShape(inputShape)
        }; give inputShape: [features]`,
      );
    }
    this.kernel = this.addWeight({
      name: "kernel",
      shape: [features, this.units],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (!this.useBias) return;
    this.bias = this.addWeight({
      name: "bias",
      shape: [this.units],
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  forward(inputs: Tensor): Tensor {
    this.#checkFeatures(inputs.dims);
    const x = asDType(inputs, this.dtype);
    const fused = fusedActivation(this.activation);
    const sums = linear(x, this.kernel, { bias: this.bias, activation: fused ?? "linear" });
    const output = fused === null ? this.activation!(sums) : sums;
    if (this.activityRegularizer !== null && !output.isSymbolic) {
      this.addLoss(divideNoNan(this.activityRegularizer.call(output), output.shape[0]));
    }
    return output;
  }

  #checkFeatures(dims: Dims): void {
    const [features] = this.kernel.shape;
    const given = dims.at(-1);
    if (dims.length >= 2 && (given === features || given === null)) return;
    throw rangeError(
      "layer.features",
      `Cannot apply ${this.name} as it was built for ${features} features, the last of two axes or more: current ` +
        `input shape is ${formatShape(dims)}; give [batch, …, ${features}]`,
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: serializeOptional("activation", this.activation),
      useBias: this.useBias,
      kernelInitializer: serialize("initializer", this.kernelInitializer),
      biasInitializer: serialize("initializer", this.biasInitializer),
      kernelRegularizer: serializeOptional("regularizer", this.kernelRegularizer),
      biasRegularizer: serializeOptional("regularizer", this.biasRegularizer),
      activityRegularizer: serializeOptional("regularizer", this.activityRegularizer),
      kernelConstraint: serializeOptional("constraint", this.kernelConstraint),
      biasConstraint: serializeOptional("constraint", this.biasConstraint),
    };
  }
}
