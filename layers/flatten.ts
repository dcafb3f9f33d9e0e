/**
 * The layer that lays all axes of an example in one.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { reshape, transpose } from "../core/ops/mod.ts";
import { oneOf } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import { isKnown, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

const DATA_FORMATS = ["channelsLast", "channelsFirst"] as const;

/** Options of {@linkcode Flatten}. */
export interface FlattenOptions extends LayerOptions {
  /**
   * Where the channels of the input are. The output has them last in either case, so that the same weights fit after
   * it. @default "channelsLast"
   */
  dataFormat?: typeof DATA_FORMATS[number] | (string & Record<never, never>);
}

/**
 * All axes of an example as one: `[batch, a, b, …] → [batch, a·b·…]`; a vector `[batch]` becomes `[batch, 1]`.
 *
 * @throws {RangeError} When an axis other than the batch is unknown.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const flatten = new layers.Flatten();
 * assertEquals(flatten.apply(ones([2, 28, 28])).shape, [2, 784]);
 * assertEquals(flatten.computeOutputShape([null, 4, 5]), [null, 20]);
 * ```
 */
export class Flatten extends Layer {
  readonly dataFormat: typeof DATA_FORMATS[number];

  constructor(options: FlattenOptions = {}) {
    super(options);
    const { dataFormat = "channelsLast" } = options;
    this.dataFormat = oneOf("make a Flatten layer", "dataFormat", dataFormat, DATA_FORMATS);
  }

  forward(inputs: Tensor): Tensor {
    const { dims, ndim } = inputs;
    const [batch, ...example] = dims;
    if (ndim === 0) throw errors.rank(`apply ${this.name}`, "a batch axis", dims);
    if (!isKnown(example)) {
      throw errors.shapes(`apply ${this.name}`, "all axes but the batch must be known", dims);
    }
    const rest = dims.map((_, axis) => axis).slice(2);
    const x = this.dataFormat === "channelsFirst" && ndim > 2
      ? transpose(inputs, [0, ...rest, 1])
      : inputs;
    return reshape(x, [batch, sizeOf(example)]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}
