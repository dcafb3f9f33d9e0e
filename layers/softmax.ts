/**
 * The softmax layer.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { exp, logsumexp, softmax, subtract } from "../core/ops/mod.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";

/** Options of {@linkcode Softmax}. */
export interface SoftmaxOptions extends LayerOptions {
  /** The axis, or the axes together, along which the result sums to 1. @default -1 */
  axis?: number | readonly number[];
}

/**
 * Positive numbers whose sum is 1: `e^x / Σ e^x` along an axis. Input and output `[batch, …]`.
 *
 * @throws {RangeError} When the input has no such axis.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.Softmax().apply(tensor([[1, 1]])).toArray(), [[0.5, 0.5]]);
 * ```
 */
export class Softmax extends Layer {
  readonly axis: number | readonly number[];

  constructor(options: SoftmaxOptions = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    if (typeof this.axis !== "number" && this.axis.length === 0) {
      throw errors.option("make a Softmax layer", "axis", "one axis or more", this.axis);
    }
  }

  forward(inputs: Tensor): Tensor {
    const [axis, ...others] = [this.axis].flat() as number[];
    if (others.length === 0) return softmax(inputs, { axis });
    return exp(subtract(inputs, logsumexp(inputs, { axis: [axis, ...others], keepdims: true })));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}
