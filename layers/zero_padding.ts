/**
 * Layers that add zeros around sequences, images and volumes.
 *
 * @module
 */

import { Layer, type LayerOptions } from "../core/layer.ts";
import { type DataFormat, pad } from "../core/ops/mod.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import {
  checkSpatial,
  dataFormatOption,
  marginsConfig,
  type MarginsOption,
  marginsOption,
} from "./_spatial.ts";

/** Options of {@linkcode ZeroPadding1D}, {@linkcode ZeroPadding2D} and {@linkcode ZeroPadding3D}. */
export interface ZeroPaddingOptions extends LayerOptions {
  /**
   * How many zeros, from 0 on: one number for all ends, one for both ends of each axis, or a pair `[before, after]` for
   * each; of one axis just its pair. @default 1
   */
  padding?: MarginsOption;
  /** Whether channels stand last, or first behind the batch. @default "channelsLast" */
  dataFormat?: DataFormat;
}

/** The base of layers that add zeros. */
abstract class ZeroPadding extends Layer {
  /** How many zeros stand before and after, for each axis. */
  readonly padding: readonly (readonly [number, number])[];
  readonly dataFormat: DataFormat;

  constructor(kind: string, axes: number, options: ZeroPaddingOptions) {
    super(options);
    this.padding = marginsOption(kind, "padding", options.padding ?? 1, axes);
    this.dataFormat = dataFormatOption(kind, options.dataFormat);
  }

  forward(inputs: Tensor): Tensor {
    const { padding, dataFormat } = this;
    checkSpatial(`apply ${this.name}`, inputs.dims, padding.length, dataFormat);
    const none = [0, 0] as const;
    return pad(
      inputs,
      dataFormat === "channelsLast" ? [none, ...padding, none] : [none, none, ...padding],
    );
  }

  override getConfig(): Config {
    const { padding, dataFormat } = this;
    return { ...super.getConfig(), padding: marginsConfig(padding), dataFormat };
  }
}

/**
 * Zeros before and after sequences.
 *
 * Input `[batch, steps, channels]`, output `[batch, padded steps, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When `padding` is not made of whole numbers from 0 on, or the input has other than 3 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const padding = new layers.ZeroPadding1D({ padding: [0, 2] });
 * assertEquals(padding.apply(tensor([[[5]]])).toArray(), [[[5], [0], [0]]]);
 * ```
 */
export class ZeroPadding1D extends ZeroPadding {
  constructor(options: ZeroPaddingOptions = {}) {
    super("ZeroPadding1D", 1, options);
  }
}

/**
 * Zeros before and after images.
 *
 * Input `[batch, height, width, channels]`, output `[batch, padded height, padded width, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When `padding` is not made of whole numbers from 0 on, or the input has other than 4 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const padding = new layers.ZeroPadding2D({ padding: [[1, 0], [0, 0]] });
 * assertEquals(padding.apply(tensor([[[[5]]]])).toArray(), [[[[0]], [[5]]]]);
 * ```
 */
export class ZeroPadding2D extends ZeroPadding {
  constructor(options: ZeroPaddingOptions = {}) {
    super("ZeroPadding2D", 2, options);
  }
}

/**
 * Zeros before and after volumes.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, padded depth, padded height, padded width, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When `padding` is not made of whole numbers from 0 on, or the input has other than 5 axes.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const padding = new layers.ZeroPadding3D({ padding: [1, 2, 0] });
 * assertEquals(padding.apply(ones([1, 4, 4, 4, 2])).shape, [1, 6, 8, 4, 2]);
 * ```
 */
export class ZeroPadding3D extends ZeroPadding {
  constructor(options: ZeroPaddingOptions = {}) {
    super("ZeroPadding3D", 3, options);
  }
}
