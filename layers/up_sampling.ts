/**
 * Layers that make sequences, images and volumes larger.
 *
 * @module
 */

import { perAxis } from "../core/ops/convolution.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { type DataFormat, image } from "../core/ops/mod.ts";
import { oneOf } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import { knownDim } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkSpatial, dataFormatOption, firstSpatial } from "./_spatial.ts";

/** Options of {@linkcode UpSampling1D}. */
export interface UpSampling1DOptions extends LayerOptions {
  /** How often each step is repeated, from 1 on. @default 2 */
  size?: number | readonly number[];
}

/** Options of {@linkcode UpSampling3D}. */
export interface UpSampling3DOptions extends LayerOptions {
  /** How often each element is repeated, from 1 on; one for all axes or one each. @default 2 */
  size?: number | readonly number[];
  /** Whether channels stand last, or first behind the batch. @default "channelsLast" */
  dataFormat?: DataFormat;
}

/** Options of {@linkcode UpSampling2D}. */
export interface UpSampling2DOptions extends UpSampling3DOptions {
  /**
   * How pixels between pixels are made out. All but `"nearest"` need to know height and width at building.
   * @default "nearest"
   */
  interpolation?: image.Interpolation;
}

/** The base of layers that make their input larger. */
abstract class UpSampling extends Layer {
  readonly size: readonly number[];
  readonly dataFormat: DataFormat;

  constructor(kind: string, axes: number, options: UpSampling3DOptions) {
    super(options);
    this.size = [...perAxis(`make a ${kind} layer`, "size", options.size ?? 2, axes)];
    this.dataFormat = dataFormatOption(kind, options.dataFormat);
  }

  forward(inputs: Tensor): Tensor {
    checkSpatial(`apply ${this.name}`, inputs.dims, this.size.length, this.dataFormat);
    return this.enlarge(inputs);
  }

  /** Each element repeated. */
  protected enlarge(x: Tensor): Tensor {
    return image.upsample(x, { factors: this.size, dataFormat: this.dataFormat });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), size: this.size };
  }
}

/**
 * Each step of a sequence `size` times.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps · size, channels]`.
 *
 * @throws {RangeError} When `size` is no whole number from 1 on, or the input has other than 3 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const larger = new layers.UpSampling1D();
 * assertEquals(larger.apply(tensor([[[1], [2]]])).toArray(), [[[1], [1], [2], [2]]]);
 * ```
 */
export class UpSampling1D extends UpSampling {
  constructor(options: UpSampling1DOptions = {}) {
    super("UpSampling1D", 1, options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), size: this.size[0] };
  }
}

/**
 * Images that are higher and wider by whole factors.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height · size, width · size, channels]`; channels first, they
 * stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, the input has other than 4 axes, or its height or width is unknown
 * with an interpolation other than `"nearest"`.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const larger = new layers.UpSampling2D({ size: [1, 2] });
 * assertEquals(larger.apply(tensor([[[[1], [3]]]])).toArray(), [[[[1], [1], [3], [3]]]]);
 * const smooth = new layers.UpSampling2D({ size: [1, 2], interpolation: "bilinear" });
 * assertEquals(smooth.apply(tensor([[[[1], [3]]]])).toArray(), [[[[1], [1.5], [2.5], [3]]]]);
 * ```
 */
export class UpSampling2D extends UpSampling {
  readonly interpolation: image.Interpolation;

  constructor(options: UpSampling2DOptions = {}) {
    super("UpSampling2D", 2, options);
    const { interpolation = "nearest" } = options;
    const operation = "make an UpSampling2D layer";
    this.interpolation = oneOf(operation, "interpolation", interpolation, image.INTERPOLATIONS);
  }

  protected override enlarge(x: Tensor): Tensor {
    const { interpolation, dataFormat } = this;
    if (interpolation === "nearest") return super.enlarge(x);
    const first = firstSpatial(dataFormat);
    const [height, width] = this.size.map((factor, i) =>
      factor * knownDim(`apply ${this.name}`, x.dims, first + i)
    );
    return image.resize(x, { size: [height, width], interpolation, dataFormat });
  }

  override getConfig(): Config {
    const { dataFormat, interpolation } = this;
    return { ...super.getConfig(), dataFormat, interpolation };
  }
}

/**
 * Each element of a volume `size` times along each axis.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, depth · size, height · size, width · size, channels]`;
 * channels first, they stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, or the input has other than 5 axes.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const larger = new layers.UpSampling3D({ size: [1, 2, 3] });
 * assertEquals(larger.apply(ones([1, 4, 4, 4, 2])).shape, [1, 4, 8, 12, 2]);
 * ```
 */
export class UpSampling3D extends UpSampling {
  constructor(options: UpSampling3DOptions = {}) {
    super("UpSampling3D", 3, options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}
