/**
 * Layers that pass each element through a function without weights.
 *
 * @module
 */

import { Layer, type LayerOptions } from "../core/layer.ts";
import type { ActivationFunction } from "../core/initializer.ts";
import { gelu, sigmoid, silu, tanh } from "../core/ops/mod.ts";
import { switchOf } from "../core/options.ts";
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

/** Options of {@linkcode GELU}. */
export interface GELUOptions extends LayerOptions {
  /** Whether tanh stands in for the normal distribution. @default false */
  approximate?: boolean;
}

/**
 * `x · Φ(x)`, Φ being the normal distribution. Input and output `[batch, …]`.
 *
 * Hendrycks and Gimpel, "Gaussian error linear units", 2016.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.GELU().apply(tensor([0, 100])).toArray(), [0, 100]);
 * ```
 */
export class GELU extends Layer {
  readonly approximate: boolean;

  constructor(options: GELUOptions = {}) {
    super(options);
    const { approximate = false } = options;
    this.approximate = switchOf("make a GELU layer", "approximate", approximate);
  }

  forward(inputs: Tensor): Tensor {
    return gelu(inputs, { approximate: this.approximate });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), approximate: this.approximate };
  }
}

/**
 * `x · sigmoid(x)`, also known as swish. Input and output `[batch, …]`.
 *
 * Ramachandran et al., "Searching for activation functions", 2017.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.SiLU().apply(tensor([0, 100])).toArray(), [0, 100]);
 * ```
 */
export class SiLU extends Layer {
  forward(inputs: Tensor): Tensor {
    return silu(inputs);
  }
}
