/**
 * Layers that lay out the elements of an example in another way.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { broadcastTo, expandDims, transpose } from "../core/ops/mod.ts";
import { numberIn } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";

/** Options of {@linkcode Permute}. */
export interface PermuteOptions extends LayerOptions {
  /** Which axis of the input comes first, which second, and so on: 1 to n in some order, the batch not counted. */
  dims: readonly number[];
}

/**
 * The axes of an example in another order: `[batch, a, b, …] → [batch, …]`, axis `i` of the output being axis
 * `dims[i − 1]` of the input.
 *
 * @throws {RangeError} When `dims` is no order of 1 to n, or the input has not n axes after the batch's.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const permute = new layers.Permute({ dims: [2, 1] });
 * assertEquals(permute.apply(ones([5, 10, 64])).shape, [5, 64, 10]);
 * ```
 */
export class Permute extends Layer {
  readonly dims: readonly number[];

  constructor(options: PermuteOptions) {
    super(options);
    const { dims } = options;
    const isOrder = Array.isArray(dims) && dims.every((_, i) => dims.includes(i + 1));
    if (!isOrder) {
      throw errors.option("make a Permute layer", "dims", "the numbers 1 to n in some order", dims);
    }
    this.dims = [...dims];
  }

  forward(inputs: Tensor): Tensor {
    const { dims } = this;
    if (inputs.ndim !== dims.length + 1) {
      throw errors.rank(`apply ${this.name}`, `${dims.length} axes after the batch's`, inputs.dims);
    }
    return transpose(inputs, [0, ...dims]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dims: this.dims };
  }
}

/** Options of {@linkcode RepeatVector}. */
export interface RepeatVectorOptions extends LayerOptions {
  /** How often each vector is repeated, from 1 on. */
  n: number;
}

/**
 * Each example's vector `n` times: `[batch, features] → [batch, n, features]`.
 *
 * @throws {RangeError} When `n` is no whole number from 1 on, or the input has other than two axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const repeat = new layers.RepeatVector({ n: 2 });
 * assertEquals(repeat.apply(tensor([[1, 3]])).toArray(), [[[1, 3], [1, 3]]]);
 * ```
 */
export class RepeatVector extends Layer {
  readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(options);
    const operation = "make a RepeatVector layer";
    this.n = numberIn("a whole number from 1 on", operation, "n", options.n);
  }

  forward(inputs: Tensor): Tensor {
    const { dims } = inputs;
    if (dims.length !== 2) {
      throw errors.rank(`apply ${this.name}`, "two axes, [batch, features]", dims);
    }
    return broadcastTo(expandDims(inputs, 1), [dims[0], this.n, dims[1]]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), n: this.n };
  }
}
