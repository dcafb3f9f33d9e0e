import { errors, rangeError } from "../core/errors.ts";
import type { Constraint, Initializer, Regularizer } from "../core/initializer.ts";
import { perAxis } from "../core/ops/convolution.ts";
import { type ConvOptions, type DataFormat } from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
import { numberIn, oneOf } from "../core/options.ts";
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
import type { WeightLayout, WeightLayouts } from "../core/weight_layout.ts";
import { BiasedLayer, type BiasedLayerOptions } from "./_biased.ts";
import { checkSpatial, dataFormatOption } from "./_spatial.ts";

/** What convolutions add around their input. */
export type ConvolutionPadding = "valid" | "same" | "causal";

/** Options of all convolutions: where the kernel is placed, and what follows. */
export interface ConvolutionPlacementOptions extends BiasedLayerOptions {
  /** The kernel's length along each spatial axis, from 1 on; one for all or one each. */
  kernelSize: number | readonly number[];
  /** How far from a window to the next, from 1 on; one for all axes or one each. @default 1 */
  strides?: number | readonly number[];
  /**
   * `"valid"`: windows lie within the input; `"same"`: ⌈size / stride⌉ of them, zeros being added at both ends.
   * @default "valid"
   */
  padding?: "valid" | "same";
  /** Whether channels stand last, or first behind the batch. @default "channelsLast" */
  dataFormat?: DataFormat;
  /** How far from an element of the kernel to the next, from 1 on; one for all axes or one each. @default 1 */
  dilationRate?: number | readonly number[];
}

/** The base of all convolutions. */
export abstract class ConvolutionLayer extends BiasedLayer {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: ConvolutionPadding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  /** What the layer was built for. */
  #channels = 0;

  constructor(
    kind: string,
    axes: number,
    options: Omit<ConvolutionPlacementOptions, "padding"> & { padding?: ConvolutionPadding },
    paddings: readonly ConvolutionPadding[] = ["valid", "same"],
  ) {
    super(options);
    const operation = `make a ${kind} layer`;
    const { strides = 1, padding = "valid", dilationRate = 1 } = options;
    this.kernelSize = [...perAxis(operation, "kernelSize", options.kernelSize, axes)];
    this.strides = [...perAxis(operation, "strides", strides, axes)];
    this.padding = oneOf(operation, "padding", padding, paddings);
    this.dataFormat = dataFormatOption(kind, options.dataFormat);
    this.dilationRate = [...perAxis(operation, "dilationRate", dilationRate, axes)];
  }

  /** The sums, with the bias and the activation that kernels can fuse. */
  protected abstract convolve(x: Tensor, options: ConvOptions): Tensor;

  /** Settles for the channels of the input that the layer is built for. */
  protected takeChannels(dims: Dims): number {
    const channels = this.#channelsIn(`build ${this.name}`, dims);
    if (channels === null) {
      throw rangeError(
        "layer.channels",
        `Cannot build ${this.name} as the channels of its input must be known: current input shape is ${
          formatShape(dims)
        }; give inputShape with their number`,
      );
    }
    this.#channels = channels;
    return channels;
  }

  #channelsIn(operation: string, dims: Dims): number | null {
    checkSpatial(operation, dims, this.kernelSize.length, this.dataFormat);
    return dims[this.dataFormat === "channelsLast" ? dims.length - 1 : 1];
  }

  forward(inputs: Tensor): Tensor {
    const channels = this.#channelsIn(`apply ${this.name}`, inputs.dims);
    if (channels !== this.#channels) {
      throw rangeError(
        "layer.channels",
        `Cannot apply ${this.name} as it was built for ${this.#channels} channels: current input shape is ${
          formatShape(inputs.dims)
        }, ${this.dataFormat}`,
      );
    }
    const { strides, dilationRate, padding, dataFormat } = this;
    const placement = { strides, dilationRate, padding, dataFormat };
    const x = asDType(inputs, this.dtype);
    return this.activated((epilogue) => this.convolve(x, { ...placement, ...epilogue }));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      kernelSize: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dataFormat: this.dataFormat,
      dilationRate: this.dilationRate,
    };
  }
}

/** The axes of a kernel in PyTorch's order: the two of channels, last first, then those of the size. */
export function kernelAxes(kernelSize: readonly number[]): number[] {
  const axes = kernelSize.length;
  return [axes + 1, axes, ...kernelSize.keys()];
}

