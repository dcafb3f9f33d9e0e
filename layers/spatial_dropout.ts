/**
 * Layers that drop whole feature maps in training.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import type { CallContext } from "../core/module.ts";
import { dropout } from "../core/ops/mod.ts";
import { numberIn, oneOf } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import { SeededLayer, type SeededLayerOptions } from "./_seeded.ts";

const DATA_FORMATS = ["channelsLast", "channelsFirst"] as const;
type DataFormat = typeof DATA_FORMATS[number];

/** Options of {@linkcode SpatialDropout1D}. */
export interface SpatialDropout1DOptions extends SeededLayerOptions {
  /** The part of the feature maps that is dropped, in [0, 1). */
  rate: number;
}

/** Options of {@linkcode SpatialDropout2D} and {@linkcode SpatialDropout3D}. */
export interface SpatialDropoutOptions extends SpatialDropout1DOptions {
  /** Where the channels of the input are. @default "channelsLast" */
  dataFormat?: "channelsLast" | "channelsFirst" | (string & Record<never, never>);
}

/** Dropout by feature map, over some number of spatial axes. */
abstract class SpatialDropout extends SeededLayer {
  readonly rate: number;
  readonly #spatialAxes: number;
  readonly #dataFormat: DataFormat;

  constructor(spatialAxes: number, dataFormat: string, options: SpatialDropout1DOptions) {
    super(options);
    const operation = `make a SpatialDropout${spatialAxes}D layer`;
    this.#spatialAxes = spatialAxes;
    this.#dataFormat = oneOf<DataFormat>(operation, "dataFormat", dataFormat, DATA_FORMATS);
    this.rate = numberIn("in [0, 1)", operation, "rate", options.rate);
  }

  /** Where the channels of the input are. */
  get dataFormat(): DataFormat {
    return this.#dataFormat;
  }

  forward(inputs: Tensor, { training }: CallContext): Tensor {
    const spatial = Array<1>(this.#spatialAxes).fill(1);
    if (inputs.ndim !== spatial.length + 2) {
      const axes = `${spatial.length + 2} axes, those of batch, space and channels`;
      throw errors.rank(`apply ${this.name}`, axes, inputs.dims);
    }
    if (!training) return inputs;
    const noiseShape = this.#dataFormat === "channelsLast"
      ? [null, ...spatial, null]
      : [null, null, ...spatial];
    return dropout(inputs, this.rate, { noiseShape, seed: this.generator });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate };
  }
}

/**
 * In training, sets whole feature maps to 0 with probability `rate` and divides the others by `1 − rate`; in inference,
 * does nothing. Input and output `[batch, steps, channels]`.
 *
 * Tompson et al., "Efficient object localization using convolutional networks", 2015.
 *
 * @throws {RangeError} When `rate` is not in [0, 1), or the input has other than three axes.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const dropout = new layers.SpatialDropout1D({ rate: 0.5, seed: 1 });
 * const [first, second] = dropout.apply(ones([1, 2, 8]), { training: true }).toArray()[0];
 * assertEquals(first, second);
 * ```
 */
export class SpatialDropout1D extends SpatialDropout {
  constructor(options: SpatialDropout1DOptions) {
    super(1, "channelsLast", options);
  }
}

/**
 * In training, sets whole feature maps to 0 with probability `rate` and divides the others by `1 − rate`; in inference,
 * does nothing. Input and output `[batch, height, width, channels]`, or with the channels first.
 *
 * Tompson et al., "Efficient object localization using convolutional networks", 2015.
 *
 * @throws {RangeError} When `rate` is not in [0, 1), or the input has other than four axes.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const dropout = new layers.SpatialDropout2D({ rate: 0.5, dataFormat: "channelsFirst", seed: 1 });
 * const maps = dropout.apply(ones([1, 8, 2, 2]), { training: true }).toArray()[0];
 * assertEquals(maps.every(([[a, b], [c, d]]: number[][]) => a === b && b === c && c === d), true);
 * ```
 */
export class SpatialDropout2D extends SpatialDropout {
  constructor(options: SpatialDropoutOptions) {
    super(2, options.dataFormat ?? "channelsLast", options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}

/**
 * In training, sets whole feature maps to 0 with probability `rate` and divides the others by `1 − rate`; in inference,
 * does nothing. Input and output `[batch, depth, height, width, channels]`, or with the channels first.
 *
 * Tompson et al., "Efficient object localization using convolutional networks", 2015.
 *
 * @throws {RangeError} When `rate` is not in [0, 1), or the input has other than five axes.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const dropout = new layers.SpatialDropout3D({ rate: 0.5 });
 * assertEquals(dropout.apply(ones([1, 2, 2, 2, 3])).toArray(), ones([1, 2, 2, 2, 3]).toArray());
 * ```
 */
export class SpatialDropout3D extends SpatialDropout {
  constructor(options: SpatialDropoutOptions) {
    super(3, options.dataFormat ?? "channelsLast", options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}
