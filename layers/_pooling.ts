import { perAxis, type WindowOptions } from "../core/ops/convolution.ts";
import type { DataFormat, PoolOptions } from "../core/ops/mod.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { oneOf, switchOf } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkSpatial, dataFormatOption, firstSpatial } from "./_spatial.ts";

/** Options of layers that pool windows. */
export interface PoolingOptions extends LayerOptions {
  /** The length of a window along each spatial axis, from 1 on; one for all or one each. */
  poolSize: number | readonly number[];
  /** How far from a window to the next, from 1 on; one for all axes or one each. @default poolSize */
  strides?: number | readonly number[] | null;
  /** `"valid"`: windows lie within the input; `"same"`: ⌈size / stride⌉ of them. @default "valid" */
  padding?: WindowOptions["padding"];
  /** Whether channels stand last, or first behind the batch. @default "channelsLast" */
  dataFormat?: DataFormat;
}

/** The base of layers that pool windows. */
export abstract class PoolingLayer extends Layer {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same";
  readonly dataFormat: DataFormat;

  constructor(kind: string, axes: number, options: PoolingOptions) {
    super(options);
    const operation = `make a ${kind} layer`;
    this.poolSize = [...perAxis(operation, "poolSize", options.poolSize, axes)];
    this.strides = [...perAxis(operation, "strides", options.strides ?? this.poolSize, axes)];
    this.padding = oneOf(operation, "padding", options.padding ?? "valid", ["valid", "same"]);
    this.dataFormat = dataFormatOption(kind, options.dataFormat);
  }

  /** One value for each window. */
  protected abstract pool(x: Tensor, options: PoolOptions): Tensor;

  forward(inputs: Tensor): Tensor {
    const { poolSize, strides, padding, dataFormat } = this;
    checkSpatial(`apply ${this.name}`, inputs.dims, poolSize.length, dataFormat);
    return this.pool(inputs, { poolSize, strides, padding, dataFormat });
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      poolSize: this.poolSize,
      strides: this.strides,
      padding: this.padding,
      dataFormat: this.dataFormat,
    };
  }
}

/** Options of layers that pool all of an image. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** Whether channels stand last, or first behind the batch. @default "channelsLast" */
  dataFormat?: DataFormat;
  /** Whether the spatial axes stay, with size 1. @default false */
  keepdims?: boolean;
}

/** The base of layers that pool all of an image. */
export abstract class GlobalPoolingLayer extends Layer {
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;
  readonly #axes: number;

  constructor(kind: string, axes: number, options: GlobalPoolingOptions) {
    super(options);
    this.dataFormat = dataFormatOption(kind, options.dataFormat);
    this.keepdims = switchOf(`make a ${kind} layer`, "keepdims", options.keepdims ?? false);
    this.#axes = axes;
  }

  /** One value in place of the elements along those axes. */
  protected abstract reduce(
    x: Tensor,
    options: { axis: readonly number[]; keepdims: boolean },
  ): Tensor;

  forward(inputs: Tensor): Tensor {
    checkSpatial(`apply ${this.name}`, inputs.dims, this.#axes, this.dataFormat);
    const first = firstSpatial(this.dataFormat);
    const axis = Array.from({ length: this.#axes }, (_, i) => first + i);
    return this.reduce(inputs, { axis, keepdims: this.keepdims });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat, keepdims: this.keepdims };
  }
}
