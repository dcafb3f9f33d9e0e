/**
 * Layers that pool: one value for each window that slides over the spatial axes.
 *
 * @module
 */

import { averagePool, maxPool, type PoolOptions } from "../core/ops/mod.ts";
import type { Tensor } from "../core/tensor.ts";
import { PoolingLayer, type PoolingOptions } from "./_pooling.ts";

/** Options of {@linkcode MaxPooling1D}, {@linkcode MaxPooling2D} and {@linkcode MaxPooling3D}. */
export interface MaxPoolingOptions extends Omit<PoolingOptions, "poolSize"> {
  /** The length of a window along each spatial axis, from 1 on; one for all or one each. @default 2 */
  poolSize?: number | readonly number[];
}

/** Options of {@linkcode AveragePooling1D}, {@linkcode AveragePooling2D} and {@linkcode AveragePooling3D}. */
export type AveragePoolingOptions = PoolingOptions;

/** The base of layers that take the greatest of each window. */
abstract class MaxPooling extends PoolingLayer {
  constructor(kind: string, axes: number, { poolSize = 2, ...options }: MaxPoolingOptions) {
    super(kind, axes, { poolSize, ...options });
  }

  protected pool(x: Tensor, options: PoolOptions): Tensor {
    return maxPool(x, options);
  }
}

/** The base of layers that take the mean of each window. */
abstract class AveragePooling extends PoolingLayer {
  protected pool(x: Tensor, options: PoolOptions): Tensor {
    return averagePool(x, options);
  }
}

/**
 * The greatest element of each window of sequences, each channel by itself. Padding is never the greatest; a gradient goes
 * to the first of equals.
 *
 * Input `[batch, steps, channels]`, output `[batch, windows, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, the input has other than 3 axes, or a window is larger than it.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.MaxPooling1D();
 * assertEquals(pool.apply(tensor([[[1], [3], [2], [0]]])).toArray(), [[[3], [2]]]);
 * ```
 */
export class MaxPooling1D extends MaxPooling {
  constructor(options: MaxPoolingOptions = {}) {
    super("MaxPooling1D", 1, options);
  }
}

/**
 * The greatest element of each window of images, each channel by itself. Padding is never the greatest; a gradient goes
 * to the first of equals.
 *
 * Input `[batch, height, width, channels]`, output `[batch, windows down, windows across, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, the input has other than 4 axes, or a window is larger than it.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.MaxPooling2D({ poolSize: [1, 2] });
 * assertEquals(pool.apply(tensor([[[[1], [3]], [[4], [2]]]])).toArray(), [[[[3]], [[4]]]]);
 * ```
 */
export class MaxPooling2D extends MaxPooling {
  constructor(options: MaxPoolingOptions = {}) {
    super("MaxPooling2D", 2, options);
  }
}

/**
 * The greatest element of each window of volumes, each channel by itself. Padding is never the greatest; a gradient goes
 * to the first of equals.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, …windows, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, the input has other than 5 axes, or a window is larger than it.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.MaxPooling3D({ padding: "same" });
 * assertEquals(pool.apply(ones([1, 4, 4, 5, 2])).shape, [1, 2, 2, 3, 2]);
 * ```
 */
export class MaxPooling3D extends MaxPooling {
  constructor(options: MaxPoolingOptions = {}) {
    super("MaxPooling3D", 3, options);
  }
}

/**
 * The mean of each window of sequences, each channel by itself. Padding does not count.
 *
 * Input `[batch, steps, channels]`, output `[batch, windows, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, the input has other than 3 axes, or a window is larger than it.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.AveragePooling1D({ poolSize: 2 });
 * assertEquals(pool.apply(tensor([[[1], [3], [2], [0]]])).toArray(), [[[2], [1]]]);
 * ```
 */
export class AveragePooling1D extends AveragePooling {
  constructor(options: AveragePoolingOptions) {
    super("AveragePooling1D", 1, options);
  }
}

/**
 * The mean of each window of images, each channel by itself. Padding does not count.
 *
 * Input `[batch, height, width, channels]`, output `[batch, windows down, windows across, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, the input has other than 4 axes, or a window is larger than it.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.AveragePooling2D({ poolSize: [1, 2] });
 * assertEquals(pool.apply(tensor([[[[1], [3]], [[4], [2]]]])).toArray(), [[[[2]], [[3]]]]);
 * ```
 */
export class AveragePooling2D extends AveragePooling {
  constructor(options: AveragePoolingOptions) {
    super("AveragePooling2D", 2, options);
  }
}

/**
 * The mean of each window of volumes, each channel by itself. Padding does not count.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, …windows, channels]`; channels first, they stand behind the batch.
 *
 * @throws {RangeError} When an option is out of range, the input has other than 5 axes, or a window is larger than it.
 *
 * @example
 * ```ts
 * import { layers, ones } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.AveragePooling3D({ poolSize: 2, strides: 1 });
 * assertEquals(pool.apply(ones([1, 4, 4, 5, 2])).shape, [1, 3, 3, 4, 2]);
 * ```
 */
export class AveragePooling3D extends AveragePooling {
  constructor(options: AveragePoolingOptions) {
    super("AveragePooling3D", 3, options);
  }
}
