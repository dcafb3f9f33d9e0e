/**
 * The layer that joins tensors along an axis.
 *
 * @module
 */

import { Layer, type LayerOptions } from "../core/layer.ts";
import { concatenate } from "../core/ops/mod.ts";
import { numberIn } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import { normalizeAxis } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { countError, mergedInputs } from "./merging.ts";

/** Options of {@linkcode Concatenate}. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs are joined, not that of the batch. @default -1 */
  axis?: number;
}

/**
 * All inputs, one after the other along an axis. Inputs are `[batch, …]` and agree on all other axes; output
 * `[batch, …]`.
 *
 * @throws {RangeError} When there is no input, one has no such axis, or another axis differs.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const joined = new layers.Concatenate().apply([tensor([[1, 2]]), tensor([[3]])]);
 * assertEquals(joined.toArray(), [[1, 2, 3]]);
 * ```
 */
export class Concatenate extends Layer<readonly Tensor[], Tensor> {
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options);
    const { axis = -1 } = options;
    this.axis = numberIn("a whole number", "make a Concatenate layer", "axis", axis);
  }

  forward(inputs: readonly Tensor[]): Tensor {
    const given = mergedInputs(this, inputs);
    if (given.length === 0) throw countError(this.name, "one input or more", 0);
    const axis = normalizeAxis(`apply ${this.name}`, this.axis, given[0].ndim);
    return concatenate(given, { axis });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}
