/**
 * The layer that brings images to one size.
 *
 * @module
 */

import { Layer, type LayerOptions } from "../core/layer.ts";
import { image } from "../core/ops/mod.ts";
import { numberIn, oneOf, switchOf } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import { dataFormatOption } from "./_spatial.ts";

/** Options of {@linkcode Resizing}. */
export interface ResizingOptions extends LayerOptions, Omit<image.ResizeOptions, "size"> {
  /** Of the output, from 1 on. */
  height: number;
  /** Of the output, from 1 on. */
  width: number;
}

/**
 * Images in one size, whatever theirs is.
 *
 * Input `[batch, any height, any width, channels]`, or one image without the batch; output
 * `[batch, height, width, channels]`; channels first, they stand behind the batch. See `ops.image.resize`.
 *
 * @throws {RangeError} When an option is out of range, both `cropToAspectRatio` and `padToAspectRatio` are set, or the
 * height or the width of the input is unknown.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const resizing = new layers.Resizing({ height: 1, width: 2 });
 * assertEquals(resizing.apply(tensor([[[[1], [3], [5], [9]]]])).toArray(), [[[[2], [7]]]]);
 * ```
 */
export class Resizing extends Layer {
  readonly height: number;
  readonly width: number;
  readonly #options: Required<Omit<image.ResizeOptions, "size">>;

  constructor(options: ResizingOptions) {
    super(options);
    const operation = "make a Resizing layer";
    this.height = numberIn("a whole number from 1 on", operation, "height", options.height);
    this.width = numberIn("a whole number from 1 on", operation, "width", options.width);
    const {
      interpolation = "bilinear",
      antialias = false,
      cropToAspectRatio = false,
      padToAspectRatio = false,
      fillMode = "constant",
      fillValue = 0,
    } = options;
    this.#options = {
      interpolation: oneOf(operation, "interpolation", interpolation, image.INTERPOLATIONS),
      antialias: switchOf(operation, "antialias", antialias),
      cropToAspectRatio: switchOf(operation, "cropToAspectRatio", cropToAspectRatio),
      padToAspectRatio: switchOf(operation, "padToAspectRatio", padToAspectRatio),
      fillMode: oneOf(operation, "fillMode", fillMode, ["constant"]),
      fillValue: numberIn("finite", operation, "fillValue", fillValue),
      dataFormat: dataFormatOption("Resizing", options.dataFormat),
    };
  }

  forward(inputs: Tensor): Tensor {
    return image.resize(inputs, { size: [this.height, this.width], ...this.#options });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), height: this.height, width: this.width, ...this.#options };
  }
}
