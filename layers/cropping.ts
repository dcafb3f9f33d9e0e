/**
 * Layers that cut off the ends of sequences, images and volumes.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { type DataFormat, flip } from "../core/ops/mod.ts";
import { sliceAxis } from "../core/ops/movement.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import {
  checkSpatial,
  dataFormatOption,
  firstSpatial,
  marginsConfig,
  type MarginsOption,
  marginsOption,
} from "./_spatial.ts";

/** Options of {@linkcode Cropping1D}. */
export interface Cropping1DOptions extends LayerOptions {
  /** How many elements are cut off, from 0 on: at each end, or `[before, after]`. @default 1 */
  cropping?: number | readonly number[];
}

/** Options of {@linkcode Cropping2D} and {@linkcode Cropping3D}. */
export interface CroppingOptions extends LayerOptions {
  /**
   * How many elements are cut off, from 0 on: one number for all ends, one for both ends of each axis, or a pair
   * `[before, after]` for each. @default 0 of images, 1 of volumes
   */
  cropping?: MarginsOption;
  /** Whether channels stand last, or first behind the batch. @default "channelsLast" */
  dataFormat?: DataFormat;
}

/** An axis without its ends; where its size is unknown, the last ones are cut off as the first of the reverse. */
function crop(x: Tensor, axis: number, [low, high]: readonly [number, number]): Tensor {
  const length = x.dims[axis];
  if (length !== null) return sliceAxis(x, axis, low, length - high);
  const rest = low === 0 ? x : sliceAxis(x, axis, low, null);
  return high === 0 ? rest : flip(sliceAxis(flip(rest, { axis }), axis, high, null), { axis });
}

/** The base of layers that cut off ends. */
abstract class Cropping extends Layer {
  /** How many elements are cut off before and after, for each axis. */
  readonly cropping: readonly (readonly [number, number])[];
  readonly dataFormat: DataFormat;

  constructor(kind: string, axes: number, cropping: MarginsOption, options: CroppingOptions) {
    super(options);
    this.cropping = marginsOption(kind, "cropping", options.cropping ?? cropping, axes);
    this.dataFormat = dataFormatOption(kind, options.dataFormat);
  }

  forward(inputs: Tensor): Tensor {
    const { cropping, dataFormat } = this;
    const { dims } = inputs;
    const operation = `apply ${this.name}`;
    checkSpatial(operation, dims, cropping.length, dataFormat);
    const first = firstSpatial(dataFormat);
    return cropping.reduce((x, ends, i) => {
      const length = dims[first + i];
      const lost = ends[0] + ends[1];
      if (length !== null && lost >= length) {
        throw errors.shapes(
          operation,
          `it cuts ${lost} elements off axis ${first + i}, which has ${length}, and one must stay`,
          dims,
        );
      }
      return crop(x, first + i, ends);
    }, inputs);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), cropping: marginsConfig(this.cropping) };
  }
}

/**
 * Sequences without their ends.
 *
 * Input `[batch, steps, channels]`, output `[batch, less steps, channels]`.
 *
 * @throws {RangeError} When `cropping` is not made of whole numbers from 0 on, the input has other than 3 axes, or
 * nothing would be left of one.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const cropping = new layers.Cropping1D({ cropping: [0, 1] });
 * assertEquals(cropping.apply(tensor([[[1], [2], [3]]])).toArray(), [[[1], [2]]]);
 * ```
 */
export class Cropping1D extends Cropping {
  constructor(options: Cropping1DOptions = {}) {
    super("Cropping1D", 1, 1, options);
  }
}

/**
 * Images without their ends.
 *
 * Input `[batch, height, width, channels]`, output `[batch, less height, less width, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When `cropping` is not made of whole numbers from 0 on, the input has other than 4 axes, or
 * nothing would be left of one.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const cropping = new layers.Cropping2D({ cropping: [[1, 0], [0, 0]] });
 * assertEquals(cropping.apply(tensor([[[[0]], [[5]]]])).toArray(), [[[[5]]]]);
 * ```
 */
export class Cropping2D extends Cropping {
  constructor(options: CroppingOptions = {}) {
    super("Cropping2D", 2, 0, options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}

/**
 * Volumes without their ends.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, less depth, less height, less width, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When `cropping` is not made of whole numbers from 0 on, the input has other than 5 axes, or
 * nothing would be left of one.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const cropping = new layers.Cropping3D({ cropping: [1, 2, 0] });
 * assertEquals(cropping.apply(ones([1, 6, 8, 4, 2])).shape, [1, 4, 4, 4, 2]);
 * ```
 */
export class Cropping3D extends Cropping {
  constructor(options: CroppingOptions = {}) {
    super("Cropping3D", 3, 1, options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}
