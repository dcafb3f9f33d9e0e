/**
 * The layer that brings values into another range.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { add, multiply, type Operand, tensor } from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
import { placedWith } from "../core/ops/operand.ts";
import type { Config } from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";

/** One number for all channels, or one for each, along the last axis. */
type PerChannel = number | readonly number[];

/** Numbers for channels, as precise as what they meet. */
function beside(x: Tensor, value: PerChannel): Operand {
  return typeof value === "number" ? value : placedWith(x, tensor(value, { dtype: x.dtype }));
}

/** Options of {@linkcode Rescaling}. */
export interface RescalingOptions extends LayerOptions {
  /** What values are multiplied by: one number, or one for each channel along the last axis. */
  scale: number | readonly number[];
  /** What is added then: one number, or one for each channel along the last axis. @default 0 */
  offset?: number | readonly number[];
}

function checkPerChannel(option: string, value: PerChannel): PerChannel {
  const numbers = [value].flat();
  if (numbers.length > 0 && numbers.every(Number.isFinite)) return value;
  const requirement = "a finite number, or one for each channel";
  throw errors.option("make a Rescaling layer", option, requirement, value);
}

/**
 * `x · scale + offset`, in the layer's dtype, the same in training and in inference. Input and output `[batch, …]`.
 *
 * @throws {RangeError} When `scale` or `offset` is not finite, or does not broadcast to the input.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pixels = tensor([[0, 255]], { dtype: "int32" });
 * const rescaling = new layers.Rescaling({ scale: 1 / 127.5, offset: -1 });
 * assertEquals(rescaling.apply(pixels).toArray(), [[-1, 1]]);
 * ```
 */
export class Rescaling extends Layer {
  readonly scale: PerChannel;
  readonly offset: PerChannel;

  constructor(options: RescalingOptions) {
    super(options);
    this.scale = checkPerChannel("scale", options.scale);
    this.offset = checkPerChannel("offset", options.offset ?? 0);
  }

  forward(inputs: Tensor): Tensor {
    const x = asDType(inputs, this.dtype);
    return add(multiply(x, beside(x, this.scale)), beside(x, this.offset));
  }

  override getConfig(): Config {
    const { scale, offset } = this;
    return { ...super.getConfig(), scale, offset };
  }
}
