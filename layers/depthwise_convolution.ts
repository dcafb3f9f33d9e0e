/**
 * Convolutions of each channel by itself.
 *
 * @module
 */

import { type ConvOptions, depthwiseConv } from "../core/ops/mod.ts";
import type { Dims } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import type { WeightLayouts } from "../core/weight_layout.ts";
import { DepthwiseLayer, type DepthwiseOptions } from "./_convolution.ts";

/** Options of {@linkcode DepthwiseConv1D} and {@linkcode DepthwiseConv2D}. */
export type DepthwiseConvolutionOptions = DepthwiseOptions;

/** The base of convolutions of each channel by itself. */
abstract class DepthwiseConvolution extends DepthwiseLayer {
  kernel!: Parameter;
  bias: Parameter | null = null;

  override build(inputShape: Dims): void {
    const channels = this.takeChannels(inputShape);
    this.kernel = this.makeDepthwiseKernel("kernel", channels);
    this.bias = this.makeBias(channels * this.depthMultiplier);
  }

  protected convolve(x: Tensor, options: ConvOptions): Tensor {
    return depthwiseConv(x, this.kernel, options);
  }

  override weightLayouts(framework: string): WeightLayouts {
    return framework === "pytorch" ? { kernel: this.depthwiseLayout("weight", this.kernel) } : {};
  }
}

/**
 * Kernels that slide along sequences, `depthMultiplier` for each channel, none of which sees another channel.
 *
 * Input `[batch, steps, channels]`, output `[batch, windows, channels · multiplier]`; `kernel` is
 * `[size, channels, multiplier]`, `bias` is `[channels · multiplier]`.
 *
 * @throws {RangeError} When an option is out of range, the number of channels is unknown at building or differs later,
 * or the kernel is longer than the padded input.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const sums = new layers.DepthwiseConv1D({ kernelSize: 2, depthwiseInitializer: "ones" });
 * assertEquals(sums.apply(tensor([[[1, 10], [2, 20], [3, 30]]])).toArray(), [[[3, 30], [5, 50]]]);
 * ```
 */
export class DepthwiseConv1D extends DepthwiseConvolution {
  constructor(options: DepthwiseConvolutionOptions) {
    super("DepthwiseConv1D", 1, options);
  }
}

/**
 * Kernels that slide over images, `depthMultiplier` for each channel, none of which sees another channel.
 *
 * Input `[batch, height, width, channels]`, output `[batch, windows down, windows across, channels · multiplier]`;
 * `kernel` is `[height, width, channels, multiplier]`, `bias` is `[channels · multiplier]`.
 *
 * Howard et al., "MobileNets", 2017.
 *
 * @throws {RangeError} When an option is out of range, the number of channels is unknown at building or differs later,
 * or the kernel is larger than the padded input.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const depthwise = new layers.DepthwiseConv2D({ kernelSize: 3, depthMultiplier: 2, padding: "same" });
 * assertEquals(depthwise.apply(ones([1, 8, 8, 3])).shape, [1, 8, 8, 6]);
 * assertEquals(depthwise.kernel.shape, [3, 3, 3, 2]);
 * ```
 */
export class DepthwiseConv2D extends DepthwiseConvolution {
  constructor(options: DepthwiseConvolutionOptions) {
    super("DepthwiseConv2D", 2, options);
  }
}
