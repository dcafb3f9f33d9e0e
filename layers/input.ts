/**
 * Layers that leave their input as it is.
 *
 * @module
 */

import { Layer } from "../core/layer.ts";
import type { Tensor } from "../core/tensor.ts";

export { InputLayer, type InputLayerOptions } from "../core/input_layer.ts";

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
