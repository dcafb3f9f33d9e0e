/**
 * The layer that gives examples another shape.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { reshape } from "../core/ops/mod.ts";
import { inference } from "../core/primitives.ts";
import type { Config } from "../core/serialization.ts";
import { isKnown, type Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** Options of {@linkcode Reshape}. */
export interface ReshapeOptions extends LayerOptions {
  /** The shape of an example, without the batch; one dimension may be -1 and follows from the others. */
  targetShape: Shape;
}

/**
 * The elements of an example in another shape: `[batch, …] → [batch, …targetShape]`.
 *
 * @throws {RangeError} When the elements do not fill `targetShape`, or more than one of its dimensions is -1.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const reshape = new layers.Reshape({ targetShape: [-1, 4] });
 * assertEquals(reshape.apply(ones([2, 12])).shape, [2, 3, 4]);
 * assertEquals(reshape.computeOutputShape([null, 8]), [null, 2, 4]);
 * ```
 */
export class Reshape extends Layer {
  readonly targetShape: Shape;

  constructor(options: ReshapeOptions) {
    super(options);
    const { targetShape } = options;
    const holes = Array.isArray(targetShape) ? targetShape.filter((d) => d === -1).length : 2;
    if (holes > 1 || targetShape.some((d) => !Number.isInteger(d) || d < -1)) {
      throw errors.option(
        "make a Reshape layer",
        "targetShape",
        "a list of whole numbers, one of them -1 at most",
        targetShape,
      );
    }
    this.targetShape = [...targetShape];
  }

  forward(inputs: Tensor): Tensor {
    const { dims, dtype } = inputs;
    const [batch, ...example] = dims;
    if (dims.length === 0) throw errors.rank(`apply ${this.name}`, "a batch axis", dims);
    const target = inference.reshape([{ dims: example, dtype }], { shape: this.targetShape });
    if (batch === null && !isKnown(target.dims)) {
      throw errors.shapes(`apply ${this.name}`, "all axes but the batch must be known", dims);
    }
    return reshape(inputs, [batch, ...target.dims]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), targetShape: this.targetShape };
  }
}
