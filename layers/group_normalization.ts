/**
 * The layer that normalizes groups of channels.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { groupNormalization } from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
import { numberIn } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import { type Dims, knownDim, normalizeAxis } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { AffineLayer, type AffineLayerOptions } from "./_affine.ts";

/** Options of {@linkcode GroupNormalization}. */
export interface GroupNormalizationOptions extends AffineLayerOptions {
  /** Into how many groups the channels are divided; -1 makes each channel its own, as in instance normalization. @default 32 */
  groups?: number;
  /** The axis of the channels. @default -1 */
  axis?: number;
}

/**
 * `gamma · (x − mean) / √(variance + epsilon) + beta`, with the mean and the variance of each group of channels of each
 * example, the same in training and in inference. Input and output `[batch, …, channels]`, or with the channels along
 * `axis`; `gamma` and `beta` are `[channels]`.
 *
 * Wu and He, "Group normalization", 2018.
 *
 * @throws {RangeError} When the groups do not divide the channels, the input has no such axis, its size is unknown at
 * building or differs later, or an option is out of range.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const norm = new layers.GroupNormalization({ groups: 2, epsilon: 0 });
 * assertEquals(norm.apply(tensor([[3, 5, 60, 40]])).toArray(), [[-1, 1, 1, -1]]);
 * ```
 */
export class GroupNormalization extends AffineLayer {
  readonly groups: number;
  readonly axis: number;

  constructor(options: GroupNormalizationOptions = {}) {
    super("GroupNormalization", options);
    const { groups = 32, axis = -1 } = options;
    const operation = "make a GroupNormalization layer";
    if (groups !== -1 && !(Number.isInteger(groups) && groups >= 1)) {
      throw errors.option(operation, "groups", "a whole number from 1 on, or -1", groups);
    }
    this.groups = groups;
    this.axis = numberIn("a whole number", operation, "axis", axis);
  }

  override build(inputShape: Dims): void {
    const operation = `build ${this.name}`;
    const axis = normalizeAxis(operation, this.axis, inputShape.length);
    const channels = knownDim(operation, inputShape, axis);
    if (this.groups !== -1 && channels % this.groups !== 0) {
      throw errors.option(
        operation,
        "groups",
        `a divisor of the ${channels} channels along axis ${this.axis}`,
        this.groups,
      );
    }
    this.buildAffine([channels]);
  }

  forward(inputs: Tensor): Tensor {
    const { epsilon, gamma: scale, beta: offset } = this;
    const operation = `apply ${this.name}`;
    const axis = normalizeAxis(operation, this.axis, inputs.ndim);
    const groups = this.groups === -1 ? knownDim(operation, inputs.dims, axis) : this.groups;
    const x = asDType(inputs, this.dtype);
    return groupNormalization(x, { groups, axis, epsilon, scale, offset });
  }

  override getConfig(): Config {
    const { groups, axis } = this;
    return { ...super.getConfig(), groups, axis };
  }
}
