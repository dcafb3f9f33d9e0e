/**
 * Layers that leave their input as it is.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import type { Config } from "../core/serialization.ts";
import { type Dims, formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** Options of {@linkcode InputLayer}. */
export interface InputLayerOptions extends LayerOptions {
  /** The shape of one example; the same as `inputShape`. */
  shape?: Dims;
  /** The number of examples in a batch. @default null (any) */
  batchSize?: number | null;
  /** The shape with the batch axis, in place of `shape` and `batchSize`. */
  batchShape?: Dims;
}

/**
 * Says what a model takes, as its first layer, and checks it. Input and output `[batch, …shape]`.
 *
 * @throws {RangeError} When no shape is given, or when an input has another.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.InputLayer({ shape: [4] }), new layers.Dense({ units: 2 })]);
 * assertEquals(model.countParams(), 10);
 * ```
 */
export class InputLayer extends Layer {
  /** The shape with the batch axis; `null` where any size will do. */
  readonly batchShape: Dims;

  constructor(options: InputLayerOptions = {}) {
    const { batchShape, batchSize = null } = options;
    const shape = batchShape?.slice(1) ?? options.shape ?? options.inputShape;
    super({ ...options, inputShape: shape });
    if (shape === undefined) {
      throw errors.option("make an InputLayer", "shape", "given, such as [784]", shape);
    }
    this.batchShape = batchShape ?? [batchSize, ...shape];
  }

  forward(inputs: Tensor): Tensor {
    const { dims } = inputs;
    const fits = dims.length === this.batchShape.length &&
      dims.every((d, i) => d === null || this.batchShape[i] === null || d === this.batchShape[i]);
    if (fits) return inputs;
    throw errors.shapes(
      `apply ${this.name}`,
      `the input must have the shape ${formatShape(this.batchShape)}`,
      dims,
    );
  }

  override getConfig(): Config {
    const { inputShape: _, ...config } = super.getConfig();
    return { ...config, batchShape: this.batchShape };
  }
}

/**
 * The input as it is; stands where a layer is expected and nothing is to be done. Input and output `[batch, …]`.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.Identity().apply(tensor([1, 2])).toArray(), [1, 2]);
 * ```
 */
export class Identity extends Layer {
  forward(inputs: Tensor): Tensor {
    return inputs;
  }
}
