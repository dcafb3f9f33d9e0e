/**
 * Layers that pool all of a sequence, an image or a volume into one value a channel.
 *
 * @module
 */

import { max, mean } from "../core/ops/mod.ts";
import type { Tensor } from "../core/tensor.ts";
import { GlobalPoolingLayer, type GlobalPoolingOptions } from "./_pooling.ts";

/** The base of layers that take the greatest of all. */
abstract class GlobalMaxPooling extends GlobalPoolingLayer {
  protected reduce(x: Tensor, options: { axis: readonly number[]; keepdims: boolean }): Tensor {
    return max(x, options);
  }
}

/** The base of layers that take the mean of all. */
abstract class GlobalAveragePooling extends GlobalPoolingLayer {
  protected reduce(x: Tensor, options: { axis: readonly number[]; keepdims: boolean }): Tensor {
    return mean(x, options);
  }
}

/**
 * The greatest element of all of a sequence, each channel by itself.
 *
 * Input `[batch, steps, channels]`, output `[batch, channels]`, with `keepdims` `[batch, 1, channels]`; channels first, they stand
 * behind the batch.
 *
 * @throws {RangeError} When the input has other than 3 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.GlobalMaxPooling1D();
 * assertEquals(pool.apply(tensor([[[1, 5], [3, 2]]])).toArray(), [[3, 5]]);
 * ```
 */
export class GlobalMaxPooling1D extends GlobalMaxPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super("GlobalMaxPooling1D", 1, options);
  }
}

/**
 * The greatest element of all of an image, each channel by itself.
 *
 * Input `[batch, height, width, channels]`, output `[batch, channels]`, with `keepdims` `[batch, 1, 1, channels]`; channels first, they stand
 * behind the batch.
 *
 * @throws {RangeError} When the input has other than 4 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.GlobalMaxPooling2D();
 * assertEquals(pool.apply(tensor([[[[1, 5], [3, 2]]]])).toArray(), [[3, 5]]);
 * ```
 */
export class GlobalMaxPooling2D extends GlobalMaxPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super("GlobalMaxPooling2D", 2, options);
  }
}

/**
 * The greatest element of all of a volume, each channel by itself.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, channels]`, with `keepdims` `[batch, 1, 1, 1, channels]`; channels first, they stand
 * behind the batch.
 *
 * @throws {RangeError} When the input has other than 5 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.GlobalMaxPooling3D();
 * assertEquals(pool.apply(tensor([[[[[1, 5], [3, 2]]]]])).toArray(), [[3, 5]]);
 * ```
 */
export class GlobalMaxPooling3D extends GlobalMaxPooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super("GlobalMaxPooling3D", 3, options);
  }
}

/**
 * The mean of all of a sequence, each channel by itself.
 *
 * Input `[batch, steps, channels]`, output `[batch, channels]`, with `keepdims` `[batch, 1, channels]`; channels first, they stand
 * behind the batch.
 *
 * @throws {RangeError} When the input has other than 3 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.GlobalAveragePooling1D();
 * assertEquals(pool.apply(tensor([[[1, 5], [3, 2]]])).toArray(), [[2, 3.5]]);
 * ```
 */
export class GlobalAveragePooling1D extends GlobalAveragePooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super("GlobalAveragePooling1D", 1, options);
  }
}

/**
 * The mean of all of an image, each channel by itself.
 *
 * Input `[batch, height, width, channels]`, output `[batch, channels]`, with `keepdims` `[batch, 1, 1, channels]`; channels first, they stand
 * behind the batch.
 *
 * @throws {RangeError} When the input has other than 4 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.GlobalAveragePooling2D();
 * assertEquals(pool.apply(tensor([[[[1, 5], [3, 2]]]])).toArray(), [[2, 3.5]]);
 * ```
 */
export class GlobalAveragePooling2D extends GlobalAveragePooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super("GlobalAveragePooling2D", 2, options);
  }
}

/**
 * The mean of all of a volume, each channel by itself.
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, channels]`, with `keepdims` `[batch, 1, 1, 1, channels]`; channels first, they stand
 * behind the batch.
 *
 * @throws {RangeError} When the input has other than 5 axes.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const pool = new layers.GlobalAveragePooling3D();
 * assertEquals(pool.apply(tensor([[[[[1, 5], [3, 2]]]]])).toArray(), [[2, 3.5]]);
 * ```
 */
export class GlobalAveragePooling3D extends GlobalAveragePooling {
  constructor(options: GlobalPoolingOptions = {}) {
    super("GlobalAveragePooling3D", 3, options);
  }
}
