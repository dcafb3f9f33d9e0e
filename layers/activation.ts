/**
 * Layers that pass each element through a function without weights or options.
 *
 * @module
 */

import { Layer, type LayerOptions } from "../core/layer.ts";
import type { ActivationFunction } from "../core/initializer.ts";
import { sigmoid, tanh } from "../core/ops/mod.ts";
import { type Config, type Identifier, resolve, serialize } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";

/** Options of {@linkcode Activation}. */
export interface ActivationOptions extends LayerOptions {
  /** A function, or its name in the registry. */
  activation: Identifier<ActivationFunction>;
}

/**
 * Passes the input through an activation: `activation(x)`. Input and output `[batch, …]`.
 *
 * @throws {RangeError} When no activation of that name is known.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const activation = new layers.Activation({ activation: "relu" });
 * assertEquals(activation.apply(tensor([[-1, 2]])).toArray(), [[0, 2]]);
 * ```
 */
export class Activation extends Layer {
  readonly activation: ActivationFunction;

  constructor(options: ActivationOptions) {
    super(options);
    this.activation = resolve("activation", options.activation);
  }

  forward(inputs: Tensor): Tensor {
    return this.activation(inputs);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: serialize("activation", this.activation) };
  }
}

/**
 * `1 / (1 + e^−x)`. Input and output `[batch, …]`.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.Sigmoid().apply(tensor([0])).toArray(), [0.5]);
 * ```
 */
export class Sigmoid extends Layer {
  forward(inputs: Tensor): Tensor {
    return sigmoid(inputs);
  }
}

/**
 * The hyperbolic tangent. Input and output `[batch, …]`.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.Tanh().apply(tensor([0])).toArray(), [0]);
 * ```
 */
export class Tanh extends Layer {
  forward(inputs: Tensor): Tensor {
    return tanh(inputs);
  }
}
