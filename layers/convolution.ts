/**
 * Convolutions over one, two or three spatial axes.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { conv, type ConvOptions } from "../core/ops/mod.ts";
import { numberIn } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import type { Dims } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import {
  type ConvolutionPadding,
  KernelConvolutionLayer,
  type KernelConvolutionOptions,
} from "./_convolution.ts";

/** Options of {@linkcode Conv2D} and {@linkcode Conv3D}. */
export interface ConvolutionOptions extends KernelConvolutionOptions {
  /** Into how many groups channels and filters fall, each convolved by itself; divides both. @default 1 */
  groups?: number;
}

/** Options of {@linkcode Conv1D}. */
export interface Conv1DOptions extends Omit<ConvolutionOptions, "padding"> {
  /**
   * `"valid"`: windows lie within the input; `"same"`: ⌈length / stride⌉ of them, zeros being added at both ends;
   * `"causal"`: as many, zeros being added in front alone, so that no window sees what comes after its place.
   * @default "valid"
   */
  padding?: ConvolutionPadding;
}

/** The base of convolutions. */
abstract class Convolution extends KernelConvolutionLayer {
  readonly groups: number;
  kernel!: Parameter;
  bias: Parameter | null = null;

  constructor(
    kind: string,
    axes: number,
    options: Conv1DOptions,
    paddings?: readonly ConvolutionPadding[],
  ) {
    super(kind, axes, options, paddings);
    const operation = `make a ${kind} layer`;
    const { groups = 1 } = options;
    this.groups = numberIn("a whole number from 1 on", operation, "groups", groups);
    if (this.filters % groups !== 0) {
      throw errors.option(operation, "groups", `a divisor of the ${this.filters} filters`, groups);
    }
  }

  override build(inputShape: Dims): void {
    const channels = this.takeChannels(inputShape);
    const { filters, groups } = this;
    if (channels % groups !== 0) {
      throw errors.shapes(
        `build ${this.name}`,
        `its ${groups} groups must divide the ${channels} channels`,
        inputShape,
      );
    }
    this.kernel = this.makeKernel(channels / groups, filters);
    this.bias = this.makeBias(filters);
  }

  protected convolve(x: Tensor, options: ConvOptions): Tensor {
    return conv(x, this.kernel, options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), groups: this.groups };
  }
}

/**
 * A kernel that slides along sequences: `y[n, i, f] = activation(Σ x[n, i · stride + k · dilation, c] · kernel[k, c, f] +
 * bias[f])`, summed over `k` and `c`.
 *
 * Input `[batch, steps, channels]`, output `[batch, windows, filters]`; channels first, they stand behind the batch.
 * `kernel` is `[size, channels / groups, filters]`, `bias` is `[filters]`. The number of steps may be unknown.
 *
 * @throws {RangeError} When an option is out of range, strides and dilation are both above 1, `groups` do not divide
 * channels and filters, the number of channels is unknown at building or differs later, or the kernel is longer than
 * the padded input.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const sums = new layers.Conv1D({
 *   filters: 1,
 *   kernelSize: 2,
 *   padding: "causal",
 *   kernelInitializer: "ones",
 * });
 * assertEquals(sums.apply(tensor([[[1], [2], [3]]])).toArray(), [[[1], [3], [5]]]);
 * ```
 */
export class Conv1D extends Convolution {
  constructor(options: Conv1DOptions) {
    super("Conv1D", 1, options, ["valid", "same", "causal"]);
  }
}

/**
 * A kernel that slides over images: each output is `activation(Σ window · kernel + bias)`, the windows being `strides`
 * apart and their elements `dilationRate`.
 *
 * Input `[batch, height, width, channels]`, output `[batch, windows down, windows across, filters]`; channels first,
 * they stand behind the batch. `kernel` is `[height, width, channels / groups, filters]`, `bias` is `[filters]`. Height
 * and width of the images may be unknown, or differ from call to call.
 *
 * LeCun et al., "Gradient-based learning applied to document recognition", 1998.
 *
 * @throws {RangeError} When an option is out of range, strides and dilation are both above 1, `groups` do not divide
 * channels and filters, the number of channels is unknown at building or differs later, or the kernel is larger than
 * the padded input.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const conv = new layers.Conv2D({ filters: 8, kernelSize: 3, padding: "same", activation: "relu" });
 * assertEquals(conv.apply(ones([1, 28, 28, 3])).shape, [1, 28, 28, 8]);
 * assertEquals(conv.kernel.shape, [3, 3, 3, 8]);
 * assertEquals(conv.computeOutputShape([null, null, null, 3]), [null, null, null, 8]);
 * ```
 */
export class Conv2D extends Convolution {
  constructor(options: ConvolutionOptions) {
    super("Conv2D", 2, options);
  }
}

/**
 * A kernel that slides through volumes: each output is `activation(Σ window · kernel + bias)`.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, …windows, filters]`; channels first, they stand
 * behind the batch. `kernel` is `[…size, channels / groups, filters]`, `bias` is `[filters]`.
 *
 * @throws {RangeError} When an option is out of range, strides and dilation are both above 1, `groups` do not divide
 * channels and filters, the number of channels is unknown at building or differs later, or the kernel is larger than
 * the padded input.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const conv = new layers.Conv3D({ filters: 2, kernelSize: [1, 2, 3], strides: 2 });
 * assertEquals(conv.apply(ones([1, 4, 4, 5, 1])).shape, [1, 2, 2, 2, 2]);
 * ```
 */
export class Conv3D extends Convolution {
  constructor(options: ConvolutionOptions) {
    super("Conv3D", 3, options);
  }
}