/** Options of convolutions whose kernel mixes the channels. */
export interface KernelConvolutionOptions extends ConvolutionPlacementOptions {
  /** How many channels come out, from 1 on. */
  filters: number;
  /** @default "glorotUniform" */
  kernelInitializer?: Identifier<Initializer>;
  /** What the kernel costs. @default null */
  kernelRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the kernel in bounds. @default null */
  kernelConstraint?: Identifier<Constraint> | null;
}

/** The base of convolutions, and transposed ones, whose kernel mixes the channels. */
export abstract class KernelConvolutionLayer extends ConvolutionLayer {
  readonly filters: number;
  readonly kernelInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;

  constructor(
    kind: string,
    axes: number,
    options: Omit<KernelConvolutionOptions, "padding"> & { padding?: ConvolutionPadding },
    paddings?: readonly ConvolutionPadding[],
  ) {
    super(kind, axes, options, paddings);
    const operation = `make a ${kind} layer`;
    this.filters = numberIn("a whole number from 1 on", operation, "filters", options.filters);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      const requirement = `1 where strides are above it, here ${formatShape(this.strides)}`;
      throw errors.option(operation, "dilationRate", requirement, this.dilationRate);
    }
    this.kernelInitializer = resolve("initializer", options.kernelInitializer ?? "glorotUniform");
    this.kernelRegularizer = resolveOptional("regularizer", options.kernelRegularizer);
    this.kernelConstraint = resolveOptional("constraint", options.kernelConstraint);
  }

  /** A kernel of that many channels, in the order in which the convolution takes them. */
  protected makeKernel(...channels: [number, number]): Parameter {
    return this.addWeight({
      name: "kernel",
      shape: [...this.kernelSize, ...channels],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
  }

  override weightLayouts(framework: string): WeightLayouts {
    if (framework !== "pytorch") return {};
    return { kernel: { name: "weight", axes: kernelAxes(this.kernelSize) } };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernelInitializer: serialize("initializer", this.kernelInitializer),
      kernelRegularizer: serializeOptional("regularizer", this.kernelRegularizer),
      kernelConstraint: serializeOptional("constraint", this.kernelConstraint),
    };
  }
}

/** Options of convolutions that begin with each channel by itself. */
export interface DepthwiseOptions extends ConvolutionPlacementOptions {
  /** How many kernels each channel has, from 1 on. @default 1 */
  depthMultiplier?: number;
  /** @default "glorotUniform" */
  depthwiseInitializer?: Identifier<Initializer>;
  /** What the kernels of the channels cost. @default null */
  depthwiseRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the kernels of the channels in bounds. @default null */
  depthwiseConstraint?: Identifier<Constraint> | null;
}

/** The base of convolutions that begin with each channel by itself. */
export abstract class DepthwiseLayer extends ConvolutionLayer {
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: Initializer;
  readonly depthwiseRegularizer: Regularizer | null;
  readonly depthwiseConstraint: Constraint | null;

  constructor(kind: string, axes: number, options: DepthwiseOptions) {
    super(kind, axes, options);
    const { depthMultiplier = 1 } = options;
    this.depthMultiplier = numberIn(
      "a whole number from 1 on",
      `make a ${kind} layer`,
      "depthMultiplier",
      depthMultiplier,
    );
    this.depthwiseInitializer = resolve(
      "initializer",
      options.depthwiseInitializer ?? "glorotUniform",
    );
    this.depthwiseRegularizer = resolveOptional("regularizer", options.depthwiseRegularizer);
    this.depthwiseConstraint = resolveOptional("constraint", options.depthwiseConstraint);
  }

  /** The kernels of the channels, `[…size, channels, multiplier]`. */
  protected makeDepthwiseKernel(name: string, channels: number): Parameter {
    return this.addWeight({
      name,
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      initializer: this.depthwiseInitializer,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
  }

  /** Such a kernel in PyTorch, where it is that of a convolution with a group for each channel. */
  protected depthwiseLayout(name: string, kernel: Parameter): WeightLayout {
    const [channels, multiplier] = kernel.shape.slice(this.kernelSize.length);
    const [last, beforeLast, ...size] = kernelAxes(this.kernelSize);
    return {
      name,
      axes: [beforeLast, last, ...size],
      shape: [channels * multiplier, 1, ...this.kernelSize],
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      depthMultiplier: this.depthMultiplier,
      depthwiseInitializer: serialize("initializer", this.depthwiseInitializer),
      depthwiseRegularizer: serializeOptional("regularizer", this.depthwiseRegularizer),
      depthwiseConstraint: serializeOptional("constraint", this.depthwiseConstraint),
    };
  }
}
