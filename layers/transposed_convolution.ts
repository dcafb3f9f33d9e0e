/**
 * Transposed convolutions over one, two or three spatial axes.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { perAxis, withChannelsLast } from "../core/ops/convolution.ts";
import { epilogue } from "../core/ops/epilogue.ts";
import { type ConvOptions, convTranspose } from "../core/ops/mod.ts";
import type { Config } from "../core/serialization.ts";
import type { Dims } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import { KernelConvolutionLayer, type KernelConvolutionOptions } from "./_convolution.ts";

/** Options of {@linkcode Conv1DTranspose}, {@linkcode Conv2DTranspose} and {@linkcode Conv3DTranspose}. */
export interface TransposedConvolutionOptions extends Omit<KernelConvolutionOptions, "padding"> {
  /** `"same"`: an axis of n becomes n · stride; `"valid"`: nothing that the kernel reaches is cut off. @default "valid" */
  padding?: "valid" | "same";
  /**
   * How much longer than the shortest the output is, from 0 to the stride − 1; one for all axes or one each.
   * @default null (what suits the padding)
   */
  outputPadding?: number | readonly number[] | null;
}

/** The base of transposed convolutions. */
abstract class TransposedConvolution extends KernelConvolutionLayer {
  readonly outputPadding: readonly number[] | null;
  declare readonly padding: "valid" | "same";
  kernel!: Parameter;
  bias: Parameter | null = null;

  constructor(kind: string, axes: number, options: TransposedConvolutionOptions) {
    super(kind, axes, options);
    const operation = `make a ${kind} layer`;
    const { outputPadding = null } = options;
    this.outputPadding = outputPadding === null
      ? null
      : [...perAxis(operation, "outputPadding", outputPadding, axes, 0)];
    if (this.outputPadding?.some((length, i) => length >= this.strides[i])) {
      throw errors.option(operation, "outputPadding", "less than the stride", outputPadding);
    }
  }

  override build(inputShape: Dims): void {
    const channels = this.takeChannels(inputShape);
    this.kernel = this.makeKernel(this.filters, channels);
    this.bias = this.makeBias(this.filters);
  }

  protected convolve(x: Tensor, { bias, activation = "linear" }: ConvOptions): Tensor {
    const { strides, padding, dilationRate, outputPadding, dataFormat } = this;
    const placement = { strides, padding, dilationRate, outputPadding };
    return withChannelsLast(
      x,
      dataFormat,
      (images) =>
        epilogue(convTranspose(images, this.kernel, placement), bias ?? undefined, activation),
    );
  }

  override getConfig(): Config {
    return { ...super.getConfig(), outputPadding: this.outputPadding };
  }
}

/**
 * The adjoint of a convolution along sequences: each step places a scaled kernel into the output, `strides` from the
 * next, and what falls together adds up; then bias and activation.
 *
 * Input `[batch, steps, channels]`, output `[batch, longer, filters]`, where n steps become n · stride with `"same"`
 * padding, and n · stride + max(size − stride, 0) with `"valid"`. `kernel` is `[size, filters, channels]`, `bias` is
 * `[filters]`.
 *
 * @throws {RangeError} When an option is out of range, strides and dilation are both above 1, or the number of channels
 * is unknown at building or differs later.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const spread = new layers.Conv1DTranspose({
 *   filters: 1,
 *   kernelSize: 3,
 *   strides: 2,
 *   kernelInitializer: "ones",
 * });
 * assertEquals(spread.apply(tensor([[[1], [5]]])).toArray(), [[[1], [1], [6], [5], [5]]]);
 * ```
 */
export class Conv1DTranspose extends TransposedConvolution {
  constructor(options: TransposedConvolutionOptions) {
    super("Conv1DTranspose", 1, options);
  }
}

/**
 * The adjoint of a convolution over images, which makes them larger: each pixel places a scaled kernel into the output,
 * `strides` from the next, and what falls together adds up; then bias and activation.
 *
 * Input `[batch, height, width, channels]`, output `[batch, taller, wider, filters]`, where an axis of n becomes
 * n · stride with `"same"` padding, and n · stride + max(size − stride, 0) with `"valid"`. `kernel` is
 * `[height, width, filters, channels]`, `bias` is `[filters]`.
 *
 * Zeiler et al., "Deconvolutional networks", 2010.
 *
 * @throws {RangeError} When an option is out of range, strides and dilation are both above 1, or the number of channels
 * is unknown at building or differs later.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const larger = new layers.Conv2DTranspose({ filters: 3, kernelSize: 4, strides: 2, padding: "same" });
 * assertEquals(larger.apply(ones([1, 7, 7, 8])).shape, [1, 14, 14, 3]);
 * assertEquals(larger.kernel.shape, [4, 4, 3, 8]);
 * ```
 */
export class Conv2DTranspose extends TransposedConvolution {
  constructor(options: TransposedConvolutionOptions) {
    super("Conv2DTranspose", 2, options);
  }
}

/**
 * The adjoint of a convolution through volumes, which makes them larger: each element places a scaled kernel into the
 * output, `strides` from the next, and what falls together adds up; then bias and activation.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, …larger, filters]`, where an axis of n becomes
 * n · stride with `"same"` padding, and n · stride + max(size − stride, 0) with `"valid"`. `kernel` is
 * `[…size, filters, channels]`, `bias` is `[filters]`.
 *
 * @throws {RangeError} When an option is out of range, strides and dilation are both above 1, or the number of channels
 * is unknown at building or differs later.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const larger = new layers.Conv3DTranspose({ filters: 1, kernelSize: 2, strides: 2 });
 * assertEquals(larger.apply(ones([1, 2, 3, 4, 2])).shape, [1, 4, 6, 8, 1]);
 * ```
 */
export class Conv3DTranspose extends TransposedConvolution {
  constructor(options: TransposedConvolutionOptions) {
    super("Conv3DTranspose", 3, options);
  }
}
