/**
 * Convolutions in two steps: each channel by itself, then a mix of the channels.
 *
 * @module
 */

import type { Constraint, Initializer, Regularizer } from "../core/initializer.ts";
import { type ConvOptions, separableConv } from "../core/ops/mod.ts";
import { numberIn } from "../core/options.ts";
import {
  type Config,
  type Identifier,
  resolve,
  resolveOptional,
  serialize,
  serializeOptional,
} from "../core/serialization.ts";
import type { Dims } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import type { WeightLayouts } from "../core/weight_layout.ts";
import { DepthwiseLayer, type DepthwiseOptions, kernelAxes } from "./_convolution.ts";

/** Options of {@linkcode SeparableConv1D} and {@linkcode SeparableConv2D}. */
export interface SeparableConvolutionOptions extends DepthwiseOptions {
  /** How many channels come out, from 1 on. */
  filters: number;
  /** @default "glorotUniform" */
  pointwiseInitializer?: Identifier<Initializer>;
  /** What the kernel that mixes the channels costs. @default null */
  pointwiseRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the kernel that mixes the channels in bounds. @default null */
  pointwiseConstraint?: Identifier<Constraint> | null;
}

/** The base of separable convolutions. */
abstract class SeparableConvolution extends DepthwiseLayer {
  readonly filters: number;
  readonly pointwiseInitializer: Initializer;
  readonly pointwiseRegularizer: Regularizer | null;
  readonly pointwiseConstraint: Constraint | null;
  depthwiseKernel!: Parameter;
  pointwiseKernel!: Parameter;
  bias: Parameter | null = null;

  constructor(kind: string, axes: number, options: SeparableConvolutionOptions) {
    super(kind, axes, options);
    const operation = `make a ${kind} layer`;
    this.filters = numberIn("a whole number from 1 on", operation, "filters", options.filters);
    this.pointwiseInitializer = resolve(
      "initializer",
      options.pointwiseInitializer ?? "glorotUniform",
    );
    this.pointwiseRegularizer = resolveOptional("regularizer", options.pointwiseRegularizer);
    this.pointwiseConstraint = resolveOptional("constraint", options.pointwiseConstraint);
  }

  override build(inputShape: Dims): void {
    const channels = this.takeChannels(inputShape);
    this.depthwiseKernel = this.makeDepthwiseKernel("depthwiseKernel", channels);
    this.pointwiseKernel = this.addWeight({
      name: "pointwiseKernel",
      shape: [...this.kernelSize.map(() => 1), channels * this.depthMultiplier, this.filters],
      initializer: this.pointwiseInitializer,
      regularizer: this.pointwiseRegularizer,
      constraint: this.pointwiseConstraint,
    });
    this.bias = this.makeBias(this.filters);
  }

  protected convolve(x: Tensor, options: ConvOptions): Tensor {
    return separableConv(x, this.depthwiseKernel, this.pointwiseKernel, options);
  }

  override weightLayouts(framework: string): WeightLayouts {
    if (framework !== "pytorch") return {};
    return {
      depthwiseKernel: this.depthwiseLayout("depthwise.weight", this.depthwiseKernel),
      pointwiseKernel: { name: "pointwise.weight", axes: kernelAxes(this.kernelSize) },
      bias: { name: "pointwise.bias" },
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      pointwiseInitializer: serialize("initializer", this.pointwiseInitializer),
      pointwiseRegularizer: serializeOptional("regularizer", this.pointwiseRegularizer),
      pointwiseConstraint: serializeOptional("constraint", this.pointwiseConstraint),
    };
  }
}

/**
 * A convolution along sequences in two steps: kernels for each channel by itself, then a kernel of length 1 that mixes
 * the channels; then bias and activation.
 *
 * Input `[batch, steps, channels]`, output `[batch, windows, filters]`; `depthwiseKernel` is
 * `[size, channels, multiplier]`, `pointwiseKernel` is `[1, channels · multiplier, filters]`, `bias` is `[filters]`.
 *
 * @throws {RangeError} When an option is out of range, the number of channels is unknown at building or differs later,
 * or the kernel is longer than the padded input.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const conv = new layers.SeparableConv1D({ filters: 4, kernelSize: 3 });
 * assertEquals(conv.apply(ones([2, 5, 3])).shape, [2, 3, 4]);
 * ```
 */
export class SeparableConv1D extends SeparableConvolution {
  constructor(options: SeparableConvolutionOptions) {
    super("SeparableConv1D", 1, options);
  }
}

/**
 * A convolution over images in two steps, which costs far less than one: kernels for each channel by itself, then a
 * kernel of size 1 that mixes the channels; then bias and activation.
 *
 * Input `[batch, height, width, channels]`, output `[batch, windows down, windows across, filters]`; `depthwiseKernel`
 * is `[height, width, channels, multiplier]`, `pointwiseKernel` is `[1, 1, channels · multiplier, filters]`, `bias` is
 * `[filters]`.
 *
 * Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.
 *
 * @throws {RangeError} When an option is out of range, the number of channels is unknown at building or differs later,
 * or the kernel is larger than the padded input.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const conv = new layers.SeparableConv2D({ filters: 4, kernelSize: 3, depthMultiplier: 2 });
 * assertEquals(conv.apply(ones([1, 5, 5, 3])).shape, [1, 3, 3, 4]);
 * assertEquals(conv.weights.map(({ shape }) => shape), [[3, 3, 3, 2], [1, 1, 6, 4], [4]]);
 * ```
 */
export class SeparableConv2D extends SeparableConvolution {
  constructor(options: SeparableConvolutionOptions) {
    super("SeparableConv2D", 2, options);
  }
}
