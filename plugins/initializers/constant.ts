/**
 * Initializers that draw nothing: constants and the identity.
 *
 * @module
 */

import type { DType } from "../../core/dtype.ts";
import { errors } from "../../core/errors.ts";
import { Initializer } from "../../core/initializer.ts";
import { eye, full, multiply, ones, zeros } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Shape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";

/**
 * Fills with 0.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.Zeros().call([2]).toArray(), [0, 0]);
 * ```
 */
export class Zeros extends Initializer {
  call(shape: Shape, options: { dtype?: DType } = {}): Tensor {
    return zeros(shape, options);
  }
}

/**
 * Fills with 1.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.Ones().call([2]).toArray(), [1, 1]);
 * ```
 */
export class Ones extends Initializer {
  call(shape: Shape, options: { dtype?: DType } = {}): Tensor {
    return ones(shape, options);
  }
}

/** Options of {@linkcode Constant}. */
export interface ConstantOptions {
  /** What every element becomes. @default 0 */
  value?: number;
}

/**
 * Fills with one value.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.Constant({ value: 0.5 }).call([2]).toArray(), [0.5, 0.5]);
 * ```
 */
export class Constant extends Initializer {
  readonly value: number;

  constructor({ value = 0 }: ConstantOptions = {}) {
    super();
    this.value = value;
  }

  call(shape: Shape, { dtype = "float32" }: { dtype?: DType } = {}): Tensor {
    return full(shape, this.value, { dtype });
  }

  override getConfig(): Config {
    return { value: this.value };
  }
}

/** Options of {@linkcode Identity}. */
export interface IdentityOptions {
  /** What stands on the diagonal. @default 1 */
  gain?: number;
}

/**
 * A matrix with one value on its diagonal and 0 elsewhere, square or not.
 *
 * @throws {RangeError} When the weight is no matrix.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const identity = new initializers.Identity({ gain: 2 });
 * assertEquals(identity.call([2, 3]).toArray(), [[2, 0, 0], [0, 2, 0]]);
 * ```
 */
export class Identity extends Initializer {
  readonly gain: number;

  constructor({ gain = 1 }: IdentityOptions = {}) {
    super();
    this.gain = gain;
  }

  call(shape: Shape, { dtype = "float32" }: { dtype?: DType } = {}): Tensor {
    if (shape.length !== 2) throw errors.rank("make an identity weight", "two axes", shape);
    return multiply(eye(shape[0], { m: shape[1], dtype }), this.gain);
  }

  override getConfig(): Config {
    return { gain: this.gain };
  }
}
