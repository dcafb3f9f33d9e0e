/**
 * The dense layer.
 *
 * @module
 */

import { errors, rangeError } from "../core/errors.ts";
import type { Constraint, Initializer, Regularizer } from "../core/initializer.ts";
import { linear } from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
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
import type { WeightLayouts } from "../core/weight_layout.ts";
import { BiasedLayer, type BiasedLayerOptions } from "./_biased.ts";

/** Options of {@linkcode Dense}. */
export interface DenseOptions extends BiasedLayerOptions {
  /** The size of the output's last axis, from 1 on. */
  units: number;
  /** @default "glorotUniform" */
  kernelInitializer?: Identifier<Initializer>;
  /** What the kernel costs. @default null */
  kernelRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the kernel in bounds. @default null */
  kernelConstraint?: Identifier<Constraint> | null;
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
export class Dense extends BiasedLayer {
  readonly units: number;
  readonly kernelInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  kernel!: Parameter;
  bias: Parameter | null = null;

  constructor(options: DenseOptions) {
    super(options);
    const { units } = options;
    if (!Number.isInteger(units) || units < 1) {
      throw errors.option("make a Dense layer", "units", "a whole number from 1 on", units);
    }
    this.units = units;
    this.kernelInitializer = resolve("initializer", options.kernelInitializer ?? "glorotUniform");
    this.kernelRegularizer = resolveOptional("regularizer", options.kernelRegularizer);
    this.kernelConstraint = resolveOptional("constraint", options.kernelConstraint);
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
    this.bias = this.makeBias(this.units);
  }

  forward(inputs: Tensor): Tensor {
    this.#checkFeatures(inputs.dims);
    const x = asDType(inputs, this.dtype);
    return this.activated((epilogue) => linear(x, this.kernel, epilogue));
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

  override weightLayouts(framework: string): WeightLayouts {
    if (framework !== "pytorch") return {};
    return {
      kernel: { name: "weight", axes: [1, 0], features: ["input", "output"] },
      bias: { name: "bias", features: ["output"] },
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      kernelInitializer: serialize("initializer", this.kernelInitializer),
      kernelRegularizer: serializeOptional("regularizer", this.kernelRegularizer),
      kernelConstraint: serializeOptional("constraint", this.kernelConstraint),
    };
  }
}
